"""The browser of the touch screen under a real systemd: cage and Chromium, on a screen in memory.

`make kiosk-browser-test`; not in every run, since Chromium makes the Debian root twice as large. Of
the unit nothing is changed but what needs a real screen: the terminal and the device. Box check 20.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nspawn.installing import CONFIG, folder, install
from tests.nspawn.machine import Machine
from tests.nspawn.standing import standing
from tests.nspawn.visitors import page_on_box
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

UNIT = "posko-kiosk-browser"
PROFILE = f"/run/{UNIT}/chromium"
PACKAGES = ("cage", "xwayland", "chromium", "chromium-sandbox", "fonts-dejavu-core")
PORT = 8081
HEADLESS = """\
[Unit]
ConditionPathExists=
[Service]
StandardInput=null
TTYPath=
TTYReset=no
TTYVHangup=no
TTYVTDisallocate=no
UtmpIdentifier=
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman
"""
COUNTER = """\
add table inet test
add chain inet test out { type filter hook output priority 0; }
add rule inet test out meta skuid posko-browser oifname != "lo" counter name gone
"""


def page_lives(machine: Machine, since_s: float = 0.0) -> bool:
    """Whether the page on the screen has said so in the last two seconds, and since a moment."""
    asked_s = time.monotonic()
    age_s = json.loads(page_on_box(machine, PORT, "/detak").body)["age_s"]
    return age_s is not None and age_s < min(2.0, asked_s - since_s)


def processes(machine: Machine, words: str) -> list[str]:
    """Their numbers, oldest first."""
    found = machine.run("pgrep", "--euid", "posko-browser", "--full", words)
    return found.said.split()


@pytest.fixture(scope="module")
def kiosk() -> Iterator[Machine]:
    """A box whose screen shows the kiosk's first page."""
    with folder() as here, standing(here, "hall", Machine, _with_screen) as made:
        made.drop_in(f"{UNIT}.service", HEADLESS)
        made.must("nft", "add table inet test; add counter inet test gone")
        made.must("nft", "-f", "-", given=COUNTER)
        made.must("systemctl", "start", UNIT)
        yield made


def _with_screen(root: Path) -> None:
    install(root, *PACKAGES, text=CONFIG.replace("screen = false", "screen = true"))


@pytest.fixture
def shown(kiosk: Machine) -> Machine:
    def is_there() -> bool:
        return bool(processes(kiosk, "type=renderer")) and page_lives(kiosk, started_s)

    started_s = time.monotonic()
    wait_for(is_there, "the page is on the screen", limit_s=60)
    return kiosk


def test_the_start_of_the_browser_does_not_hold_up_the_box(shown: Machine) -> None:
    started = time.monotonic()
    shown.must("systemctl", "restart", UNIT)
    wait_for(shown.is_settled, "nothing is waited for")
    print(f"started in {time.monotonic() - started:.1f} s")


def test_what_it_may_take_is_bounded_where_logind_put_it(shown: Machine) -> None:
    [cage] = processes(shown, "^cage ")
    groups = shown.must("cat", f"/proc/{cage}/cgroup")
    [scope] = [line.rpartition("/")[2] for line in groups.splitlines() if ".scope" in line]
    assert shown.show(scope, "MemoryMax") == str(600 * 2**20)
    assert shown.show(scope, "TasksMax") == "300"


@pytest.mark.parametrize(
    ("whom", "signal"),
    [
        ("^cage ", "KILL"),
        ("chromium --show", "KILL"),
        ("type=renderer", "KILL"),
        ("type=renderer", "STOP"),
    ],
)
def test_a_browser_that_is_killed_crashes_or_hangs_is_back_with_a_fresh_profile(
    shown: Machine, whom: str, signal: str
) -> None:
    shown.must("touch", f"{PROFILE}/of-the-resident-before")
    [cage] = processes(shown, "^cage ")
    started = time.monotonic()
    shown.must("kill", f"-{signal}", *processes(shown, whom))
    wait_for(lambda: processes(shown, "^cage ") not in ([], [cage]), "it is new", limit_s=60)
    new_s = time.monotonic()
    wait_for(lambda: page_lives(shown, new_s), "the page is on the screen", limit_s=60)
    print(f"{whom} {signal}: back in {time.monotonic() - started:.1f} s")
    assert shown.run("ls", f"{PROFILE}/of-the-resident-before").status != 0
    assert len(processes(shown, "^cage ")) == 1
    assert len(processes(shown, "chromium --show")) == 1
    assert len(processes(shown, "browser_watch")) == 1
    assert shown.show(UNIT, "ActiveState") == "active"


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
