"""The first setup's browser under a real systemd, as kiosk_browser.py has the residents'.

`make kiosk-browser-test`; box check 20.
"""

from collections.abc import Iterator

import pytest

from tests.nspawn.bounded import Bounded
from tests.nspawn.touch_screen import (
    FAULTS,
    SETUP,
    UNIT,
    begin_setup,
    end_setup,
    is_back_after,
    wait_until_shown,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def asked(shown: Bounded) -> Iterator[Bounded]:
    """A box whose screen shows the first question of its setup."""
    shown.must("systemctl", "stop", UNIT)
    begin_setup(shown)
    wait_until_shown(shown, SETUP)
    yield shown
    end_setup(shown)


@pytest.mark.parametrize(("whom", "signal"), FAULTS)
def test_a_browser_that_is_killed_crashes_or_hangs_is_back_with_a_fresh_profile(
    asked: Bounded, whom: str, signal: str
) -> None:
    is_back_after(asked, SETUP, whom, signal)
