"""Files too large for an event: what an event says of one, and where a chunk of it belongs.

The event carries the manifest; the receiver asks for the bytes it lacks, and chunks answer
(docs/protocol.md, Large payloads). The name of a file is the SHA-256 of its content.
"""

import re
from dataclasses import dataclass

from appliance.domain.errors import BadInput

BLOB_MAX_BYTES = 8 * 1024 * 1024
UPDATE_TYPE = "application/vnd.posko.update"
UPDATE_MAX_BYTES = 64 * 1024 * 1024
"""An update of the box is the one file that may be larger."""
CHUNK_MAX_BYTES = 32 * 1024
"""Half of the longest message; four seconds of a line with 64 kbit/s."""
SHORT_NAME_CHARS = 32
"""A topic carries the first 128 bits of the name: the receiver knows the rest."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is known of a file before its bytes; raises BadInput for what cannot be one."""

    sha256: str
    size_bytes: int
    media_type: str

    def __post_init__(self) -> None:
        if not is_name(self.sha256):
            raise BadInput("sha256 is not 64 hex digits")
        most = UPDATE_MAX_BYTES if self.media_type == UPDATE_TYPE else BLOB_MAX_BYTES
        if not 1 <= self.size_bytes <= most:
            raise BadInput(f"a file has 1 to {most} bytes, not {self.size_bytes}")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise BadInput("media_type is not a media type")


@dataclass(frozen=True, slots=True)
class ChunkPlace:
    """Where a chunk belongs: the short name of its file, and its first byte."""

    short_name: str
    offset: int


def is_name(text: str) -> bool:
    """Tell whether a text is the name of a file: 64 hex digits."""
    return _SHA256.fullmatch(text) is not None


def short_name(sha256: str) -> str:
    """The name of a file in topics."""
    return sha256[:SHORT_NAME_CHARS]
