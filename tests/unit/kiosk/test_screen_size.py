"""Twenty millimetres on any screen."""

import re

import pytest

from appliance.kiosk.screen_size import TARGET_REM, style


@pytest.mark.parametrize(("width_px", "screen_mm"), [(1920, 345), (1080, 268), (1366, 290)])
def test_a_target_is_twenty_millimetres(width_px: int, screen_mm: int) -> None:
    found = re.search(r"([0-9.]+)vw", style(screen_mm))
    assert found
    target_px = TARGET_REM * float(found[1]) / 100 * width_px
    assert target_px / width_px * screen_mm == pytest.approx(20, abs=0.05)


def test_a_screen_that_nobody_measured_is_left_as_it_is() -> None:
    assert style(None) == ""
