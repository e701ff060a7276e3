"""A case whose data a hand or a bug has spoiled can be listed, opened and moved like any other."""

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from command_center.cases import casework
from command_center.handling import escalating, keeping
from command_center.public.cards import Cards
from tests.conftest import START
from tests.support.city_staff import AGENCY, NOW
from tests.unit.command_center.city import change, happened, hello, received, request, rows
from tests.unit.command_center.handling.deadlines import DAY, TABLE

FAR = 10**17
"""A time that no calendar has, in milliseconds; or before any."""
SPOILED = [
    ("requests", "occurred_at", FAR),
    ("requests", "occurred_at", -FAR),
    ("requests", "received_at", FAR),
    ("requests", "updated_at", FAR),
    ("requests", "created_at", FAR),
    ("requests", "routing_version", FAR),
    ("case_history", "at", FAR),
    ("dispositions", "at", FAR),
    ("requests", "status", "ditimbang"),
    ("case_history", "status", "ditimbang"),
]
LISTS = [
    "/",
    "/?tenggat=terlambat",
    "/?tenggat=menjelang",
    "/kotak-masuk",
    f"/kotak-masuk/{AGENCY}",
    "/eskalasi",
    "/dasbor",
    "/open311/v2/requests.xml",
]


def spoil(engine: Engine, id_: str, table: str, column: str, value: int | str) -> None:
    change(engine, f"UPDATE {table} SET {column} = :v WHERE request_id = :id", v=value, id=id_)


@pytest.fixture
def case(engine: Engine, client: FlaskClient) -> str:
    """A late one that was handed on and told of, of an agency that has another."""
    hello(engine)
    judged = '{"top3": [], "confidence": 0.5, "reasons": [], "supporting": [], "note": ""}'
    id_, other = (received(engine, agency=AGENCY).request_id for _ in range(2))
    happened(engine, NOW - 90 * DAY, id_, other)
    escalating.run(engine, TABLE, NOW)
    where = f"/permohonan/{id_}/disposisi"
    assert client.post(where, data={"to": AGENCY, "seen": ""}).status_code == 303
    change(engine, "UPDATE requests SET judged = :j WHERE request_id = :id", j=judged, id=id_)
    return id_


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda one: f"{one[1]} of {one[0]} {one[2]}")
def test_it_is_listed_opened_and_moved(
    engine: Engine, client: FlaskClient, case: str, spoiled: tuple[str, str, int | str]
) -> None:
    spoil(engine, case, *spoiled)
    page = f"/permohonan/{case}"
    for where in (*LISTS, page):
        assert client.get(where).status_code == 200, where
    moved = client.post(page, data={"status": "diproses", "message": "", "seen": ""})
    assert moved.status_code == 303
    assert request(engine, case).status == Status.IN_PROGRESS
    again = client.post(f"{page}/disposisi", data={"to": AGENCY, "seen": ""})
    assert again.status_code == 303
    for where in (*LISTS, page):
        assert client.get(where).status_code == 200, where
    assert Cards(engine, lambda: NOW).latest()


def test_a_status_that_nobody_knows_is_shown_by_its_word(
    engine: Engine, client: FlaskClient, case: str
) -> None:
    spoil(engine, case, "requests", "status", "ditimbang")
    assert "Status tidak dikenal (ditimbang)" in client.get("/").text
    assert "Status tidak dikenal (ditimbang)" in client.get(f"/permohonan/{case}").text


def test_it_is_marked_and_the_log_tells_what_is_wrong(
    engine: Engine, client: FlaskClient, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(engine, case, "requests", "occurred_at", FAR)
    casework.change_status(engine, case, Status.IN_PROGRESS, "", by="budi", now=START)
    [line] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert f"ticket={request(engine, case).ticket} " in line.getMessage()
    assert "occurred_at is no time between 1970 and 2100" in line.getMessage()
    assert rows(engine, f"SELECT look_on FROM requests WHERE request_id = '{case}'") == [(-2,)]
    assert "occurred_at" in client.get(f"/permohonan/{case}").text
    assert "Tenggat tidak dapat dihitung" in client.get(f"/kotak-masuk/{AGENCY}").text


def test_one_that_is_opened_again_is_listed_before_all_others(
    engine: Engine, client: FlaskClient, case: str
) -> None:
    for status in (Status.IN_PROGRESS, Status.RESOLVED):
        casework.change_status(engine, case, status, "Beres.", by="budi", now=NOW)
    spoil(engine, case, "requests", "occurred_at", FAR)
    casework.change_status(engine, case, Status.REOPENED, "", by="budi", now=NOW)
    tickets = client.get(f"/kotak-masuk/{AGENCY}").text.split("/permohonan/")
    assert tickets[1].startswith(case)


def test_what_is_over_is_no_trouble(
    engine: Engine, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    casework.change_status(engine, case, Status.ARCHIVED, "Ganda.", by="budi", now=NOW)
    spoil(engine, case, "requests", "occurred_at", FAR)
    keeping.compute_all(engine)
    assert not [one for one in caplog.records if one.levelno == logging.ERROR]
