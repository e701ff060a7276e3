"""Whether the WAL still holds what was wiped from the database; the sync agent cuts it then."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def wiping(db: sqlite3.Connection) -> Iterator[None]:
    """What is deleted or made shorter meanwhile is overwritten, in the caller's transaction."""
    with overwriting(db):
        yield
    db.execute("UPDATE wal_wipes SET wiped = wiped + 1")


@contextmanager
def overwriting(db: sqlite3.Connection) -> Iterator[None]:
    """As `wiping`, where somebody else sees to the WAL."""
    db.execute("PRAGMA secure_delete = ON").fetchone()
    try:
        yield
    finally:
        db.execute("PRAGMA secure_delete = FAST").fetchone()


def waiting(db: sqlite3.Connection) -> int | None:
    """The newest wipe, if the WAL has not been cut since; None if it has."""
    row = db.execute("SELECT wiped FROM wal_wipes WHERE wiped > cut").fetchone()
    return row["wiped"] if row else None


def cut(db: sqlite3.Connection, upto: int) -> None:
    """The WAL has been cut after this wipe."""
    db.execute("UPDATE wal_wipes SET cut = ?", (upto,))
