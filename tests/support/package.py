"""The Debian package of this tree, built once for all the tests that install it."""

import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.programs import needs
from tests.support.rootfs import CACHE, only_one

ROOT = Path(__file__).parents[2]
_KEPT_S = 86_400
"""How long packages of other trees stay in the cache; another run may be installing one."""


def package() -> Path:
    """posko_VERSION_ARCH.deb; it takes a minute or two where none of the same files is cached."""
    needs("dh")
    home = CACHE / f"deb-{_digest()}"
    with only_one(home):
        if not home.exists():
            _build(home)
    [made] = home.glob("*.deb")
    return made


def remade(
    deb: Path, folder: Path, version: str, change: Callable[[Path], None] = lambda _: None
) -> Path:
    """posko_VERSION_ARCH.deb in a folder: a package under another number, its tree changed."""
    tree, made = folder / "tree", folder / deb.name.replace(deb.name.split("_")[1], version)
    subprocess.run([needs("dpkg-deb"), "--raw-extract", str(deb), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text()))
    change(tree)
    pack = [needs("dpkg-deb"), "-Zgzip", "-z1", "--root-owner-group", "--build"]
    subprocess.run([*pack, str(tree), str(made)], check=True, capture_output=True)
    shutil.rmtree(tree)
    return made


def _build(home: Path) -> None:
    started, unfinished = time.monotonic(), home.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = ["sh", str(ROOT / "packaging/build-deb.sh"), str(unfinished)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    unfinished.rename(home)
    for other in CACHE.glob("deb-*"):
        if other.stat().st_mtime < time.time() - _KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
    print(f"{home} built in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _digest() -> str:
    """Of every file that goes into the package, and of the release it is built on."""
    whole = hashlib.sha256(Path("/etc/os-release").read_bytes())
    for path in sorted(_sources()):
        whole.update(f"{path.relative_to(ROOT)}\0{path.lstat().st_mode:o}\0".encode())
        whole.update(str(path.readlink()).encode() if path.is_symlink() else path.read_bytes())
    return whole.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for name in (ROOT / "packaging/sources").read_text().split():
        found = (ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name]
        for path in found:
            if "__pycache__" not in path.parts and (path.is_symlink() or path.is_file()):
                yield path
