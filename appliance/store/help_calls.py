"""Residents who called an officer to the kiosk; at most one call is open."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


def add(db: sqlite3.Connection, at: datetime) -> bool:
    """Open a call; False if one is open."""
    added = db.execute(
        "INSERT INTO help_calls (called_at_ms) VALUES (?) ON CONFLICT DO NOTHING", (to_ms(at),)
    )
    return bool(added.rowcount)


def open_since(db: sqlite3.Connection) -> datetime | None:
    """When the open call was made; None if nobody waits."""
    row = db.execute("SELECT called_at_ms FROM help_calls WHERE answered_at_ms IS NULL").fetchone()
    return from_ms(row["called_at_ms"]) if row else None


def close(db: sqlite3.Connection, at: datetime) -> bool:
    """Close the open call; False if there is none."""
    closed = db.execute(
        "UPDATE help_calls SET answered_at_ms = ? WHERE answered_at_ms IS NULL", (to_ms(at),)
    )
    return bool(closed.rowcount)


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
