"""Bringing the city's database to this release's schema, forward only, from code at start.

Knows alembic and the lock that keeps two starting programs apart. Does not know what the tables
mean; the steps are in `command_center/migrations/versions`.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import OperationalError

from appliance.domain.errors import PoskoError
from appliance.domain.moment import to_ms
from command_center.store import database, postgresql
from command_center.store.schema.city import city, migration_checksums

_STEPS = Path(__file__).parent.parent / "migrations"


class SchemaError(PoskoError, RuntimeError):
    """The database does not fit this program; the message says what to do."""


def ensure(engine: Engine, code: str, new_epoch: Callable[[], str], now: datetime) -> None:
    """Create or migrate the database of a city (four digits); safe to call from two programs.

    Raises SchemaError when the database is newer than the program, was migrated by an edited step,
    or belongs to another city, UnusableDatabaseError when a server cannot be used.
    """
    with _explained(engine), _one_at_a_time(engine), database.writing(engine) as connection:
        _upgrade(connection)
        owner = _claim(connection, code, new_epoch, now)
    if owner != code:
        raise SchemaError(
            f"{engine.url.database} belongs to city {owner}, but [site] code says {code}. "
            "Set [site] code back, or give this city a new [center] database."
        )


def require(engine: Engine) -> None:
    """Raise SchemaError unless the database exists with this release's schema; change nothing."""
    path = database.file_of(engine)
    if path is not None and not path.exists():
        raise SchemaError(f"there is no database at {path} yet; start posko-center first")
    with _explained(engine), database.reading(engine) as connection:
        current = _current(connection)
    if current != _script().get_current_head():
        raise SchemaError("the database has another schema; start this release's posko-center")


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if not postgresql.is_behind(engine):
            raise
        raise postgresql.explained(engine, error) from None


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """Beside `database.writing`, which two on a server share, and two that make a file do not."""
    path = database.file_of(engine)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".migrate-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _upgrade(connection: Connection) -> None:
    if postgresql.is_behind(connection.engine):
        postgresql.check(connection)
    script, current = _script(), _current(connection)
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(
            f"the database has schema {current}, which this program does not know. "
            "Install the newer posko again, or restore a backup made before the upgrade."
        )
    _refuse_edited(connection, _applied(script, current))
    if current != script.get_current_head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _record(connection, _applied(script, script.get_current_head()))


def _applied(script: ScriptDirectory, current: str | None) -> list[Script]:
    """The steps that led to this schema."""
    return list(script.iterate_revisions(current, "base")) if current else []


def _refuse_edited(connection: Connection, steps: list[Script]) -> None:
    recorded = _recorded(connection)
    for step in steps:
        if recorded.get(step.revision) != _checksum(step):
            raise SchemaError(
                f"migration {step.revision} is not the one this database was made with. "
                "Install the posko again that made it."
            )


def _record(connection: Connection, steps: list[Script]) -> None:
    recorded = _recorded(connection)
    rows = [
        {"revision": step.revision, "sha256": _checksum(step)}
        for step in steps
        if step.revision not in recorded
    ]
    connection.execute(insert(migration_checksums), rows)


def _recorded(connection: Connection) -> dict[str, str]:
    if not inspect(connection).has_table(migration_checksums.name):
        return {}
    rows = connection.execute(select(migration_checksums.c.revision, migration_checksums.c.sha256))
    return {row.revision: row.sha256 for row in rows}


def _checksum(step: Script) -> str:
    return hashlib.sha256(Path(step.path).read_bytes()).hexdigest()


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _claim(connection: Connection, code: str, new_epoch: Callable[[], str], now: datetime) -> str:
    owner: str | None = connection.scalar(select(city.c.code))
    if owner is not None:
        return owner
    row = {"id": 1, "code": code, "epoch": new_epoch(), "created_at": to_ms(now), "quarantined": 0}
    connection.execute(insert(city).values(row))
    return code
