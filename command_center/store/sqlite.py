"""What SQLite needs to keep what it has committed.

WAL with synchronous=FULL, BEGIN IMMEDIATE for writers (a read transaction that turns into a write
fails at once with SQLITE_BUSY_SNAPSHOT), and checkpoints by one caller only (SQLite before 3.51.3
can corrupt a WAL that is reset while another connection checkpoints).
"""

import sqlite3
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_S = 10
"""How long a writer waits for another; a transaction takes milliseconds."""
CHECKPOINT_FROM_BYTES = 1024 * 1024
"""WAL size from which it is folded back into the database."""
PAGE_BYTES = 8192
"""Of a new database, as PostgreSQL's: half the writes into the WAL when an outage ends."""
_READING = "posko_reading"
READING = {_READING: True}
"""Options of a connection that only reads."""


def prepare(engine: Engine) -> None:
    """Give every connection of an engine these settings."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def file_of(engine: Engine) -> Path | None:
    """The file behind an engine; None for a database in memory."""
    name = engine.url.database
    return Path(name) if name else None


def checkpoint(engine: Engine, *, from_bytes: int) -> bool:
    """Fold a WAL of that size back; False if there was no need or others were busy."""
    path = file_of(engine)
    wal = path.with_name(path.name + "-wal") if path else None
    if wal is None or not wal.exists() or wal.stat().st_size < from_bytes:
        return False
    pooled = engine.raw_connection()
    try:
        db = cast("sqlite3.Connection", pooled.driver_connection)
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        pooled.close()
    return not busy


def _prepare(db: sqlite3.Connection, _record: object) -> None:
    db.isolation_level = None  # we say BEGIN ourselves
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}").fetchone()
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON").fetchone()


def _begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
