"""Public keys of the city that it has told the box to trust, or to trust no more."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms


def changes(db: sqlite3.Connection) -> dict[str, bool]:
    """Every key the city has spoken of, and whether it is to be trusted; oldest word first."""
    rows = db.execute("SELECT key, is_trusted FROM city_keys ORDER BY changed_at_ms, key")
    return {row["key"]: bool(row["is_trusted"]) for row in rows}


def change(db: sqlite3.Connection, key: str, at: datetime, *, is_trusted: bool) -> None:
    """Keep the city's latest word on a key."""
    db.execute(
        """
        INSERT INTO city_keys (key, is_trusted, changed_at_ms) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET
            is_trusted = excluded.is_trusted, changed_at_ms = excluded.changed_at_ms
        """,
        (key, int(is_trusted), to_ms(at)),
    )
