"""The browser of the touch screen under a real systemd: cage and Chromium, on a screen in memory.

`make kiosk-browser-test`; not in every run, since Chromium makes the Debian root twice as large.
Box check 20; what memory it takes: kiosk_memory.py.
"""

import json
import time

import pytest

from tests.nspawn.machine import Machine
from tests.nspawn.touch_screen import (
    FAULTS,
    SETUP,
    UNIT,
    begin_setup,
    end_setup,
    is_back_after,
    page_lives,
    processes,
    scope,
)
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_the_start_of_the_browser_does_not_hold_up_the_box(shown: Machine) -> None:
    started = time.monotonic()
    shown.must("systemctl", "restart", UNIT)
    wait_for(shown.is_settled, "nothing is waited for")
    print(f"started in {time.monotonic() - started:.1f} s")


def test_what_it_may_take_is_bounded_where_logind_put_it(shown: Machine) -> None:
    session = scope(shown, UNIT)
    assert shown.show(session, "MemoryMax") == str(600 * 2**20)
    assert shown.show(session, "TasksMax") == "300"


@pytest.mark.parametrize(("whom", "signal"), FAULTS)
def test_a_browser_that_is_killed_crashes_or_hangs_is_back_with_a_fresh_profile(
    shown: Machine, whom: str, signal: str
) -> None:
    is_back_after(shown, UNIT, whom, signal)


@pytest.mark.parametrize(("ends", "stays"), [(SETUP, UNIT), (UNIT, SETUP)])
def test_a_browser_that_ends_takes_all_of_its_own_and_nothing_of_the_other(
    shown: Machine, ends: str, stays: str
) -> None:
    begin_setup(shown)
    wait_for(lambda: processes(shown, f"chromium .*/{ends}/"), "Chromium is there")
    left, before = scope(shown, ends), shown.pid(stays)
    shown.must("systemctl", "stop", ends)
    gone = lambda: not processes(shown, f"user-data-dir=/run/{ends}/")  # noqa: E731
    wait_for(gone, "nothing is left of it")
    assert shown.pid(stays) == before
    assert processes(shown, f"^cage .*/{stays}/") == [before]
    wait_for(lambda: shown.show(left, "ActiveState") == "inactive", "its session is over")
    end_setup(shown)


def test_the_residents_browser_begins_when_that_of_the_setup_has_ended(shown: Machine) -> None:
    shown.must("systemctl", "stop", UNIT)
    begin_setup(shown)
    wait_for(lambda: processes(shown, "type=renderer"), "as on a first start, it is the only one")
    assert shown.show(SETUP, "NRestarts") == "0"
    end_setup(shown)
    ended = int(shown.show(SETUP, "InactiveEnterTimestampMonotonic"))
    assert ended <= int(shown.show(UNIT, "ExecMainStartTimestampMonotonic"))
    assert shown.show(UNIT, "NRestarts") == "0"


def test_a_kiosk_that_starts_anew_costs_the_browser_nothing(shown: Machine) -> None:
    before = processes(shown, "^cage ")
    shown.must("systemctl", "restart", "posko-kiosk")
    wait_for(lambda: page_lives(shown), "the page goes on")
    assert processes(shown, "^cage ") == before


def test_no_packet_of_it_left_the_box(shown: Machine) -> None:
    told = shown.must("nft", "--json", "list", "counter", "inet", "test", "gone")
    [packets] = [
        one["counter"]["packets"] for one in json.loads(told)["nftables"] if "counter" in one
    ]
    assert packets == 0, shown.must("nft", "list", "table", "inet", "test")
