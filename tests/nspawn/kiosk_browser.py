"""The browser of the touch screen under a real systemd: cage and Chromium, on a screen in memory.

`make kiosk-browser-test`; not in every run, since Chromium makes the Debian root twice as large.
Box check 20; what memory it takes: kiosk_memory.py.
"""

import json
import time
from collections.abc import Iterator

import pytest

from tests.nspawn.machine import Machine
from tests.nspawn.touch_screen import (
    FAULTS,
    HEADLESS,
    PORT,
    SCRIPT,
    SETUP,
    UNIT,
    begin_setup,
    end_setup,
    is_back_after,
    page_lives,
    processes,
    scope,
    wait_until_shown,
)
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TELLING = f"{HEADLESS}Environment=WAYLAND_DEBUG=client\n"
"""Chromium tells what it says to cage."""
OF_THE_PORTAL = "/run/browser-with-the-portal"


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


@pytest.fixture
def frank(shown: Machine) -> Iterator[Machine]:
    """A box whose browser may be started otherwise, to tell what it does."""
    yield shown
    start_by(shown, HEADLESS)


def test_nothing_lies_over_the_page_such_as_an_offer_to_translate_it(frank: Machine) -> None:
    """One does over the portal's page, in the same language, which does not say that it may not."""
    portal = f"s_:{PORT}/$_:8080/?lang=id_"
    frank.must("sh", "-c", f"sed '{portal}' {SCRIPT} >{OF_THE_PORTAL}; chmod 755 {OF_THE_PORTAL}")
    start_by(frank, f"{TELLING}ExecStart=\nExecStart={OF_THE_PORTAL}\n")
    wait_for(lambda: told(frank, "get_subsurface"), "an offer lies over the portal's", limit_s=60)
    frames = told(frank, "commit")
    start_by(frank, TELLING)
    wait_until_shown(frank)
    waited = lambda: told(frank, "commit") > 2 * frames  # noqa: E731
    wait_for(waited, "the page has been there for longer", limit_s=120)
    assert told(frank, "get_subsurface") + told(frank, "get_popup") == 0


def start_by(machine: Machine, drop_in: str) -> None:
    """The browser anew, by its unit with a drop-in."""
    machine.drop_in(f"{UNIT}.service", drop_in)
    machine.must("systemctl", "restart", UNIT)
    wait_for(lambda: scope(machine, UNIT), "it has a session")


def told(machine: Machine, request: str) -> int:
    """How often the browser, since it began, has made a request of Wayland's."""
    return machine.journal(scope(machine, UNIT)).count(f".{request}(")


def test_no_packet_of_it_left_the_box(shown: Machine) -> None:
    told = shown.must("nft", "--json", "list", "counter", "inet", "test", "gone")
    [packets] = [
        one["counter"]["packets"] for one in json.loads(told)["nftables"] if "counter" in one
    ]
    assert packets == 0, shown.must("nft", "list", "table", "inet", "test")
