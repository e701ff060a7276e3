"""A release of the box on the read-only image: put on, through a restart, and taken back."""

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bench.image_box import ImageBox
from command_center import key_files
from command_center.updates import making
from tests.support.programs import needs
from tests.support.tiny_package import KEY, SECRET
from tests.unit.test_docs import ROOT

INSTALLED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
NEWER = "99.0.0"
_BUNDLE = "/data/newer.poskoupdate"
_KEYS = f'[update]\nrelease_keys = ["{KEY}"]\n'
_VERSION = "dpkg-query --show --showformat='${Version}' posko"


class Teller(Protocol):
    """Of steps, and of waiting for them."""

    def tell(self, what: str) -> None: ...

    def until(self, condition: Callable[[], object], what: str) -> None: ...

    def expect_service(self) -> None: ...


def newer_release(package: Path, folder: Path) -> Path:
    """The same package under a newer number, signed."""
    tree, made, key = folder / "tree", folder / "posko.deb", folder / "release.key"
    dpkg = needs("dpkg-deb")
    subprocess.run([dpkg, "--raw-extract", str(package), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {INSTALLED}", f"Version: {NEWER}"))
    command = [dpkg, "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(made)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.rmtree(tree)
    key_files.create(key, SECRET)
    making.sign(made, key, folder / "newer.poskoupdate", minimum=None, floor=None)
    return folder / "newer.poskoupdate"


def update_and_go_back(box: ImageBox, teller: Teller, release: Path) -> None:
    """On trial, through a restart of the box, and back by `posko-update rollback`."""
    box.run("mkdir -p /etc/posko/posko.d && cat >/etc/posko/posko.d/00-city.toml", sent=_KEYS)
    box.send(release, _BUNDLE)
    box.run(f"posko-update install {_BUNDLE}")
    teller.until(lambda: _phase(box) == "trial", "on trial")
    assert box.run(_VERSION) == NEWER
    teller.tell(f"posko-update: {NEWER} is installed and on trial")
    box.run("systemctl reboot --no-block")
    box.wait_until_gone()
    box.wait_for_ssh()
    assert box.run(_VERSION) == NEWER
    assert _phase(box) == "trial", _phase(box)
    teller.expect_service()
    teller.tell("after a restart it is still on trial, and serves")
    box.run("posko-update rollback")
    teller.until(lambda: not _phase(box), "taken back")
    assert box.run(_VERSION) == INSTALLED
    [*_, ended] = json.loads(box.run("posko-update status --json; true"))["history"]
    assert (ended["version"], ended["ended"]) == (NEWER, "returned"), ended
    teller.expect_service()
    teller.until(lambda: _is_read_only(box), "the system is read-only again")
    teller.tell(f"rolled back to {INSTALLED}; the system is read-only again")


def _is_read_only(box: ImageBox) -> bool:
    return box.run("findmnt --noheadings --output OPTIONS /").startswith("ro,")


def _phase(box: ImageBox) -> str:
    """Of the update under way; empty: none is."""
    found = box.run("cat /var/lib/posko-update/update.json 2>/dev/null || echo {}")
    phase: str = json.loads(found).get("phase", "")
    return phase
