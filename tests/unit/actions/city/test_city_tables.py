"""Tables of the city at a box: checked whole, in force at once for all, never half."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.actions.cases import casework, intake, suggesting
from appliance.actions.cases.intake import Receipt
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.city.city_tables import SHIPPED_VERSION, shipped
from appliance.domain.events.orders import TablePublished
from appliance.domain.events.requests import RequestReceived, RequestStatusChanged
from appliance.domain.moment import Moment, to_ms
from appliance.store.cases import requests
from appliance.store.city import city_tables, inbox
from appliance.store.database import connect, transaction
from tests.builders import a_batch, a_draft
from tests.conftest import START, at
from tests.support.told import told

DECEMBER = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)


def receive(db: sqlite3.Connection, now: Moment | None = None, **changes: object) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(**changes), now or at())
    assert isinstance(receipt, Receipt)
    return receipt.request


def lamps_to(agency: str, since: str = "2026-11-01", until: str = "2026-10-31") -> list:
    """The shipped routing, but for street lights since a day."""
    rows = [dict(row) for row in shipped("routing")]
    for row in rows:
        if (row["category"], row["valid_until"]) == ("pju", ""):
            row["valid_until"] = until
    new = {"category": "pju", "agency": agency, "valid_from": since, "valid_until": ""}
    return [*rows, new | {"supporting": "", "instead": "", "source": "Perwako"}]


def publish(
    db: sqlite3.Connection, rows: list, *, version: int = 5, name: str = "routing", first: int = 1
) -> casework.Applied:
    table = TablePublished(name=name, version=version, rows=rows)
    return casework.apply_batch(db, a_batch(table, first=first), at())


def test_a_new_table_routes_new_reports_and_leaves_the_old(db: sqlite3.Connection) -> None:
    before = receive(db)
    version = to_ms(START)
    publish(db, lamps_to("PERKIM"), version=version)
    after = receive(db, text="lampu jalan mati di jl Melati")
    assert (before.agency, before.routing_version) == ("DISHUB", SHIPPED_VERSION)
    assert (after.agency, after.routing_version) == ("PERKIM", version)
    assert requests.by_id(db, before.id) == before
    assert requests.by_id(db, after.id) == after
    assert [event.routing_version for event in told(db, RequestReceived)] == [
        SHIPPED_VERSION,
        version,
    ]


def test_the_day_of_arrival_chooses_the_rule_where_the_box_knows_it(db: sqlite3.Connection) -> None:
    publish(db, lamps_to("PERKIM", "2026-12-01", "2026-11-30"))
    known = replace(at(), source="ntp")
    assert receive(db, known, text="lampu jalan mati 1").agency == "DISHUB"
    december = replace(known, wall=DECEMBER)
    assert receive(db, december, text="lampu jalan mati 2").agency == "PERKIM"
    lost = replace(at(), wall=datetime(1970, 1, 1, tzinfo=UTC), source="none")
    assert receive(db, lost, text="lampu jalan mati 3").agency == "PERKIM"


def test_every_process_uses_a_new_table_without_a_restart(
    db: sqlite3.Connection, db_path: Path
) -> None:
    other = connect(db_path)
    assert receive(other).agency == "DISHUB"
    publish(db, lamps_to("PERKIM"))
    assert receive(other, text="lampu jalan mati di jl Melati").agency == "PERKIM"
    other.close()


def test_a_new_table_survives_a_restart(db: sqlite3.Connection, db_path: Path) -> None:
    publish(db, lamps_to("PERKIM"))
    db.close()
    again = connect(db_path)
    assert city_tables.in_force(again).routing["pju"][-1].agency == "PERKIM"
    again.close()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "empty"),
        (lamps_to("PERKIM")[:-5], "is missing"),
        (lamps_to("DKPP"), "'DKPP' is not known"),
        (lamps_to("PERKIM", until=""), "two rows are valid"),
        ([{"topic": "pju"}], "no column category"),
    ],
)
def test_a_wrong_table_changes_nothing_and_the_city_hears_why(
    db: sqlite3.Connection, rows: list, reason: str
) -> None:
    publish(db, lamps_to("PERKIM"), version=5)
    applied = publish(db, rows, version=6, first=2)
    [reject] = applied.rejects
    assert (reject.seq, reject.code) == (2, "event")
    assert reason in (reject.msg or "")
    assert city_tables.versions(db) == {"routing": 5}
    assert receive(db).agency == "PERKIM"
    assert publish(db, rows, version=6, first=2).rejects == applied.rejects, "told again"
    assert inbox.applied_seq(db, a_batch().epoch) == 2


def test_an_update_that_is_cut_off_changes_nothing(db: sqlite3.Connection) -> None:

    class PowerCutError(Exception):
        pass

    def replace_and_lose_power() -> None:
        with transaction(db):
            city_tables.replace(db, "routing", 5, lamps_to("PERKIM"), START)
            assert city_tables.in_force(db).routing["pju"][-1].agency == "PERKIM"
            raise PowerCutError

    with pytest.raises(PowerCutError):
        replace_and_lose_power()
    assert receive(db).agency == "DISHUB"
    assert city_tables.versions(db) == {}


def test_an_older_table_does_not_come_back_but_a_rollback_is_a_newer_one(
    db: sqlite3.Connection,
) -> None:
    publish(db, lamps_to("PERKIM"), version=5)
    publish(db, shipped("routing"), version=4, first=2)
    assert receive(db).agency == "PERKIM"
    publish(db, shipped("routing"), version=6, first=3)
    assert receive(db, text="lampu jalan mati di jl Melati").agency == "DISHUB"


def test_a_table_beside_a_wrong_one_is_taken(db: sqlite3.Connection) -> None:
    events = (
        TablePublished(name="routing", version=5, rows=[]),
        TablePublished(name="holidays", version=5, rows=[{"tanggal": "2027-01-01", "nama": "x"}]),
    )
    applied = casework.apply_batch(db, a_batch(*events), at())
    assert [reject.seq for reject in applied.rejects] == [1]
    assert city_tables.versions(db) == {"holidays": 5}


def test_pages_and_texts_name_a_new_agency(db: sqlite3.Connection) -> None:
    new = shipped("agencies")[0] | {"id": "DISTAMAN", "singkatan": "Distaman", "nama": "Taman"}
    publish(db, [*shipped("agencies"), new], name="agencies")
    publish(db, lamps_to("DISTAMAN"), version=6, first=2)
    request = receive(db)
    assert request.agency == "DISTAMAN"
    moved = RequestStatusChanged(
        request_id=request.id, ticket=request.ticket.digits, status="diproses",
        message="", changed_at=START,
    )  # fmt: skip
    casework.apply_batch(db, a_batch(moved, first=3), at())
    [news] = db.execute("SELECT body FROM texts WHERE purpose = 'status'").fetchall()
    assert "Distaman" in news["body"]


def test_a_published_name_of_a_place_tells_the_next_report_where_it_is(
    db: sqlite3.Connection,
) -> None:
    text = "lampu jalan mati di perum Damai Langgeng arah Bangkinang"
    unknown = suggesting.suggestion(db, receive(db, text=text), at())
    names = [{"name": "Perum Damai Langgeng", "kelurahan": "14.71.07.1011"}]
    assert publish(db, names, name="place_names").rejects == ()
    known = suggesting.suggestion(db, receive(db, text=f"{text} lagi"), at())
    assert unknown is not None
    assert known is not None
    assert (unknown.kelurahan, known.kelurahan) == (None, "14.71.07.1011")
