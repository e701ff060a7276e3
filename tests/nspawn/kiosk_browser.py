"""The browser of the touch screen under a real systemd: cage and Chromium, on a screen in memory.

`make kiosk-browser-test`; not in every run, since Chromium makes the Debian root twice as large. Of
the unit nothing is changed but what needs a real screen: the terminal and the device. Box check 20.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.kiosk import browser_watch
from appliance.kiosk.browser_watch import BEGIN_S
from tests.nspawn.installing import CONFIG, folder, install
from tests.nspawn.machine import Machine
from tests.nspawn.standing import standing
from tests.nspawn.visitors import page_on_box
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

UNIT = "posko-kiosk-browser"
PROFILE = f"/run/{UNIT}/chromium"
WATCHER = browser_watch.__name__
PACKAGES = ("cage", "xwayland", "chromium", "chromium-sandbox", "fonts-dejavu-core")
PORT = 8081
SETUP = "posko-setup-browser"
ANSWERS = "/var/lib/posko-setup/answers.json"
HEADLESS = """\
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
        made.must("mkdir", "/dev/dri")
        made.must("touch", "/dev/dri/card0")
        for unit in (UNIT, SETUP):
            made.drop_in(f"{unit}.service", HEADLESS)
        made.must("nft", "add table inet test; add counter inet test gone")
        made.must("nft", "-f", "-", given=COUNTER)
        made.must("systemctl", "start", UNIT)
        yield made


def _with_screen(root: Path) -> None:
    install(root, *PACKAGES, text=CONFIG.replace("screen = false", "screen = true"))


@pytest.fixture
def shown(kiosk: Machine) -> Machine:
    def is_there() -> bool:
        running = (processes(kiosk, words) for words in ("type=renderer", WATCHER))
        return all(running) and page_lives(kiosk, started_s)

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
    is_new = lambda: processes(shown, "^cage ") not in ([], [cage])  # noqa: E731
    wait_for(is_new, "it is new", limit_s=BEGIN_S + 30)  # whose first page was not heard yet
    new_s = time.monotonic()
    wait_for(lambda: page_lives(shown, new_s), "the page is on the screen", limit_s=60)
    print(f"{whom} {signal}: back in {time.monotonic() - started:.1f} s")
    assert shown.run("ls", f"{PROFILE}/of-the-resident-before").status != 0
    assert len(processes(shown, "^cage ")) == 1
    assert len(processes(shown, "chromium --show")) == 1
    wait_for(lambda: len(processes(shown, WATCHER)) == 1, "one watches it")
    assert shown.show(UNIT, "ActiveState") == "active"


def begin_setup(machine: Machine) -> str:
    """Its browser is there, beside the kiosk's if that runs; the number of its cage."""
    machine.must("install", "-d", "-o", "posko-setup", str(Path(ANSWERS).parent))
    machine.must("install", "-o", "posko-setup", "/dev/stdin", ANSWERS, given="{}")
    machine.must("systemctl", "start", "posko-setup")
    wait_for(lambda: processes(machine, f"^cage .*/{SETUP}/"), "the setup has a browser")
    wait_for(lambda: scope(machine, SETUP), "and that a session")
    return machine.pid(SETUP)


def scope(machine: Machine, unit: str) -> str:
    """Where logind has put the browser of a unit; empty: nowhere yet."""
    groups = machine.run("cat", f"/proc/{machine.pid(unit)}/cgroup").said
    found = [line.rpartition("/")[2] for line in groups.splitlines() if line.endswith(".scope")]
    return found[0] if found else ""


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


def end_setup(machine: Machine) -> None:
    """As its last page does; the residents' screen begins."""
    machine.must("rm", ANSWERS)
    machine.must("systemctl", "kill", "--kill-whom=main", "--signal=TERM", "posko-setup")
    wait_for(lambda: machine.show("posko-setup", "ActiveState") == "inactive", "it has ended")
    wait_for(lambda: machine.show(UNIT, "ActiveState") == "active", "the residents' has begun")


def test_the_residents_browser_begins_when_that_of_the_setup_has_ended(shown: Machine) -> None:
    shown.must("systemctl", "stop", UNIT)
    begin_setup(shown)
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
