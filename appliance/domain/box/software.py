"""An update of the box as one file: what a release says of itself, signed, and then its .deb.

The file is the line `posko-update/1`, four bytes with the length of a frame (most significant
first), the frame (`signature`: marker, Ed25519, then the manifest as JSON), and the package. It
holds no names of files, so nothing can be unpacked to a wrong place. Knows neither files nor dpkg.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import msgspec

from appliance.domain.blobs import UPDATE_MAX_BYTES
from appliance.domain.city import signature
from appliance.domain.errors import BadInput, WireError

SUFFIX = ".poskoupdate"
HEAD_MAX_BYTES = 8 * 1024
"""The first line, the length and the frame."""
PACKAGE_MAX_BYTES = UPDATE_MAX_BYTES - HEAD_MAX_BYTES
_FIRST_LINE = b"posko-update/1\n"
_LENGTH_BYTES = 4
_PURPOSE = "posko-update/1"
"""In place of a topic: what a release key signs can be nothing else."""

VERSION_PATTERN = r"^[0-9][A-Za-z0-9.+~-]{0,39}\Z"
Version = Annotated[str, msgspec.Meta(pattern=VERSION_PATTERN)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a release says of itself."""

    version: Version
    architecture: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{2,20}\Z")]
    """As Debian writes it: arm64, amd64, or all."""
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=PACKAGE_MAX_BYTES)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """Of the package."""
    installed_bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
    schema: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    """How many migrations of the database it knows."""
    compatible_from: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    """The least schema whose programs can run on the database as this release leaves it."""
    minimum: Version | None = None
    """The oldest release that this one can follow."""
    floor: Version | None = None
    """Once this release has stayed, nothing older than that is installed any more."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the package, proven."""

    manifest: Manifest
    key: str
    """The release key that signed it."""
    size_bytes: int
    """Where the package begins."""


class BadUpdate(BadInput):
    """A file that is no update for this box; the message says what to do."""


def head(secret: bytes, manifest: Manifest) -> bytes:
    """What to write before the package; `secret` is that of a release key."""
    frame = signature.sign(secret, _PURPOSE, msgspec.json.encode(manifest))
    return _FIRST_LINE + len(frame).to_bytes(_LENGTH_BYTES, "big") + frame


def read_head(start: bytes, keys: Iterable[str]) -> Head:
    """The head of a file, given its first HEAD_MAX_BYTES (or all); raises BadUpdate."""
    frame = _frame(start)
    try:
        body, key = signature.verified(frame, _PURPOSE, keys)
    except WireError as error:
        raise BadUpdate(_UNTRUSTED[error.code]) from None
    return Head(_manifest(body), key, len(_FIRST_LINE) + _LENGTH_BYTES + len(frame))


def claimed(start: bytes) -> Manifest:
    """What a file says it is, whoever signed it; raises BadUpdate."""
    return _manifest(signature.unsigned(_frame(start)))


def _frame(start: bytes) -> bytes:
    if not start.startswith(_FIRST_LINE):
        raise BadUpdate("this is not an update for Posko; take a file that ends in " + SUFFIX)
    begins = len(_FIRST_LINE) + _LENGTH_BYTES
    length = int.from_bytes(start[len(_FIRST_LINE) : begins], "big")
    frame = start[begins : begins + length]
    if len(start) < begins or begins + length > HEAD_MAX_BYTES or len(frame) < length:
        raise BadUpdate("the file is cut short or damaged; copy it to the stick again")
    return frame


def _manifest(body: bytes) -> Manifest:
    try:
        return msgspec.json.decode(body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadUpdate(
            f"made for a later way of updating ({error}); install an update in between"
        ) from None


_UNTRUSTED = {
    "unsigned": "the file has no signature; only files of `posko-center updates sign` are taken",
    "signature": "signed by no release key that this box trusts, or damaged; copy the file again, "
    "and compare update.release_keys in posko.toml with `posko-center updates show`",
}
