"""How a command opens the box's database: for reading what is there, never to create it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.runtime import settings
from appliance.store.database import connect


class NoDatabase(PoskoError, FileNotFoundError):
    """There is no database where the configuration says; the message says what to do."""


@contextmanager
def database(config: str | None) -> Iterator[sqlite3.Connection]:
    """Open the database of the configured box."""
    path: Path = settings.load(settings.find(config)).store.path
    if not path.exists():
        raise NoDatabase(
            f"no database at {path} ([store] path). Start a daemon once, or run `posko migrate`."
        )
    db = connect(path)
    try:
        yield db
    finally:
        db.close()
