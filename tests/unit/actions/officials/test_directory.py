"""Whose word the directory of officials is: the box's or the city's."""

import sqlite3
from datetime import date

import pytest

from appliance.actions.box import reporting
from appliance.actions.cases import casework
from appliance.actions.officials import directory
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import TablePublished
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.store.city import city_tables
from appliance.store.officials import directory as officials
from tests.builders import a_batch
from tests.conftest import at

ROW = {"agency": "DISHUB", "rank": "1", "name": "Dari kota", "phone": "0812 0000 0009"}


def heads(db: sqlite3.Connection, agency: str = "DISHUB") -> list[str]:
    return [one.name for one in officials.of_agency(db, agency)]


def published(db: sqlite3.Connection, *rows: dict[str, str], version: int, seq: int = 1) -> int:
    event = TablePublished(name="officials", version=version, rows=list(rows))
    return len(casework.apply_batch(db, a_batch(event, first=seq), at()).rejects)


def test_an_agency_that_the_city_names_is_the_citys(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    other = Official(agency="DLHK", rank=1, phone=Msisdn("+6281200000002"), name="Milik kotak")
    directory.put(db, other, at())
    assert published(db, ROW, version=1) == 0
    assert heads(db) == ["Dari kota"]
    assert officials.by_phone(db, official, at().day) == []
    assert heads(db, "DLHK") == ["Milik kotak"]
    assert published(db, version=2, seq=2) == 0
    assert heads(db) == ["Kepala Dinas"]


def test_a_table_with_one_wrong_row_changes_nothing(db: sqlite3.Connection) -> None:
    published(db, ROW, version=1)
    wrong = {**ROW, "agency": "DLHK", "phone": "112"}
    assert published(db, {**ROW, "name": "Baru"}, wrong, version=2, seq=2) == 1
    assert heads(db) == ["Dari kota"]
    assert city_tables.versions(db) == {"officials": 1}


def test_an_older_table_is_not_taken(db: sqlite3.Connection) -> None:
    published(db, ROW, version=5)
    assert published(db, {**ROW, "name": "Lama"}, version=4, seq=2) == 0
    assert heads(db) == ["Dari kota"]


def test_two_persons_of_one_rank_need_different_days(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    later = Official(
        agency="DISHUB",
        rank=1,
        phone=Msisdn("+6281200000005"),
        name="Penerus",
        valid_from=date(2027, 1, 1),
    )
    with pytest.raises(BadInput, match="two persons"):
        directory.put(db, later, at())
    assert heads(db) == ["Kepala Dinas"]


def test_the_status_says_that_the_citys_directory_is_used(db: sqlite3.Connection) -> None:
    published(db, ROW, version=1)
    assert reporting.facts(db)["tables"] == {"officials": {"version": 1, "is_used": True}}
