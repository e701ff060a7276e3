import os
import sqlite3
from pathlib import Path

import pytest

from appliance.store import database, housekeeping
from appliance.store.database import connect, transaction
from appliance.store.errors import Locked, Missing
from tests.conftest import START


def test_the_file_is_opened_so_that_a_power_cut_loses_no_commit(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert db.execute("PRAGMA wal_autocheckpoint").fetchone()[0] == 0


def test_an_exception_rolls_the_whole_transaction_back(db: sqlite3.Connection) -> None:
    with pytest.raises(RuntimeError), transaction(db):
        db.execute("UPDATE box SET block = 77")
        raise RuntimeError
    assert not db.in_transaction
    assert db.execute("SELECT block FROM box").fetchone()[0] != 77


def test_a_second_writer_waits_for_the_first(db: sqlite3.Connection, db_path: Path) -> None:
    other = connect(db_path)
    other.execute("PRAGMA busy_timeout = 10")
    with transaction(db), pytest.raises(Locked), transaction(other):
        pass
    with transaction(other):
        pass
    other.close()


def test_a_large_wal_is_folded_back_and_a_small_one_is_left(
    db: sqlite3.Connection, db_path: Path
) -> None:
    wal = db_path.with_name(db_path.name + "-wal")
    assert not database.checkpoint(db, db_path)
    while database.waiting_bytes(db) < database.CHECKPOINT_FROM_BYTES:
        with transaction(db):
            db.execute(
                "INSERT INTO gauges VALUES ('p', hex(randomblob(8)), hex(randomblob(9000)), 0)"
            )
    assert database.checkpoint(db, db_path)
    assert database.waiting_bytes(db) == 0
    size = wal.stat().st_size
    with transaction(db):
        db.execute("UPDATE box SET block = 3")
    assert wal.stat().st_size == size, "commits write over what is folded back"
    assert 0 < database.waiting_bytes(db) < 10_000


def test_keeping_house_drops_no_lock_of_this_process(db: sqlite3.Connection, db_path: Path) -> None:
    """Closing any file of the WAL's index would; then the next process to come believes itself
    alone, and makes the index anew under our feet."""
    db.execute("SELECT 1 FROM box").fetchone()
    assert housekeeping.readers(db_path) == {os.getpid()}
    housekeeping.keep_house(db, START)
    assert housekeeping.readers(db_path) == {os.getpid()}


def test_a_wal_that_has_grown_far_is_cut(
    db: sqlite3.Connection, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAL_KEPT_BYTES", 1)
    with transaction(db):
        db.execute("UPDATE box SET block = 3")
    assert database.checkpoint(db, db_path)
    assert db_path.with_name(db_path.name + "-wal").stat().st_size == 0
    assert database.waiting_bytes(db) == 0


def test_a_reader_in_the_way_postpones_the_checkpoint(
    db: sqlite3.Connection, db_path: Path
) -> None:
    reader = connect(db_path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM box").fetchone()
    while database.waiting_bytes(db) < database.CHECKPOINT_FROM_BYTES:
        with transaction(db):
            db.execute(
                "INSERT INTO gauges VALUES ('p', hex(randomblob(8)), hex(randomblob(9000)), 0)"
            )
    assert not database.checkpoint(db, db_path)
    reader.execute("COMMIT")
    assert database.checkpoint(db, db_path)
    reader.close()


def test_a_checkpoint_never_runs_beside_a_transaction(
    db: sqlite3.Connection, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where SQLite waits for a writer in vain, it goes on as PASSIVE, which may race with it."""
    monkeypatch.setattr(database, "CHECKPOINT_FROM_BYTES", 1)
    writer = connect(db_path)
    with transaction(db):
        db.execute("UPDATE box SET block = 2")
    before = db_path.read_bytes()
    with transaction(writer):
        assert not database.checkpoint(db, db_path)
        assert db_path.read_bytes() == before
    assert database.checkpoint(db, db_path)
    assert db_path.read_bytes() != before
    writer.close()


def test_a_result_does_not_keep_a_reader_open(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4")
    assert rows.fetchone()[0] == 1
    assert [row[0] for row in rows.fetchmany(2)] == [2, 3]
    assert [row[0] for row in rows] == [4]
    assert rows.fetchone() is None


def test_a_database_is_never_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="posko migrate"):
        connect(tmp_path / "posko.db")
    assert not (tmp_path / "posko.db").exists()
