"""Opening the one SQLite file, writing to it in transactions, and noticing others' writes.

Durability is not negotiable: WAL with synchronous=FULL (a power cut loses no committed row;
synchronous=NORMAL does). SQLite before 3.51.3 can corrupt a WAL that is reset while a passive
checkpoint runs, so no connection checkpoints by itself: see `checkpoint` and docs/adr/0003.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from appliance.store import room
from appliance.store.files import beside, size_bytes, wal
from appliance.store.gate import Gate

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process; a transaction takes milliseconds."""
CHECKPOINT_FROM_BYTES = 1024 * 1024
"""WAL size from which it is folded back into the database."""
_CHECKPOINT_WAIT_MS = 100

Connect = Callable[[], sqlite3.Connection]


class Rows(sqlite3.Cursor):
    """A cursor that takes all rows at once, so that no reader can be forgotten half way.

    An open reader keeps the WAL from ever being folded back. Results are small by design: what may
    be large is read in slices (`outbox.after`).
    """

    _left: Iterator[Any] = iter(())

    def execute(self, *args: Any) -> "Rows":  # noqa: ANN401 - as sqlite3 has it
        """Run one statement to its end."""
        super().execute(*args)
        self._left = iter(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:  # noqa: ANN401 - as sqlite3 has it
        """The next row, or None."""
        return next(self._left, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """The next rows."""
        return [row for row, _ in zip(self._left, range(size or 1), strict=False)]

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._left)

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - as sqlite3 has it
        return next(self._left)


class BoxConnection(sqlite3.Connection):
    """A connection that knows its file and whether that is still the one in use."""

    path: Path
    gate: Gate

    def cursor(self, factory: Any = Rows) -> Any:  # type: ignore[override]  # noqa: ANN401
        """A cursor that leaves no reader open."""
        return super().cursor(factory)

    def close(self) -> None:
        """Close the file and leave the gate."""
        super().close()
        self.gate.close()


def connect(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """Open the database file; it must have been made before (store.migrate).

    `any_thread` lets a pool of threads hand the connection on, never share it at one time.
    """
    gate = Gate(path)
    with gate.opening():
        db = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=BUSY_TIMEOUT_MS / 1000,
            check_same_thread=not any_thread,
            factory=BoxConnection,
        )
    db.path, db.gate = path, gate
    db.row_factory = sqlite3.Row
    with _explained(path):
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        db.execute("PRAGMA foreign_keys = ON")
    return db


@contextmanager
def transaction(
    db: sqlite3.Connection, *, may_use_reserve: bool = False
) -> Iterator[sqlite3.Connection]:
    """Run the block in one write transaction; any exception rolls all of it back.

    IMMEDIATE, because a read transaction that turns into a write fails at once with
    SQLITE_BUSY_SNAPSHOT, whatever the busy timeout. `may_use_reserve` is for what must go on when
    the disk is full, because it makes room or because lives depend on it. Raises StoreFull, and
    Replaced when this process must start again.
    """
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    with db.gate.writing(), _explained(db.path):
        room.prepare(db.path, may_use_reserve=may_use_reserve)
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says about disk and damage into what must happen next."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            beside(path, ".checked").unlink(missing_ok=True)
        elif _is_full(error, path):
            room.release(path)
            raise room.full(path) from error
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether SQLite speaks of bytes that are not as it wrote them."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or code in _READ_FAULTS


_READ_FAULTS = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)


def _is_full(error: sqlite3.Error, path: Path) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return room.free_bytes(path) < room.SCARCE_BYTES
    return code == sqlite3.SQLITE_FULL


def checkpoint(db: sqlite3.Connection, path: Path) -> bool:
    """Fold a large WAL back into the database; False if there was no need or others were busy.

    TRUNCATE takes the writer's lock, so no commit can reset the WAL under it. Only the sync agent
    calls this; the last connection to close does the rest.
    """
    least = 1 if room.is_scarce(path) else CHECKPOINT_FROM_BYTES
    if size_bytes(wal(path)) < least:
        return False
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    with db.gate.writing(), _explained(path):
        db.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return not busy


class Watcher:
    """Notices commits of other connections by polling `PRAGMA data_version` (microseconds)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = -1

    def changed(self) -> bool:
        """Tell whether anyone else has committed since the last call; True at the first."""
        version: int = self._db.execute("PRAGMA data_version").fetchone()[0]
        has_changed = version != self._seen
        self._seen = version
        return has_changed
