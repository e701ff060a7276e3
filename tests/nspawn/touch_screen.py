"""The touch screen of a box that stands: cage and Chromium by their units, on a screen in memory.

Of the units nothing is changed but what needs a real screen: the terminal and the device.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.screen.browser_watch import BEGIN_S
from tests.nspawn.bounded import Bounded, folder_on_disk, forget_files
from tests.nspawn.installing import CONFIG, install
from tests.nspawn.machine import Machine
from tests.nspawn.standing import standing
from tests.nspawn.visitors import page_on_box
from tests.support.waiting import wait_for

UNIT, SETUP = "posko-kiosk-browser", "posko-setup-browser"
PACKAGES = ("cage", "xwayland", "chromium", "chromium-sandbox", "fonts-dejavu-core")
PORT = 8081
SCRIPT = "/etc/posko/firmware/current/kiosk/browser"
WATCHER = "appliance.screen.browser_watch"
PORTS = {UNIT: PORT, SETUP: 8089}
"""Where the pages are served that a browser shows."""
ANSWERS = "/var/lib/posko-setup/answers.json"
FAULTS = [
    ("^cage ", "KILL"),
    ("^cage ", "STOP"),
    ("chromium --show", "KILL"),
    ("chromium --show", "STOP"),
    ("type=gpu-process", "STOP"),
    ("type=renderer", "KILL"),
    ("type=renderer", "STOP"),
    (WATCHER, "KILL"),
]
"""Which process of a browser, and what befalls it. While one that only paints is stopped, the page
itself lives on: its window is blank, or stays as it was."""
HEADLESS = """\
[Service]
ExecCondition=
TTYPath=
UtmpIdentifier=
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman
"""
COUNTER = """\
add table inet test
add chain inet test out { type filter hook output priority 0; }
add rule inet test out meta skuid posko-browser oifname != "lo" counter name gone
"""


@contextmanager
def hall() -> Iterator[Bounded]:
    """A box of 1 GB whose screen shows the kiosk's first page."""
    with folder_on_disk() as here, standing(here, "hall", Bounded, _with_screen) as made:
        made.must("mkdir", "/dev/dri")
        made.must("touch", "/dev/dri/card0")
        for unit in (UNIT, SETUP):
            made.drop_in(f"{unit}.service", HEADLESS)
        made.must("nft", "add table inet test; add counter inet test gone")
        made.must("nft", "-f", "-", given=COUNTER)
        made.must("systemctl", "start", UNIT)
        yield made


def wait_until_shown(machine: Machine, unit: str = UNIT) -> None:
    """Until a page says that it lives, with all that belongs to it."""

    def is_there() -> bool:
        running = (processes(machine, words) for words in ("type=renderer", WATCHER))
        return all(running) and page_lives(machine, started_s, unit)

    started_s = time.monotonic()
    wait_for(is_there, "the page is on the screen", limit_s=60)


def page_lives(machine: Machine, since_s: float = 0.0, unit: str = UNIT) -> bool:
    """Whether the page on the screen has said so in the last two seconds, and since a moment."""
    asked_s = time.monotonic()
    age_s = json.loads(page_on_box(machine, PORTS[unit], "/detak").body)["age_s"]
    return age_s is not None and age_s < min(2.0, asked_s - since_s)


def is_back_after(machine: Machine, unit: str, whom: str, signal: str) -> None:
    """One of the processes of the only browser is killed or stopped: all is begun anew, and empty.

    What is printed is the time until the page was back.
    """
    profile = f"/run/{unit}/chromium"
    machine.must("touch", f"{profile}/of-the-resident-before")
    [cage] = processes(machine, "^cage ")
    started = time.monotonic()
    machine.must("kill", f"-{signal}", *processes(machine, whom))
    is_new = lambda: processes(machine, "^cage ") not in ([], [cage])  # noqa: E731
    wait_for(is_new, "it is new", limit_s=BEGIN_S + 30)  # whose first page was not heard yet
    new_s = time.monotonic()
    wait_for(lambda: page_lives(machine, new_s, unit), "the page is on the screen", limit_s=60)
    print(f"{unit}: {whom} {signal}: back in {time.monotonic() - started:.1f} s")
    assert machine.run("ls", f"{profile}/of-the-resident-before").status != 0
    assert len(processes(machine, "^cage ")) == 1
    assert len(processes(machine, "chromium --show")) == 1
    wait_for(lambda: len(processes(machine, WATCHER)) == 1, "one watches it")
    assert machine.show(unit, "ActiveState") == "active"


def begin_setup(machine: Machine) -> str:
    """Its browser is there, beside the kiosk's if that runs; the number of its cage."""
    machine.must("install", "-d", "-o", "posko-setup", str(Path(ANSWERS).parent))
    machine.must("install", "-o", "posko-setup", "/dev/stdin", ANSWERS, given="{}")
    machine.must("systemctl", "start", "posko-setup")
    wait_for(lambda: processes(machine, f"^cage .*/{SETUP}/"), "the setup has a browser")
    wait_for(lambda: scope(machine, SETUP), "and that a session")
    return machine.pid(SETUP)


def end_setup(machine: Machine) -> None:
    """As its last page does; the residents' screen begins."""
    machine.must("rm", ANSWERS)
    machine.must("systemctl", "kill", "--kill-whom=main", "--signal=TERM", "posko-setup")
    wait_for(lambda: machine.show("posko-setup", "ActiveState") == "inactive", "it has ended")
    wait_for(lambda: machine.show(UNIT, "ActiveState") == "active", "the residents' has begun")


def processes(machine: Machine, words: str) -> list[str]:
    """Their numbers, oldest first."""
    found = machine.run("pgrep", "--euid", "posko-browser", "--full", words)
    return found.said.split()


def scope(machine: Machine, unit: str) -> str:
    """Where logind has put the browser of a unit; empty: nowhere yet."""
    groups = machine.run("cat", f"/proc/{machine.pid(unit)}/cgroup").said
    found = [line.rpartition("/")[2] for line in groups.splitlines() if line.endswith(".scope")]
    return found[0] if found else ""


def _with_screen(root: Path) -> None:
    install(root, *PACKAGES, text=CONFIG.replace("screen = false", "screen = true"))
    forget_files(root)
