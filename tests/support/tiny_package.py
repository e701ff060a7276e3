"""Debian packages named `posko` that are small enough to be made and installed in a test."""

import subprocess
from pathlib import Path

from appliance.domain.box import software
from appliance.domain.city import signature
from command_center.updates import making
from durable_files import key_files

SECRET = bytes(range(32))
KEY = signature.public_key(SECRET)
ARCHITECTURE = "all"


def package(
    folder: Path,
    version: str,
    *,
    files: dict[str, str] | None = None,
    scripts: dict[str, str] | None = None,
    name: str = "posko",
    depends: str = "",
) -> Path:
    """Make a package; `scripts` are those of its maintainer."""
    tree = folder / f"tree-{version}"
    control = {
        "Package": name,
        "Version": version,
        "Architecture": ARCHITECTURE,
        "Maintainer": "Nobody <nobody@example.invalid>",
        "Installed-Size": "12",
        "Description": "a box for tests",
    }
    if depends:
        control["Depends"] = depends
    _write(tree / "DEBIAN/control", "".join(f"{k}: {v}\n" for k, v in control.items()))
    for script, text in (scripts or {}).items():
        _write(tree / "DEBIAN" / script, text).chmod(0o755)
    for path, text in {"usr/lib/posko/version": version, **(files or {})}.items():
        _write(tree / path, text)
    for path in (tree, *tree.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    made = folder / f"{name}_{version}_all.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, made]
    subprocess.run(command, check=True, capture_output=True)
    return made


def update(
    package: Path, *, secret: bytes = SECRET, minimum: str | None = None, floor: str | None = None
) -> Path:
    """The signed update of a package, beside it."""
    key = package.with_suffix(".key")
    if not key.exists():
        key_files.create(key, secret)
    target = package.with_suffix(software.SUFFIX)
    making.sign(package, key, target, minimum=minimum, floor=floor)
    return target


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
