"""An earlier release made of the package: a lower version, and a migration less."""

import re
import subprocess
from pathlib import Path

from tests.support.programs import needs

VERSION = "0.0.9"


def earlier(deb: Path, folder: Path) -> Path:
    """posko_0.0.9_ARCH.deb in a folder."""
    tree, made = folder / "tree", folder / deb.name.replace(deb.name.split("_")[1], VERSION)
    subprocess.run([needs("dpkg-deb"), "-R", str(deb), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {VERSION}", control.read_text()))
    [migrations] = tree.glob("usr/lib/posko/lib/*/site-packages/appliance/store/migrations")
    max(migrations.glob("*.sql")).unlink()
    pack = [needs("dpkg-deb"), "-Zgzip", "-z1", "--root-owner-group", "-b", str(tree), str(made)]
    subprocess.run(pack, check=True, capture_output=True)
    return made
