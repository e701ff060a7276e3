"""The touch screen of a box that stands: cage and Chromium by their unit, on a screen in memory.

Of the unit nothing is changed but what needs a real screen: the terminal and the device.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.nspawn.bounded import Bounded, folder_on_disk, forget_files
from tests.nspawn.installing import CONFIG, install
from tests.nspawn.machine import Machine
from tests.nspawn.standing import standing
from tests.nspawn.visitors import page_on_box
from tests.support.waiting import wait_for

UNIT, SETUP = "posko-kiosk-browser", "posko-setup-browser"
PACKAGES = ("cage", "xwayland", "chromium", "chromium-sandbox", "fonts-dejavu-core")
PORT = 8081
WATCHER = "appliance.kiosk.browser_watch"
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


def wait_until_shown(machine: Machine) -> None:
    """Until a page says that it lives, with all that belongs to it."""

    def is_there() -> bool:
        running = (processes(machine, words) for words in ("type=renderer", WATCHER))
        return all(running) and page_lives(machine, started_s)

    started_s = time.monotonic()
    wait_for(is_there, "the page is on the screen", limit_s=60)


def page_lives(machine: Machine, since_s: float = 0.0) -> bool:
    """Whether the page on the screen has said so in the last two seconds, and since a moment."""
    asked_s = time.monotonic()
    age_s = json.loads(page_on_box(machine, PORT, "/detak").body)["age_s"]
    return age_s is not None and age_s < min(2.0, asked_s - since_s)


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
