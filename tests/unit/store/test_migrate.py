"""The rules of migration, in one process; check 26 with several is in tests/integration."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from appliance.domain.box.schema_rule import BASELINE, is_declared, only_adds
from appliance.domain.ids import SiteCode
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.migrate import SchemaError
from tests.conftest import EPOCH, SITE

DATABASES = Path(__file__).parents[2] / "databases"


def version(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def test_a_second_start_changes_nothing(db_path: Path) -> None:
    before = version(db_path)
    migrate.ensure(db_path, SITE, lambda: "ffffffff")
    assert version(db_path) == before == len(migrate.scripts())


def test_other_users_of_the_group_may_write_the_database_and_its_wal(tmp_path: Path) -> None:
    before = os.umask(0o007)
    try:
        migrate.ensure(tmp_path / "posko.db", SITE, lambda: EPOCH)
        db = connect(tmp_path / "posko.db")
        for name in ("posko.db", "posko.db-wal", "posko.db-shm"):
            assert (tmp_path / name).stat().st_mode & 0o777 == 0o660, name
        db.close()
    finally:
        os.umask(before)


def test_many_processes_starting_at_once_make_one_database(tmp_path: Path) -> None:
    path, errors = tmp_path / "new" / "posko.db", []

    def start() -> None:
        try:
            migrate.ensure(path, SITE, lambda: EPOCH)
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert version(path) == len(migrate.scripts())


def test_a_newer_database_is_refused_and_left_alone(db_path: Path) -> None:
    db = sqlite3.connect(db_path)
    db.execute(f"PRAGMA user_version = {len(migrate.scripts()) + 1}")
    db.execute("INSERT INTO migration_checksums VALUES ('999-newer.sql', 'of tomorrow')")
    db.commit()
    db.close()
    with pytest.raises(SchemaError, match="newer posko"):
        migrate.ensure(db_path, SITE, lambda: EPOCH)


def of_tomorrow(monkeypatch: pytest.MonkeyPatch, path: Path, sql: str) -> None:
    """Migrate a database by a release that has one script more, then be today's again."""
    with monkeypatch.context() as tomorrow:
        scripts = {**migrate.scripts(), "999-of-tomorrow.sql": sql}
        tomorrow.setattr(migrate, "scripts", lambda: scripts)
        migrate.ensure(path, SITE, lambda: EPOCH)


def test_an_older_program_goes_on_with_a_database_to_which_a_newer_one_has_added(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_tomorrow(monkeypatch, db_path, "ALTER TABLE requests ADD COLUMN mood TEXT;")
    migrate.ensure(db_path, SITE, lambda: EPOCH)
    assert version(db_path) == len(migrate.scripts()) + 1
    assert migrate.needs_from(db_path) == BASELINE


@pytest.mark.parametrize("oldest", ["999-of-tomorrow.sql", next(reversed(migrate.scripts()))])
def test_a_newer_program_that_takes_away_says_who_can_still_live_with_it(
    db_path: Path, monkeypatch: pytest.MonkeyPatch, oldest: str
) -> None:
    of_tomorrow(monkeypatch, db_path, f"-- oldest program: {oldest}\nDROP TABLE help_calls;")
    if oldest in migrate.scripts():
        migrate.ensure(db_path, SITE, lambda: EPOCH)
    else:
        with pytest.raises(SchemaError, match="newer posko"):
            migrate.ensure(db_path, SITE, lambda: EPOCH)


def test_a_migration_only_adds_or_says_what_it_means_for_older_programs() -> None:
    for name, sql in list(migrate.scripts().items())[BASELINE:]:
        for statement in migrate.statements(sql):
            assert is_declared(sql) or only_adds(statement), (
                f"{name}: after an update that is taken back, would the program before run on "
                f"this? See CONTRIBUTING, A table or column: {statement}"
            )


def test_an_edited_migration_is_noticed(db_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = {name: sql + "\n-- edited\n" for name, sql in migrate.scripts().items()}
    monkeypatch.setattr(migrate, "scripts", lambda: edited)
    with pytest.raises(SchemaError, match="not the one"):
        migrate.ensure(db_path, SITE, lambda: EPOCH)


def test_a_failing_migration_leaves_no_half_state(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = {**migrate.scripts(), "999-break.sql": "CREATE TABLE half (x);\nSELECT nothing;\n"}
    before = version(db_path)
    monkeypatch.setattr(migrate, "scripts", lambda: scripts)
    with pytest.raises(sqlite3.OperationalError):
        migrate.ensure(db_path, SITE, lambda: EPOCH)
    assert version(db_path) == before
    db = sqlite3.connect(db_path)
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
    db.close()


def test_a_database_of_another_site_is_refused(db_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"belongs to kecamatan 14\.71\.07"):
        migrate.ensure(db_path, SiteCode("14.71.08"), lambda: EPOCH)


def test_a_trigger_stays_one_statement() -> None:
    sql = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n SELECT 1;\n SELECT 2;\nEND;\nSELECT 3;\n"
    assert len(list(migrate.statements(sql))) == 2


@pytest.mark.parametrize("dump", sorted(DATABASES.glob("*.sql")), ids=lambda path: path.stem)
def test_the_dump_of_every_released_schema_opens_twice(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    old.executescript(dump.read_text(encoding="utf-8"))
    old.execute(f"PRAGMA user_version = {int(dump.stem.split('-')[1])}")
    old.close()
    for _ in range(2):
        migrate.ensure(path, SITE, lambda: EPOCH)
        assert version(path) == len(migrate.scripts())
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM requests").fetchone()[0] == 1
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    db.close()
