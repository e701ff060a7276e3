"""Public keys of the units as the settings name them; a table of the city goes before them."""

import sqlite3
from collections.abc import Mapping


def replace(db: sqlite3.Connection, keys: Mapping[str, str]) -> None:
    """Take the keys of the settings over as a whole."""
    db.execute("DELETE FROM sealing_keys")
    db.executemany("INSERT INTO sealing_keys (unit, key) VALUES (?, ?)", keys.items())


def every(db: sqlite3.Connection) -> dict[str, str]:
    """The keys by unit."""
    return dict(db.execute("SELECT unit, key FROM sealing_keys ORDER BY unit").fetchall())
