"""Making an update of a .deb: what it is read out of the package, and a release key signs it."""

import hashlib
import os
import re
import secrets
import subprocess
import tarfile
from pathlib import Path

from appliance.domain.box import schema_rule, software
from appliance.domain.box.software import PACKAGE_MAX_BYTES, Manifest
from appliance.domain.city import signature
from appliance.domain.errors import BadInput
from durable_files import key_files

MAKER = "posko-center updates key"
PACKAGE = "posko"
_SCRIPT = re.compile(r".*/appliance/store/migrations/(\d{3}-[a-z0-9-]+\.sql)\Z")
_SCRIPT_MAX_BYTES = 1024 * 1024
_PIECE_BYTES = 1024 * 1024


def create_key(path: Path) -> str:
    """Make a release key's file and return its public key; raises KeyFileError."""
    secret = secrets.token_bytes(signature.SECRET_BYTES)
    public = signature.public_key(secret)
    key_files.create(path, secret, "A release key of Posko. Secret; keep it offline.", public)
    return public


def sign(
    package: Path, key: Path, target: Path, *, minimum: str | None, floor: str | None
) -> Manifest:
    """Write an update made of a package; raises BadInput or KeyFileError. Replaces nothing."""
    secret = key_files.load(key, name="--key", maker=MAKER)
    manifest = described(package, minimum=minimum, floor=floor)
    try:
        with package.open("rb") as content, target.open("xb") as out:
            out.write(software.head(secret, manifest))
            while piece := content.read(_PIECE_BYTES):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise BadInput(f"{target} exists; name another with --out") from None
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    return manifest


def described(package: Path, *, minimum: str | None, floor: str | None) -> Manifest:
    """What a package is, by its own words and bytes; raises BadInput."""
    name, version, architecture, installed = _fields(package)
    if name != PACKAGE:
        raise BadInput(f"{package} is the package {name!r}, not {PACKAGE}; see `make deb`")
    for option, value in (("--minimum", minimum), ("--floor", floor), (str(package), version)):
        if value is not None and not re.match(software.VERSION_PATTERN, value):
            raise BadInput(f"{option}: {value!r} is not a version like 1.2.0")
    size_bytes = package.stat().st_size
    if size_bytes > PACKAGE_MAX_BYTES:
        raise BadInput(f"{package} has {size_bytes} bytes, more than {PACKAGE_MAX_BYTES}")
    with package.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    scripts = _migrations(package)
    return Manifest(
        version=version,
        architecture=architecture,
        size_bytes=size_bytes,
        sha256=sha256,
        installed_bytes=int(installed or 0) * 1024,
        schema=len(scripts),
        compatible_from=schema_rule.compatible_from(scripts),
        minimum=minimum,
        floor=floor,
    )


def _fields(package: Path) -> list[str]:
    shown = "${Package}\n${Version}\n${Architecture}\n${Installed-Size}"
    done = _dpkg("--show", f"--showformat={shown}", str(package))
    out, _ = done.communicate()
    if done.returncode:
        raise BadInput(f"{package} is not a Debian package that dpkg-deb can read")
    return out.decode("utf-8", "replace").split("\n")


def _migrations(package: Path) -> dict[str, str]:
    """The scripts of the database in a package, in order."""
    found = {}
    with _dpkg("--fsys-tarfile", str(package)) as done:
        assert done.stdout is not None
        try:
            with tarfile.open(fileobj=done.stdout, mode="r|") as tree:
                for member in tree:
                    if (name := _SCRIPT.match(member.name)) and member.size <= _SCRIPT_MAX_BYTES:
                        content = tree.extractfile(member)
                        found[name[1]] = content.read().decode("utf-8") if content else ""
        except (tarfile.TarError, UnicodeDecodeError) as error:
            raise BadInput(f"{package} cannot be read: {error}") from None
    return dict(sorted(found.items()))


def _dpkg(*words: str) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - Debian's own
            ["/usr/bin/dpkg-deb", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise BadInput("dpkg-deb is missing; sign on a Debian machine") from None
