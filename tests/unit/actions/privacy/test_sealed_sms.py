"""Confidential words that came by SMS: wiped, and known again without being kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.domain.events.requests import FollowedUp
from appliance.store import housekeeping
from appliance.store.sms import sms_inbox, texts
from tests.conftest import at
from tests.support.leaks import found_below
from tests.support.told import told
from tests.unit.actions.sealed import TEXT, WORDS, NewId, report, texted


def test_the_words_of_an_sms_are_wiped_from_row_parts_file_and_wal(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    texted(sealed_db, TEXT, new_id)
    texted(sealed_db, f"{WORDS[1]} {WORDS[2]}", new_id, minutes=1)
    assert [message.body for message in sms_inbox.every(sealed_db)] == ["(tersegel)"] * 2
    assert [row[0] for row in sealed_db.execute("SELECT tpdu FROM sms_parts")] == [b"", b""]
    assert found_below(db_path.parent, WORDS), "the WAL still has what was kept at first"
    housekeeping.keep_house(sealed_db, at(minutes=2).wall)
    assert found_below(db_path.parent, WORDS) == []
    assert len(told(sealed_db, FollowedUp)) == 1


def test_the_wal_is_cut_only_when_something_was_wiped_and_again_after_a_busy_reader(
    sealed_db: sqlite3.Connection, db_path: Path, new_id: NewId
) -> None:
    texted(sealed_db, TEXT, new_id)
    with closing(sqlite3.connect(db_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM requests").fetchall()
        housekeeping.keep_house(sealed_db, at(minutes=1).wall)
        assert found_below(db_path.parent, WORDS)
    housekeeping.keep_house(sealed_db, at(minutes=2).wall)
    assert found_below(db_path.parent, WORDS) == []
    report(sealed_db, text="lampu jalan mati")
    wal = db_path.with_name("posko.db-wal")
    size = wal.stat().st_size
    housekeeping.keep_house(sealed_db, at(minutes=3).wall)
    assert wal.stat().st_size == size


def test_the_same_words_within_a_day_are_the_same_ticket(
    sealed_db: sqlite3.Connection, new_id: NewId
) -> None:
    first = texted(sealed_db, TEXT, new_id)
    assert texted(sealed_db, TEXT, new_id, hours=23) == first
    assert texted(sealed_db, TEXT, new_id, hours=25) != first


def test_whoever_repeats_the_same_words_like_a_machine_is_not_answered(
    sealed_db: sqlite3.Connection, new_id: NewId
) -> None:
    for minute in range(6):
        texted(sealed_db, TEXT, new_id, minutes=minute)
    assert len(texts.every(sealed_db)) == 3


def test_what_the_words_are_known_again_by_is_forgotten_after_a_day(
    sealed_db: sqlite3.Connection, new_id: NewId
) -> None:
    texted(sealed_db, TEXT, new_id)

    def marks() -> int:
        sql = "SELECT count(*) FROM sms_inbox WHERE mark IS NOT NULL"
        return int(sealed_db.execute(sql).fetchone()[0])

    housekeeping.keep_house(sealed_db, at(hours=23).wall)
    assert marks() == 1
    housekeeping.keep_house(sealed_db, at(hours=25).wall)
    assert marks() == 0
