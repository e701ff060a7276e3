"""Residents who called an officer to the kiosk; at most one call is open."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


def open_one(db: sqlite3.Connection, at: datetime) -> int:
    """Open a call unless one is open; return the id of the open one."""
    db.execute(
        "INSERT INTO help_calls (called_at_ms) VALUES (?) ON CONFLICT DO NOTHING", (to_ms(at),)
    )
    row = db.execute("SELECT id FROM help_calls WHERE answered_at_ms IS NULL").fetchone()
    return int(row["id"])


def open_since(db: sqlite3.Connection) -> datetime | None:
    """When the open call was made; None if nobody waits."""
    row = db.execute("SELECT called_at_ms FROM help_calls WHERE answered_at_ms IS NULL").fetchone()
    return from_ms(row["called_at_ms"]) if row else None


def close(db: sqlite3.Connection, at: datetime, *, by: str) -> bool:
    """Close the open call; False if there is none."""
    closed = db.execute(
        "UPDATE help_calls SET answered_at_ms = ?, answered_by = ? WHERE answered_at_ms IS NULL",
        (to_ms(at), by),
    )
    return bool(closed.rowcount)


def answered_by(db: sqlite3.Connection, call: int) -> str:
    """The name of who came; empty if nobody has, or it is not known."""
    row = db.execute("SELECT answered_by FROM help_calls WHERE id = ?", (call,)).fetchone()
    return str(row["answered_by"]) if row else ""


def add_assisted(db: sqlite3.Connection, request_id: str, officer: str, at: datetime) -> None:
    """Note who helped to enter a request; the first note stays."""
    db.execute(
        """
        INSERT INTO assisted_entries (request_id, officer, at_ms) VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        (request_id, officer, to_ms(at)),
    )


def forget(db: sqlite3.Connection, before: datetime, *, limit: int) -> int:
    """Delete calls answered long ago; return how many."""
    return db.execute(
        """
        DELETE FROM help_calls WHERE id IN (
            SELECT id FROM help_calls WHERE answered_at_ms < ? LIMIT ?
        )
        """,
        (to_ms(before), limit),
    ).rowcount
