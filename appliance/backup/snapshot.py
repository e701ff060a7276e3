"""A whole copy of the database at one moment, looked over before anybody trusts it.

By VACUUM INTO, not SQLite's backup API: it reads every row in one transaction while others write,
so it needs no second try however busy the box is, and leaves out free pages, in which erased words
may still stand. The copy lies beside the database for as long as it is read.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from appliance.domain.errors import PoskoError
from appliance.store import files, room
from appliance.store.database import connect
from appliance.store.repair import integrity

LEAVES_FREE_BYTES = 64 * 1024 * 1024
"""So much stays for the box; with less it takes no photos either."""


class NoSnapshot(PoskoError, OSError):
    """The database cannot be copied now; the message says what to do."""


@contextmanager
def taken(path: Path) -> Iterator[Path]:
    """A checked copy of the database at `path`, gone after the block. Raises NoSnapshot."""
    copy = files.beside(path, ".backup")
    files.remove(copy)
    needed = files.size_bytes(path) + files.size_bytes(files.wal(path)) + LEAVES_FREE_BYTES
    if room.free_bytes(path) < needed:
        raise NoSnapshot(
            f"{needed // 2**20} MB must be free beside {path} to copy the database, "
            f"{room.free_bytes(path) // 2**20} are; see docs/runbook.md, Disk full"
        )
    copy.touch(mode=0o600)
    try:
        # `actions.box.shedding` removes copies that nobody holds; SQLite's locks are another kind.
        with copy.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if fault := _copy(path, copy):
                raise NoSnapshot(f"the database is not whole ({fault}); run `posko store check`")
            yield copy
    finally:
        files.remove(copy)


def _copy(path: Path, copy: Path) -> str | None:
    """Copy; return what is wrong, or None."""
    try:
        with closing(connect(path)) as db:
            db.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.DatabaseError as error:
        if integrity.is_damage(error):
            return str(error)
        raise NoSnapshot(f"the database cannot be copied now: {error}") from error
    return integrity.inspect(copy)


def counts(copy: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(opened(copy)) as db:
        names = [name for [name] in db.execute(_TABLES)]
        return {name: _count(db, name) for name in names}


def opened(copy: Path) -> sqlite3.Connection:
    """Open a copy that nobody else uses, to read."""
    return sqlite3.connect(f"file:{quote(str(copy))}?mode=ro", uri=True)


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"


def _count(db: sqlite3.Connection, table: str) -> int:
    [count] = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - names of ours
    return int(count)
