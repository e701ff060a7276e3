"""Small live facts each process states about itself, for `posko status`; each writes its own."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


def set_many(db: sqlite3.Connection, process: str, values: dict[str, str], at: datetime) -> None:
    """Overwrite the named gauges of a process."""
    db.executemany(
        """
        INSERT INTO gauges (process, name, value, at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (process, name) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms
        """,
        [(process, name, value, to_ms(at)) for name, value in values.items()],
    )


def of(db: sqlite3.Connection, process: str) -> dict[str, str]:
    """The gauges of one process: name -> value."""
    rows = db.execute("SELECT name, value FROM gauges WHERE process = ?", (process,))
    return {row["name"]: row["value"] for row in rows}


def every(db: sqlite3.Connection) -> dict[str, dict[str, tuple[str, datetime]]]:
    """All gauges: process -> name -> (value, when it was stated)."""
    gauges: dict[str, dict[str, tuple[str, datetime]]] = {}
    for row in db.execute("SELECT process, name, value, at_ms FROM gauges ORDER BY process, name"):
        gauges.setdefault(row["process"], {})[row["name"]] = (row["value"], from_ms(row["at_ms"]))
    return gauges
