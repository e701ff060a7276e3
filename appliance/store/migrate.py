"""Bringing a database file to this release's schema, forward only.

Each `migrations/NNN-verb-table.sql` is applied in one transaction together with its record. On
top of sqlite_utils.Migrations this adds what it lacks: a lock between processes, a checksum that
notices an edited migration, and the refusal of a schema newer than the program, unless the database
says that such a program can live with it (`schema_rule`): after an update that was taken back.
"""

import fcntl
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.domain.box import schema_rule
from appliance.domain.errors import PoskoError
from appliance.domain.ids import SiteCode
from appliance.store import files, gate, replacing, room
from appliance.store.box import begun_blocks
from appliance.store.box import this_box as box
from appliance.store.database import connect, explained, transaction
from appliance.store.repair import integrity, salvage

PAGE_BYTES = 512
"""A complaint changes about 15 pages and each change writes the whole page: with SQLite's default
of 4096 the WAL takes four times as many bytes (docs/benchmarks.md, Wear)."""

_SCRIPTS = Path(__file__).parent / "migrations"
_MODE = 0o660
"""Daemons are users of one group; SQLite would make a file that its owner alone may write, and
its WAL alike."""


class SchemaError(PoskoError, RuntimeError):
    """The database file does not fit this program; the message says what to do."""


def scripts() -> dict[str, str]:
    """Every migration's name and SQL, in order."""
    found = sorted(_SCRIPTS.glob("*.sql"))
    return {path.name: path.read_text(encoding="utf-8") for path in found}


def ensure(
    path: Path, site: SiteCode, new_epoch: Callable[[], str], *, is_thorough: bool = False
) -> None:
    """Create, salvage or migrate the database of `site`; safe to call from several processes.

    A damaged file is set aside and replaced by what could be read of it; `is_thorough` looks for
    damage even where this boot has looked. Raises SchemaError when the file is newer than the
    program can bear, was migrated by an edited script, or belongs to another site; StoreFull
    without room.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(path), explained(path):
        _mend(path, site, new_epoch, is_thorough=is_thorough)
        try:
            _bring_up_to_date(path, site, new_epoch)
        except sqlite3.DatabaseError as error:
            if not integrity.is_damage(error):
                raise
            _mend(path, site, new_epoch, is_thorough=True)
            _bring_up_to_date(path, site, new_epoch)
        room.restore(path)


def replace(path: Path, fresh: Path, when: str) -> Path | None:
    """Put a finished database here, with its files; return where is what was here, named by `when`.

    Running processes notice at their next transaction.
    """
    with _one_at_a_time(path), gate.alone(path):
        return replacing.begin(path, fresh, when)


def _bring_up_to_date(path: Path, site: SiteCode, new_epoch: Callable[[], str]) -> None:
    with _opened(path) as db:
        _refuse_foreign(db)
        if _version(db) < len(scripts()):
            _apply(db)
        with transaction(db):
            owner = box.claim(db, site, new_epoch, begun_blocks.of(path))
        begun_blocks.note(path, box.current_block(db))
    if owner != site:
        raise SchemaError(
            f"{path} belongs to kecamatan {owner}, but [site] code says {site}. "
            "Set [site] code back, or give this box a new [store] path."
        )


def _mend(path: Path, site: SiteCode, new_epoch: Callable[[], str], *, is_thorough: bool) -> None:
    if replacing.is_pending(path):
        replacing.finish(path)
    if salvage.is_pending(path):
        salvage.finish(path, _build, site, new_epoch)
    if path.exists() and (fault := integrity.fault(path, is_thorough=is_thorough)):
        salvage.set_aside(path, fault)
        salvage.finish(path, _build, site, new_epoch)
    if not path.exists():
        fresh = files.beside(path, ".fresh")
        _build(fresh)
        files.install(fresh, path)


def _build(path: Path) -> None:
    """Make an empty database of this release in a file that nobody uses yet."""
    files.remove(path)
    path.touch(mode=_MODE)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _apply(db)
    finally:
        db.close()


def lock_file(path: Path) -> Path:
    """Held by who brings the database at `path` up to date."""
    return files.beside(path, ".migrate-lock")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with lock_file(path).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    db = connect(path)
    try:
        yield db
    finally:
        db.close()


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _refuse_foreign(db: sqlite3.Connection) -> None:
    version, known = _version(db), scripts()
    if version > len(known) < _needs_from(db, version):
        raise SchemaError(
            f"the database has schema {version}, this program knows {len(known)}. "
            "Install the newer posko again, or restore a backup made before the upgrade."
        )
    if version == 0:
        return
    recorded = dict(db.execute("SELECT name, sha256 FROM migration_checksums").fetchall())
    for name, sql in list(known.items())[:version]:
        if recorded.get(name) != _checksum(sql):
            raise SchemaError(f"migration {name} is not the one this database was made with")


def needs_from(path: Path) -> int:
    """The least schema whose programs can run on a database; 0 where there is none yet."""
    if not path.exists():
        return 0
    with _opened(path) as db:
        return _needs_from(db, _version(db))


def _needs_from(db: sqlite3.Connection, version: int) -> int:
    """What the program that made this schema said; of one that said nothing, none but its own."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_needs'").fetchone():
        return version
    row = db.execute("SELECT program FROM schema_needs WHERE schema = ?", (version,)).fetchone()
    return int(row[0]) if row else version


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


def _apply(db: sqlite3.Connection) -> None:
    # Imported here: daemons that find a current schema never pay for it (9 MiB).
    from sqlite_utils import Database, Migrations  # noqa: PLC0415

    migrations = Migrations("posko")
    for number, (name, sql) in enumerate(scripts().items(), start=1):
        migrations(name=name)(_step(number, name, sql))
    migrations.apply(Database(db))


def _step(number: int, name: str, sql: str) -> Callable[[object], None]:
    def run(database: object) -> None:
        db: sqlite3.Connection = database.conn  # type: ignore[attr-defined]
        db.execute(
            "CREATE TABLE IF NOT EXISTS migration_checksums "
            "(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT"
        )
        db.execute(
            "CREATE TABLE IF NOT EXISTS schema_needs "
            "(schema INTEGER PRIMARY KEY, program INTEGER NOT NULL) STRICT"
        )
        for statement in statements(sql):
            db.execute(statement)
        db.execute("INSERT INTO migration_checksums VALUES (?, ?)", (name, _checksum(sql)))
        needed = schema_rule.compatible_from(dict(list(scripts().items())[:number]))
        db.execute("INSERT INTO schema_needs VALUES (?, ?)", (number, needed))
        db.execute(f"PRAGMA user_version = {number}")

    run.__name__ = name
    return run


def statements(sql: str) -> Iterator[str]:
    """Split a script where SQLite itself says a statement ends (triggers stay whole)."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        raise SchemaError(f"a migration ends inside a statement: {pending.strip()[:60]!r}")
