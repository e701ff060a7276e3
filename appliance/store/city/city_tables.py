"""Tables the city has published, each in its newest version, and what is in force by them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from appliance.domain.city.city_tables import NAMES, Published, Tables, as_shipped
from appliance.domain.moment import from_ms, to_ms
from appliance.store.connection import BoxConnection

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


def in_force(db: sqlite3.Connection) -> Tables:
    """The tables to judge by, inside or outside a transaction.

    They are made anew when a version in the database is another one, so that every process works
    with what the city has published last.
    """
    assert isinstance(db, BoxConnection), "the tables are those of a box"
    here = tuple((n, v) for n, v in versions(db).items() if n in NAMES)
    if not here:
        return as_shipped()
    known, tables = _in_force.get(db.path, ((), as_shipped()))
    if known != here:
        tables = Tables({name: Published(version, rows(db, name)) for name, version in here})
        _in_force[db.path] = (here, tables)
    return tables


_in_force: dict[Path, tuple[tuple[tuple[str, int], ...], Tables]] = {}
"""By database, as last made; a process has one."""


def received(db: sqlite3.Connection) -> dict[str, tuple[datetime, int]]:
    """When each table came, and how many rows it has."""
    found = db.execute("SELECT name, received_at_ms, json_array_length(rows) AS n FROM city_tables")
    return {row["name"]: (from_ms(row["received_at_ms"]), row["n"]) for row in found}


def versions(db: sqlite3.Connection) -> dict[str, int]:
    """Which tables there are."""
    found = db.execute("SELECT name, version FROM city_tables ORDER BY name")
    return {row["name"]: row["version"] for row in found}
