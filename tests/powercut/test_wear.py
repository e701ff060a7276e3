"""Check 31, box check 22: what a complaint costs the card; counts of a recorded process, not times.

The bounds are the figures of docs/benchmarks.md (Wear) with a tenth on top; to its end a complaint
may write 12 kB, as was promised.
"""

from pathlib import Path

import pytest

from bench import wear
from tests.powercut import recording

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

COMPLAINTS = 300


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording.compile_recorder(tmp_path_factory.mktemp("recorder"))


def test_a_single_complaint_is_one_fsync_and_some_fifteen_pages(
    recorder: Path, tmp_path: Path
) -> None:
    found = wear.measure(recorder, tmp_path, wear.INTAKE, COMPLAINTS)
    assert found.syncs <= 1
    assert found.written_bytes <= 8_800


def test_a_complaint_to_its_end_costs_little_more(recorder: Path, tmp_path: Path) -> None:
    found = wear.measure(recorder, tmp_path, wear.WHOLE, COMPLAINTS)
    assert found.syncs <= 1.25
    assert found.written_bytes <= 12_000


def test_acknowledging_a_hundred_at_once_costs_a_fifth_of_a_kilobyte_each(
    recorder: Path, tmp_path: Path
) -> None:
    found = wear.measure(recorder, tmp_path, wear.ACKS, COMPLAINTS)
    assert found.syncs <= 0.01
    assert found.written_bytes <= 200


@pytest.mark.parametrize(("part", "bytes_at_most"), [(wear.SMS, 28_700), (wear.LONG_SMS, 38_700)])
def test_an_sms_costs_one_fsync_a_step_from_its_parts_to_its_receipt(
    recorder: Path, tmp_path: Path, part: str, bytes_at_most: int
) -> None:
    found = wear.measure(recorder, tmp_path, part, COMPLAINTS)
    assert found.syncs <= 8
    assert found.written_bytes <= bytes_at_most
