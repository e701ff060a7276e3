"""How much of the WAL is not yet folded back, read from the WAL itself.

The size of the file does not tell, since commits after a checkpoint write over what it holds. The
index beside it (`-shm`) would, but must not be opened: closing any file of that inode drops the
locks by which SQLite knows that this process is there. On the WAL it holds none.

Layout: https://sqlite.org/fileformat2.html, "WAL File Format". Every frame carries the two salts of
the header; those left over from before the WAL was begun anew carry others.
"""

import bisect
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from appliance.store.files import wal

_HEADER = struct.Struct(">8xI4x8s8x")
"""Page size and salts."""
_FRAME_SALTS = struct.Struct(">8x8s8x")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the WAL: so many frames since it was begun with these salts."""

    salts: bytes = b""
    frames: int = 0
    frame_bytes: int = 0

    def bytes_since(self, earlier: "Mark") -> int:
        """What has been written after an earlier mark."""
        before = earlier.frames if earlier.salts == self.salts else 0
        return (self.frames - before) * self.frame_bytes


def end(path: Path) -> Mark:
    """Where the WAL of the database at `path` ends now; the empty mark if there is none."""
    try:
        file = os.open(wal(path), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return Mark()
    try:
        return _end(file)
    finally:
        os.close(file)


def _end(file: int) -> Mark:
    header = os.pread(file, _HEADER.size, 0)
    if len(header) < _HEADER.size:
        return Mark()
    page_bytes, salts = _HEADER.unpack(header)
    frame_bytes = page_bytes + _FRAME_SALTS.size

    def is_older(number: int) -> bool:
        frame = os.pread(file, _FRAME_SALTS.size, _HEADER.size + number * frame_bytes)
        return len(frame) < _FRAME_SALTS.size or _FRAME_SALTS.unpack(frame)[0] != salts

    in_file = (os.fstat(file).st_size - _HEADER.size) // frame_bytes
    return Mark(salts, bisect.bisect_left(range(in_file), True, key=is_older), frame_bytes)
