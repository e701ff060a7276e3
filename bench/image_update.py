"""A release of the box on the read-only image: put on, through a restart, and taken back."""

import json
import tomllib
from pathlib import Path

from bench.image_box import ImageBox
from bench.image_journey import Journey
from tests.support import tiny_package
from tests.support.package import remade
from tests.support.repository import ROOT

INSTALLED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
NEWER = "99.0.0"
_FOLDER = "/var/lib/posko/software"
_SETTINGS = f'[update]\nrelease_keys = ["{tiny_package.KEY}"]\nwindow = "00:00-23:59"\n'
_VERSION = "dpkg-query --show --showformat='${Version}' posko"


def newer_release(package: Path, folder: Path) -> Path:
    """The same package under a newer number, signed."""
    return tiny_package.update(remade(package, folder, NEWER))


def update_and_go_back(box: ImageBox, journey: Journey, release: Path) -> None:
    """As if it came from the city: on trial, through a restart of the box, and taken back.

    The folder is root's here: posko-sync deletes, every half minute, what no city offers.
    """
    box.run("mkdir -p /etc/posko/posko.d && cat >/etc/posko/posko.d/00-city.toml", sent=_SETTINGS)
    _look(box)
    assert box.is_read_only(), "no update waits, but the system can be written"
    box.run(f"mkdir -p {_FOLDER} && touch {_FOLDER}/none.poskoupdate")
    _look(box)
    assert box.is_read_only(), "no update was begun, but the system can be written"
    journey.tell("posko-update.service with nothing to begin leaves the system read-only")
    box.run(f"rm {_FOLDER}/none.poskoupdate")
    box.send(release, f"{_FOLDER}/newer.poskoupdate")
    _look(box)
    journey.until(lambda: _phase(box) == "trial", "on trial")
    assert box.run(_VERSION) == NEWER
    journey.tell(f"posko-update: {NEWER} is installed and on trial")
    box.run("systemctl reboot --no-block")
    box.wait_until_gone()
    box.wait_for_ssh()
    assert box.run(_VERSION) == NEWER
    assert _phase(box) == "trial", _phase(box)
    journey.expect_service()
    journey.tell("after a restart it is still on trial, and serves")
    box.run("posko-update rollback")
    journey.until(lambda: not _phase(box), "taken back")
    assert box.run(_VERSION) == INSTALLED
    [*_, ended] = json.loads(box.run("posko-update status --json; true"))["history"]
    assert (ended["version"], ended["ended"]) == (NEWER, "returned"), ended
    journey.expect_service()
    journey.until(box.is_read_only, "the system is read-only again")
    journey.tell(f"rolled back to {INSTALLED}; the system is read-only again")


def _look(box: ImageBox) -> None:
    """As the timer has it done."""
    said = "journalctl --unit='posko-update*' --lines=60 --no-pager"
    assert box.succeeds("systemctl start posko-update.service"), box.run(said)


def _phase(box: ImageBox) -> str:
    """Of the update under way; empty: none is."""
    found = box.run("cat /var/lib/posko-update/update.json 2>/dev/null || echo {}")
    phase: str = json.loads(found).get("phase", "")
    return phase
