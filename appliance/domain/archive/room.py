"""Whether the archive may take another file: it never displaces complaints. Pure.

Photos are taken only while 64 MiB are free, and complaints until the last half MiB
(`store/room.py`); the archive stops long before either.
"""

from dataclasses import dataclass
from enum import StrEnum

LEAVES_FREE_BYTES = 256 * 1024 * 1024
"""What is less than this of the disk is not for the archive."""


class NoRoom(StrEnum):
    """Why a file is not taken."""

    FILE = "file"
    SHARE = "share"
    DISK = "disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The disk as it is, what the archive has of it, and what it may have."""

    disk_bytes: int
    free_bytes: int
    archive_bytes: int
    share_percent: int
    file_max_bytes: int

    def refuses(self, size_bytes: int) -> NoRoom | None:
        """Why a file of this size is not taken; None if it is."""
        if size_bytes > self.file_max_bytes:
            return NoRoom.FILE
        if (self.archive_bytes + size_bytes) * 100 > self.disk_bytes * self.share_percent:
            return NoRoom.SHARE
        if self.free_bytes - size_bytes < LEAVES_FREE_BYTES:
            return NoRoom.DISK
        return None
