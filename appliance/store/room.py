"""Room on the disk: a ballast to throw overboard, and a reserve that intake leaves to the rest.

On a full disk SQLite cannot even delete: every change is written to the WAL first. So a file of
`BALLAST_BYTES` lies beside the database, and is removed when room runs out. What it frees lasts for
about ninety complaints; the last `RESERVE_BYTES` are left to acknowledgements and compaction,
which make room, so that the box recovers by itself.
"""

import logging
import os
from pathlib import Path

from appliance.store.errors import StoreFull
from appliance.store.files import beside
from durable_files.folder import sync_folder

log = logging.getLogger(__name__)

BALLAST_BYTES = 1024 * 1024
SCARCE_BYTES = 256 * 1024
"""Below this the ballast goes; the largest transaction, a complaint of 4000 characters, takes
less than 150 kB of WAL."""
RESERVE_BYTES = 512 * 1024
"""Without ballast, less than this is not for intake."""


def prepare(path: Path, *, leaves_reserve: bool) -> None:
    """Make room for a transaction: release the ballast if there is little; raises StoreFull."""
    free = free_bytes(path)
    if free >= RESERVE_BYTES:
        return
    if free < SCARCE_BYTES and release(path):
        free = free_bytes(path)
    if free < RESERVE_BYTES and leaves_reserve and not ballast(path).exists():
        raise full(path)


def full(path: Path) -> StoreFull:
    """The error to raise when there is no room."""
    return StoreFull(
        f"the disk is full: {free_bytes(path) // 1024} kB are left for {path}. Nothing was stored. "
        "Free space on this disk (docs/runbook.md, Disk full); the box then goes on by itself."
    )


def is_scarce(path: Path) -> bool:
    """Tell whether the ballast has gone overboard, or soon will."""
    return free_bytes(path) < RESERVE_BYTES or not ballast(path).exists()


def release(path: Path) -> bool:
    """Remove the ballast; False if it is gone already."""
    try:
        ballast(path).unlink()
    except FileNotFoundError:
        return False
    log.error("the disk is full, the ballast is released path=%s", path)
    return True


def restore(path: Path) -> bool:
    """Make the ballast again if there is room for it beside a reserve; True if it lies there."""
    file = ballast(path)
    if file.exists():
        return True
    if free_bytes(path) < BALLAST_BYTES + RESERVE_BYTES:
        return False
    unfinished = beside(path, ".ballast-new")
    try:
        with unfinished.open("wb") as new:
            os.posix_fallocate(new.fileno(), 0, BALLAST_BYTES)
            os.fsync(new.fileno())
    except OSError:
        unfinished.unlink(missing_ok=True)
        return False
    unfinished.rename(file)
    sync_folder(path.parent)
    return True


def ballast(path: Path) -> Path:
    """Where the ballast of a database lies."""
    return beside(path, ".ballast")


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write beside the database."""
    state = os.statvfs(path.parent)
    return state.f_bavail * state.f_frsize
