"""Whether the WAL still holds what was wiped from the database; the sync agent cuts it then."""

import sqlite3


def note(db: sqlite3.Connection) -> None:
    """Something has been wiped, in the caller's transaction."""
    db.execute("UPDATE wal_wipes SET wiped = wiped + 1")


def waiting(db: sqlite3.Connection) -> int | None:
    """The newest wipe, if the WAL has not been cut since; None if it has."""
    row = db.execute("SELECT wiped FROM wal_wipes WHERE wiped > cut").fetchone()
    return row["wiped"] if row else None


def cut(db: sqlite3.Connection, upto: int) -> None:
    """The WAL has been cut after this wipe."""
    db.execute("UPDATE wal_wipes SET cut = ?", (upto,))
