"""Opening the one SQLite file, writing to it in transactions, and noticing others' writes.

Durability is not negotiable: WAL with synchronous=FULL (a power cut loses no committed row;
synchronous=NORMAL does). SQLite before 3.51.3 can corrupt a WAL that is reset while a passive
checkpoint runs, so no connection checkpoints by itself: see `checkpoint` and docs/adr/0003.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process; a transaction takes milliseconds."""
CHECKPOINT_FROM_BYTES = 1024 * 1024
"""WAL size from which it is folded back into the database."""
_CHECKPOINT_WAIT_MS = 100

Connect = Callable[[], sqlite3.Connection]


def connect(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """Open the database file; it must have been migrated before (store.migrate).

    `any_thread` lets a pool of threads hand the connection on, never share it at one time.
    """
    db = sqlite3.connect(
        path,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_MS / 1000,
        check_same_thread=not any_thread,
    )
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
    db.execute("PRAGMA foreign_keys = ON")
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run the block in one write transaction; any exception rolls all of it back.

    IMMEDIATE, because a read transaction that turns into a write fails at once with
    SQLITE_BUSY_SNAPSHOT, whatever the busy timeout.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def checkpoint(db: sqlite3.Connection, path: Path) -> bool:
    """Fold a large WAL back into the database; False if there was no need or others were busy.

    TRUNCATE takes the writer's lock, so no commit can reset the WAL under it. Only the sync agent
    calls this; the last connection to close does the rest.
    """
    wal = path.with_name(path.name + "-wal")
    if not wal.exists() or wal.stat().st_size < CHECKPOINT_FROM_BYTES:
        return False
    db.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
    try:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return not busy


class Watcher:
    """Notices commits of other connections by polling `PRAGMA data_version` (microseconds)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = -1

    def changed(self) -> bool:
        """Tell whether anyone else has committed since the last call; True at the first."""
        version: int = self._db.execute("PRAGMA data_version").fetchone()[0]
        has_changed = version != self._seen
        self._seen = version
        return has_changed
