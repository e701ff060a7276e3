"""Where this machine's time comes from, as a daemon in its sandbox sees it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.runtime import clock

DAY_S = 86_400


@pytest.fixture
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the kernel tells of the first clock chip, on a machine without NTP."""
    path = tmp_path / "since_epoch"
    monkeypatch.setattr(clock, "_RTC", path)
    monkeypatch.setattr(clock, "_NTP_FLAG", tmp_path / "synchronized")
    clock.is_kept_by_rtc.cache_clear()
    yield path
    clock.is_kept_by_rtc.cache_clear()


@pytest.mark.parametrize(
    ("off_s", "source"), [(0, "rtc"), (90, "rtc"), (-90, "rtc"), (DAY_S, "none"), (-DAY_S, "none")]
)
def test_a_clock_chip_counts_that_tells_the_same_time(chip: Path, off_s: int, source: str) -> None:
    chip.write_text(f"{time.time() + off_s:.0f}\n")
    assert clock.now().source == source


def test_one_that_refuses_to_tell_does_not_count(chip: Path) -> None:
    chip.mkdir()  # to be opened, and not to be read
    assert clock.now().source == "none"


def test_without_one_nobody_has_set_the_clock(chip: Path) -> None:
    assert not chip.exists()
    assert clock.now().source == "none"


def test_ntp_comes_first(chip: Path) -> None:
    chip.write_text("0\n")
    (chip.parent / "synchronized").touch()
    assert clock.now().source == "ntp"
