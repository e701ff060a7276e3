"""What an official hears of his reply, and what its reporter may see of it."""

import sqlite3
from datetime import timedelta

import pytest

from appliance.actions.cases import casework, intake
from appliance.actions.officials import directory, forwarding, official_replies
from appliance.actions.sms.turn import Turn
from appliance.domain.cases.progress import public_status, since_reopened
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.city.city_tables import shipped
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.events.staff import OfficialAnswered
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import OfficialReply, Report
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.database import transaction
from appliance.store.officials import official_replies as replies
from appliance.store.sms import texts
from tests.builders import a_batch, a_draft, an_sms
from tests.conftest import at

REPLY_ID = "00000000-0000-7000-8000-00000000000f"


@pytest.fixture
def request_(db: sqlite3.Connection, official: Msisdn) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(reporter_phone=None), at())
    assert isinstance(receipt, intake.Receipt)
    with transaction(db):
        sms = an_sms("SELESAI", phone=official)
        turn = Turn(db=db, sms=sms, now=at(minutes=5), new_id=lambda: REPLY_ID)
        meant = OfficialReply(Status.RESOLVED, receipt.request.ticket, "nyala", Report("x"))
        official_replies.take(turn, meant)
    return receipt.request


def settled(request: ServiceRequest, outcome: str, **changes: object) -> OfficialAnswered:
    values: dict[str, object] = {
        "reply_id": REPLY_ID,
        "request_id": request.id,
        "outcome": outcome,
        "status": "ditutup",
        "agency": "DISHUB",
    }
    return OfficialAnswered(**{**values, **changes})  # type: ignore[arg-type]


def news(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(t.recipient, t.body) for t in texts.every(db) if t.purpose == "official"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("moved", "Selesai dari Anda berlaku di kota"),
        ("refused", "Selesai dari Anda tidak berlaku. Di kota: Ditutup, Dishub."),
    ],
)
def test_the_official_hears_what_the_city_made_of_it(
    db: sqlite3.Connection,
    request_: ServiceRequest,
    official: Msisdn,
    outcome: str,
    words: str,
) -> None:
    casework.apply_batch(db, a_batch(settled(request_, outcome)), at(hours=1))
    [(recipient, body)] = news(db)
    assert recipient == official.e164
    assert words in body


def test_of_a_remark_there_is_nothing_to_tell(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    casework.apply_batch(db, a_batch(settled(request_, "noted")), at(hours=1))
    assert news(db) == []


@pytest.mark.parametrize("changes", [{"reply_id": "another"}, {"request_id": "another"}])
def test_an_outcome_of_no_reply_of_this_box_is_set_aside(
    db: sqlite3.Connection, request_: ServiceRequest, changes: dict[str, str]
) -> None:
    event = settled(request_, "moved", **changes)
    assert len(casework.apply_batch(db, a_batch(event), at(hours=1)).rejects) == 1
    assert news(db) == []


def test_the_official_hears_the_agency_by_the_name_it_has_in_this_city(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    renamed = [
        row | {"singkatan": "Hubkominfo"} if row["id"] == "DISHUB" else row
        for row in shipped("agencies")
    ]
    with transaction(db):
        city_tables.replace(db, "agencies", 5, renamed, at().wall)
    casework.apply_batch(db, a_batch(settled(request_, "refused")), at(hours=1))
    [(_, body)] = news(db)
    assert "Hubkominfo" in body


def ticks(db: sqlite3.Connection, request: ServiceRequest) -> list[str]:
    found = requests.by_id(db, request.id)
    assert found is not None
    history = requests.history(db, request.id)
    answered_at = replies.first_since(db, request.id, since_reopened(history)[0].at)
    shown = public_status(found, history, answered_at=answered_at)
    return [tick.step for tick in shown.ticks if tick.is_done]


def test_the_reporter_sees_the_answer_with_the_uplink_dead(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    assert ticks(db, request_) == ["stored", "answered"]
    assert "city" in [tick.step for tick in public_status(request_, [], answered_at=None).ticks]


def test_an_answer_that_the_city_refused_is_none(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    casework.apply_batch(db, a_batch(settled(request_, "refused")), at(hours=1))
    assert ticks(db, request_) == ["stored"]


def test_a_case_that_is_opened_again_waits_for_an_answer_anew(
    db: sqlite3.Connection, request_: ServiceRequest
) -> None:
    for seq, status in enumerate(("selesai", "dibuka_lagi"), start=1):
        event = RequestStatusChanged(
            request_id=request_.id,
            ticket=request_.ticket.digits,
            status=status,
            message="",
            changed_at=at().wall + timedelta(hours=seq),
        )
        casework.apply_batch(db, a_batch(event, first=seq), at(hours=seq))
    assert ticks(db, request_) == ["stored"]


def test_the_number_of_an_answer_is_the_one_that_sent_it(
    db: sqlite3.Connection, request_: ServiceRequest, official: Msisdn
) -> None:
    """The directory may change before the city speaks."""
    successor = Official(agency="DISHUB", rank=1, phone=Msisdn("+6281200000077"), name="Baru")
    directory.put(db, successor, at(hours=1))
    casework.apply_batch(db, a_batch(settled(request_, "moved")), at(hours=1))
    assert [recipient for recipient, _ in news(db)] == [official.e164]
    assert forwarding.escalate(db, at(hours=2)) == 0
