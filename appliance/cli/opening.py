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


class Damaged(PoskoError, RuntimeError):
    """The database is not whole; the message says what to do."""

    @classmethod
    def by(cls, path: Path, fault: str) -> "Damaged":
        """By a fault that somebody has found in it."""
        return cls(
            f"{path} is damaged ({fault}). Run `posko store repair`, or restart any daemon; see "
            "docs/runbook.md, Damaged database."
        )


_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
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
    except sqlite3.DatabaseError as error:
        if told := _refused(path, error):
            raise told from None
        raise


def _refused(path: Path, error: sqlite3.DatabaseError) -> PoskoError | None:
    """Why a command cannot work with the file, and what to do; None: a bug."""
    of_sqlite = getattr(error, "sqlite_errorname", "")  # Python's own have none
    if of_sqlite.startswith(_DAMAGED):
        return Damaged.by(path, str(error))
    for name, what in _REFUSED.items():
        if of_sqlite.startswith(name):
            return refusal.Refused(f"{path} {what}; {refusal.remedy()}")
    return None
