"""Tables the city has published, each in its newest version."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from appliance.domain.moment import to_ms

Rows = list[dict[str, str]]


def replace(
    db: sqlite3.Connection,
    name: str,
    version: int,
    rows: Sequence[Mapping[str, str]],
    at: datetime,
) -> bool:
    """Take a table over as a whole; False when what is there is as new or newer."""
    taken = db.execute(
        """
        INSERT INTO city_tables (name, version, rows, received_at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, rows = excluded.rows,
            received_at_ms = excluded.received_at_ms
        WHERE excluded.version > version
        """,
        (name, version, json.dumps(rows, ensure_ascii=False), to_ms(at)),
    )
    return taken.rowcount > 0


def rows(db: sqlite3.Connection, name: str) -> Rows:
    """The rows of a table; none if the city has not published it."""
    row = db.execute("SELECT rows FROM city_tables WHERE name = ?", (name,)).fetchone()
    found: Rows = json.loads(row["rows"]) if row else []
    return found


def versions(db: sqlite3.Connection) -> dict[str, int]:
    """Which tables there are."""
    found = db.execute("SELECT name, version FROM city_tables ORDER BY name")
    return {row["name"]: row["version"] for row in found}
