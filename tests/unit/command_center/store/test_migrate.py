import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from command_center.store import database, migrate, schema
from tests.builders import CITY_EPOCH
from tests.conftest import START
from tests.unit.command_center.city import rows


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def city_url(request: pytest.FixtureRequest, empty_city: Path, tmp_path: Path) -> str:
    """A database whose tables a test may change."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(empty_city, tmp_path / 'center.db')}"
    copy: str = request.getfixturevalue("postgresql").copy()
    return copy


def test_the_migrations_make_what_the_schema_describes(engine: Engine) -> None:
    with database.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_tables_are_strict_and_sequences_never_reused(sqlite_city: Engine) -> None:
    tables = rows(
        sqlite_city, "SELECT name FROM pragma_table_list WHERE strict AND schema = 'main'"
    )
    assert {name for (name,) in tables} == set(schema.metadata.tables)


def test_what_is_committed_survives_a_power_cut(sqlite_city: Engine) -> None:
    assert rows(sqlite_city, "PRAGMA synchronous") == [(2,)]
    assert rows(sqlite_city, "PRAGMA journal_mode") == [("wal",)]
    assert rows(sqlite_city, "PRAGMA foreign_keys") == [(1,)]
    assert rows(sqlite_city, "PRAGMA wal_autocheckpoint") == [(0,)]


def test_a_second_start_keeps_the_epoch(engine: Engine) -> None:
    migrate.ensure(engine, "1471", lambda: "ffffffff", START)
    assert rows(engine, "SELECT epoch FROM city") == [(CITY_EPOCH,)]


def test_two_programs_may_start_at_once(bare_url: str) -> None:
    def start(epoch: str) -> None:
        engine = database.connect(bare_url)
        migrate.ensure(engine, "1471", lambda: epoch, START)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, (f"{n:08x}" for n in range(4)))) == [None] * 4


def test_the_database_of_another_city_is_refused(engine: Engine) -> None:
    with pytest.raises(migrate.SchemaError, match="1471"):
        migrate.ensure(engine, "1271", lambda: CITY_EPOCH, START)


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    with database.writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.SchemaError, match="newer posko"):
        migrate.ensure(engine, "1471", lambda: CITY_EPOCH, START)
    with pytest.raises(migrate.SchemaError, match="another schema"):
        migrate.require(engine)


HEAD = migrate._script().get_current_head()
BROKEN_STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "%s", None, None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("SELECT nothing")
"""


def test_a_failing_migration_leaves_no_half_state(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 26."""
    steps = tmp_path / "migrations"
    shutil.copytree(migrate._STEPS, steps)
    (steps / "versions" / "v9999_break.py").write_text(BROKEN_STEP % HEAD)
    monkeypatch.setattr(migrate, "_STEPS", steps)
    with pytest.raises(DBAPIError, match="nothing"):
        migrate.ensure(engine, "1471", lambda: CITY_EPOCH, START)
    assert rows(engine, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    applied = rows(engine, "SELECT revision FROM migration_checksums")
    assert (HEAD,) in applied
    assert ("9999",) not in applied
    assert not inspect(engine).has_table("half")


def test_an_edited_migration_is_noticed(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 26."""
    steps = tmp_path / "migrations"
    shutil.copytree(migrate._STEPS, steps)
    with (steps / "versions" / "v0001_create_tables.py").open("a") as step:
        step.write("# edited")
    monkeypatch.setattr(migrate, "_STEPS", steps)
    with pytest.raises(migrate.SchemaError, match="0001 is not the one"):
        migrate.ensure(engine, "1471", lambda: CITY_EPOCH, START)


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    with contextlib.suppress(ZeroDivisionError), database.writing(engine) as connection:
        connection.exec_driver_sql("UPDATE city SET quarantined = 7")
        _ = 1 / 0
    assert rows(engine, "SELECT quarantined FROM city") == [(0,)]


def test_readers_do_not_hold_up_the_writer(engine: Engine) -> None:
    with database.reading(engine) as reader:
        before = reader.exec_driver_sql("SELECT quarantined FROM city").scalar()
        with database.writing(engine) as connection:
            connection.exec_driver_sql("UPDATE city SET quarantined = 7")
        assert reader.exec_driver_sql("SELECT quarantined FROM city").scalar() == before


def test_a_large_wal_is_folded_back(sqlite_city: Engine) -> None:
    assert database.checkpoint(sqlite_city) is False
    with database.writing(sqlite_city) as connection:
        connection.exec_driver_sql("CREATE TABLE t (x BLOB)")
        connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(2000000))")
    assert database.checkpoint(sqlite_city) is True
    path = database.file_of(sqlite_city)
    assert path is not None
    assert path.with_name("file.db-wal").stat().st_size == 0
