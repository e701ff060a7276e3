"""Opening the one SQLite file, and writing to it in transactions.

Durability is not negotiable: WAL with synchronous=FULL (a power cut loses no committed row;
synchronous=NORMAL does). SQLite before 3.51.3 can corrupt a WAL that is reset while a passive
checkpoint runs, so no connection checkpoints by itself: see `checkpoint` and docs/adr/0003.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.store import commits, gate, room, wal_frames
from appliance.store.connection import BoxConnection, open_existing
from appliance.store.errors import Locked
from appliance.store.files import beside, size_bytes, wal
from appliance.store.repair.integrity import is_damage

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process; a transaction takes milliseconds."""
CHECKPOINT_FROM_BYTES = 4 * 1024 * 1024
"""From so much in the WAL it is folded back into the database."""
WAL_KEPT_BYTES = 8 * 1024 * 1024
"""The WAL file keeps its size, so that commits write over blocks it already has: a commit that
makes the file grow takes nearly twice as long (docs/adr/0003). A file beyond this is cut."""
FREE_PAGES_KEPT = 2048
"""Free pages are used again sooner than the file is shrunk; giving one back writes others."""
PAGES_PER_SHRINK = 512
_CHECKPOINT_WAIT_MS = 100

Connect = Callable[[], sqlite3.Connection]


def connect(path: Path, *, any_thread: bool = False) -> BoxConnection:
    """Open the database file; it must have been made before (store.migrate).

    `any_thread` lets a pool of threads hand the connection on, never share it at one time.
    """
    db = open_existing(path, timeout_s=BUSY_TIMEOUT_MS / 1000, any_thread=any_thread)
    with explained(path):
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 0").fetchone()
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = FAST").fetchone()
    return db


@contextmanager
def transaction(
    db: sqlite3.Connection, *, leaves_reserve: bool = False
) -> Iterator[sqlite3.Connection]:
    """Run the block in one write transaction; any exception rolls all of it back.

    IMMEDIATE, because a read transaction that turns into a write fails at once with
    SQLITE_BUSY_SNAPSHOT, whatever the busy timeout. `leaves_reserve` is for what may be
    refused on a full disk, so that the rest can go on and make room. Raises StoreFull, and Replaced
    when this process must start again.
    """
    with _writing(db) as ours:
        room.prepare(ours.path, leaves_reserve=leaves_reserve)
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a full disk into StoreFull and of others' writing into Locked, and
    note damage for the next start."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            beside(path, ".checked").unlink(missing_ok=True)
        elif _is_full(error, path):
            room.release(path)
            raise room.full(path) from error
        elif _code(error) == sqlite3.SQLITE_BUSY:
            raise Locked(str(error)) from error
        raise


def _is_full(error: sqlite3.Error, path: Path) -> bool:
    code = _code(error)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return room.free_bytes(path) < room.SCARCE_BYTES
    return code == sqlite3.SQLITE_FULL


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def checkpoint(db: sqlite3.Connection, path: Path, *, is_cut: bool = False) -> bool:
    """Fold a large WAL back into the database; False if there was no need or others were busy.

    `is_cut` folds back a small one too, and leaves an empty file.

    The gate keeps every transaction out meanwhile: SQLite alone would go on beside a writer, as a
    PASSIVE checkpoint, when it waited for it in vain. Only the sync agent calls this; the last
    connection to close does the rest.
    """
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    is_cut = is_cut or size_bytes(wal(path)) > (0 if room.is_scarce(path) else WAL_KEPT_BYTES)
    if not is_cut and waiting_bytes(db) < CHECKPOINT_FROM_BYTES:
        return False
    with gate.alone(path, wait_s=_CHECKPOINT_WAIT_MS / 1000) as is_alone, explained(path):
        if not is_alone or not db.gate.is_open():
            return False
        db.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            mode = "TRUNCATE" if is_cut else "RESTART"
            busy, _, _ = db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        if not busy:
            db.folded = wal_frames.end(path)
    return not busy


def waiting_bytes(db: sqlite3.Connection) -> int:
    """What the WAL holds beyond the last checkpoint of this connection."""
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    return wal_frames.end(db.path).bytes_since(db.folded)


def shrink(db: sqlite3.Connection) -> None:
    """Give back some free pages at the end of the file, once they are more than a quarter."""
    [pages] = db.execute("PRAGMA page_count").fetchone()
    [free] = db.execute("PRAGMA freelist_count").fetchone()
    if free > FREE_PAGES_KEPT and free * 4 > pages:
        with _writing(db):
            # As a script, since a plain execute() stops after the first page.
            db.executescript(f"PRAGMA incremental_vacuum({PAGES_PER_SHRINK})")


def give_back(db: sqlite3.Connection) -> None:
    """Give back every free page, with what was in it."""
    with _writing(db):
        db.executescript("PRAGMA incremental_vacuum")


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[BoxConnection]:
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    with db.gate.writing(), explained(db.path):
        yield db
    commits.tell(db.path)


@contextmanager
def savepoint(db: sqlite3.Connection) -> Iterator[None]:
    """Run the block inside the caller's transaction; any exception undoes just this block."""
    db.execute("SAVEPOINT step")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO step")
        raise
    finally:
        db.execute("RELEASE step")
