"""What the sync agent does for the store every half minute: forget, fold back, shrink, ballast."""

import logging
import sqlite3
from datetime import datetime
from pathlib import Path

from appliance.store import compaction, database, room
from appliance.store.compaction import Compacted
from appliance.store.connection import BoxConnection
from appliance.store.files import shm
from appliance.store.privacy import scrubbing, wal_wipes
from appliance.store.wifi import wifi_sessions as wifi

log = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 200
SESSIONS_KEPT = 20_000
"""Of the WiFi, where no network sets the clock, which `actions.privacy.retaining` waits for:
90 days."""
WAL_ALARM_BYTES = 8 * 1024 * 1024
"""Our own processes leave no reader open, so that only a foreign one lets the WAL grow so far."""
_LOCKS = Path("/proc/locks")


def keep_house(db: sqlite3.Connection, now: datetime) -> Compacted:
    """Do all of it; only the process that checkpoints may (docs/adr/0003)."""
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    path = db.path
    compacted = compaction.compact(db, now)
    database.shrink(db)
    if not _checkpoint(db, path) and database.waiting_bytes(db) > WAL_ALARM_BYTES:
        log.error(
            "the WAL cannot be folded back, a process keeps reading: end it wal_kb=%s pids=%s",
            database.waiting_bytes(db) // 1024,
            ",".join(map(str, sorted(readers(path)))),
        )
    with database.transaction(db):
        wifi.forget_salts(db, now)
        wifi.forget_oldest(db, kept=SESSIONS_KEPT, limit=FORGOTTEN_AT_ONCE)
    scrubbing.scrub(db)
    room.restore(path)
    return compacted


def _checkpoint(db: sqlite3.Connection, path: Path) -> bool:
    """Fold the WAL back; cut it where something has been wiped that it still holds."""
    if (wiped := wal_wipes.waiting(db)) is None:
        return database.checkpoint(db, path)
    if not database.checkpoint(db, path, is_cut=True):
        return False
    with database.transaction(db):
        wal_wipes.cut(db, wiped)
    return True


def readers(path: Path) -> set[int]:
    """Processes that hold a lock on the index of the WAL, as the kernel lists them."""
    try:
        inode = shm(path).stat().st_ino
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return set()
    held = [line.split() for line in lines if f":{inode} " in line]
    return {int(fields[4]) for fields in held if fields[1] == "POSIX" and "->" not in fields}
