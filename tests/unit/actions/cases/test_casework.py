import json
import sqlite3

import pytest

from appliance.actions.cases import casework, intake
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.city import wire
from appliance.domain.events.requests import RequestStatusChanged
from appliance.store.cases import requests
from appliance.store.city import inbox
from appliance.store.sms import texts
from tests.builders import CITY_EPOCH, CLOCK, a_batch, a_draft
from tests.conftest import START, at


@pytest.fixture
def request_(db: sqlite3.Connection) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def a_change(
    request: ServiceRequest, status: str = "diproses", message: str = "Petugas berangkat"
) -> RequestStatusChanged:
    return RequestStatusChanged(
        request_id=request.id, ticket=request.ticket.digits, status=status,
        message=message, changed_at=START, agency="PUPR",
    )  # fmt: skip


def test_a_status_change_reaches_request_history_and_resident(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    applied = casework.apply_batch(db, a_batch(a_change(request_)), at(hours=1))
    assert (applied.upto, applied.want, applied.rejects) == (1, None, ())
    after = requests.by_id(db, request_.id)
    assert after is not None
    assert (after.status, after.agency) == (Status.IN_PROGRESS, "PUPR")
    assert requests.history(db, request_.id)[-1].message == "Petugas berangkat"
    assert "Petugas berangkat" in texts.every(db)[-1].body


def test_the_same_batch_again_changes_nothing(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    batch = a_batch(a_change(request_))
    casework.apply_batch(db, batch, at())
    before = list(db.iterdump())
    assert casework.apply_batch(db, batch, at()).upto == 1
    assert list(db.iterdump()) == before


def test_a_batch_that_overlaps_applies_only_its_new_events(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    one, two = a_change(request_), a_change(request_, "selesai", "Sudah terang")
    casework.apply_batch(db, a_batch(one), at())
    casework.apply_batch(db, a_batch(one, two), at())
    assert [entry.status for entry in requests.history(db, request_.id)] == [
        Status.RECEIVED, Status.IN_PROGRESS, Status.RESOLVED,
    ]  # fmt: skip


def test_a_gap_is_asked_for_and_nothing_is_applied(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    applied = casework.apply_batch(db, a_batch(a_change(request_), first=3), at())
    assert (applied.upto, applied.want) == (0, 1)
    assert len(requests.history(db, request_.id)) == 1


@pytest.mark.parametrize(
    "data",
    [
        b'{"ticket": 5}',
        b'{"request_id":"nobody","ticket":"t","status":"diproses","message":"m","changed_at":"2026-01-01T00:00:00Z"}',
        b'{"request_id":"%ID","ticket":"t","status":"what","message":"m","changed_at":"2026-01-01T00:00:00Z"}',
        b'{"request_id":"%ID","ticket":"t","status":"diproses","message":"m","changed_at":"yesterday"}',
        b'{"request_id":"%ID","ticket":"t","status":"diproses","message":"m","changed_at":"2026-01-01T00:00:00"}',
        b'{"request_id":"%ID","ticket":"t","status":"diproses","message":"m","changed_at":"9999-12-31T23:59:59Z"}',
    ],
)
def test_an_event_that_does_not_fit_is_reported_and_its_followers_flow(
    db: sqlite3.Connection, request_: ServiceRequest, data: bytes
) -> None:
    good = a_batch(a_change(request_)).events[0]
    bad = wire.WireEvent(
        y=RequestStatusChanged.KIND,
        c=CLOCK,
        d=wire.raw(data.replace(b"%ID", request_.id.encode()).decode()),
    )
    batch = wire.Batch(epoch=CITY_EPOCH, lane="p1", first=1, sent=CLOCK, events=[bad, good])
    applied = casework.apply_batch(db, batch, at())
    assert applied.upto == 2
    assert [reject.seq for reject in applied.rejects] == [1]
    after = requests.by_id(db, request_.id)
    assert after is not None
    assert after.status is Status.IN_PROGRESS


def test_an_unknown_kind_is_kept_for_a_newer_release(db: sqlite3.Connection) -> None:
    event = wire.WireEvent(y="table.replaced", c=CLOCK, d=wire.raw('{"rows":[1,2]}'))
    batch = wire.Batch(epoch=CITY_EPOCH, lane="p1", first=1, sent=CLOCK, events=[event])
    assert casework.apply_batch(db, batch, at()).rejects == ()
    row = db.execute("SELECT kind, payload, outcome FROM inbox").fetchone()
    assert (row["kind"], row["outcome"]) == ("table.replaced", "unknown_kind")
    assert json.loads(row["payload"]) == {"rows": [1, 2]}


def test_a_new_city_epoch_starts_from_one(db: sqlite3.Connection, request_: ServiceRequest) -> None:
    casework.apply_batch(db, a_batch(a_change(request_)), at())
    again = a_batch(a_change(request_, "selesai"), epoch="ffffffff")
    assert casework.apply_batch(db, again, at(hours=1)).upto == 1
    assert inbox.latest(db) == ("ffffffff", 1)
