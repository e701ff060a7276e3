"""How a command opens the box's database: for reading what is there, never to create it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.runtime import refusal, settings
from appliance.store.database import connect


class NoDatabase(PoskoError, FileNotFoundError):
    """There is no database where the configuration says; the message says what to do."""


_REFUSED = {
    "SQLITE_CANTOPEN": "cannot be opened for writing",
    "SQLITE_READONLY": "can only be read",
    "SQLITE_PERM": "may not be opened",
    "SQLITE_IOERR": "cannot be read or written",
}


@contextmanager
def database(config: str | None) -> Iterator[sqlite3.Connection]:
    """Open the database of the configured box."""
    path: Path = settings.load(settings.find(config)).store.path
    if not path.exists():
        raise NoDatabase(
            f"no database at {path} ([store] path). Start a daemon once, or run `posko migrate`."
        )
    try:
        with closing(connect(path)) as db:
            yield db
    except sqlite3.OperationalError as error:
        if told := _refused(path, error):
            raise told from None
        raise


def _refused(path: Path, error: sqlite3.OperationalError) -> refusal.Refused | None:
    """What the system does not let a command do with the file; None: a bug."""
    for name, what in _REFUSED.items():
        if error.sqlite_errorname.startswith(name):
            return refusal.Refused(f"{path} {what}; {refusal.remedy()}")
    return None
