"""A thousand boxes on one broker and one receiver; `make bench-fleet` plays it with all 7,277."""

from pathlib import Path

import pytest

from tests.support import storm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

BOXES = 1_000
RATE = 200.0
STEADY_S = 4.0
LONGEST_RETRY_S = 60.0


def test_a_fleet_survives_being_switched_on_at_once_and_the_death_of_its_broker(
    tmp_path: Path,
) -> None:
    """Check 29; that every complaint is stored once is checked while it is played."""
    figures = storm.play(tmp_path, boxes=BOXES, rate=RATE, steady_s=STEADY_S)
    print(figures)
    assert figures.up_s < LONGEST_RETRY_S
    assert figures.back_s < LONGEST_RETRY_S
    assert figures.complaints > BOXES + RATE * STEADY_S
