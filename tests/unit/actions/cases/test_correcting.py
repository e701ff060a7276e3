"""What an officer corrects at the city, and what a report of another's business becomes."""

import sqlite3

import pytest

from appliance.actions.cases import casework, intake
from appliance.actions.cases.intake import Receipt
from appliance.actions.officials import directory
from appliance.actions.public import board
from appliance.domain.cases.service_request import Kind, Sensitivity, ServiceRequest
from appliance.domain.city.wire import decode_event
from appliance.domain.events.requests import RequestCorrected, RequestReceived
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import consent
from appliance.domain.public.board import Section
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.public import publications
from appliance.store.sms import texts
from tests.builders import a_batch, a_draft
from tests.conftest import START, at

HEAD_OF_DLHK = "+6281200000009"


def receive(db: sqlite3.Connection, text: str = "lampu jalan mati", **more: object):
    receipt = intake.receive(db, a_draft(text, **more), at())
    assert isinstance(receipt, Receipt)
    return receipt.request


def correct(
    db: sqlite3.Connection, request: ServiceRequest, *, first: int = 1, **changes: str
) -> tuple[casework.Applied, ServiceRequest]:
    event = RequestCorrected(request_id=request.id, corrected_at=START, **changes)
    applied = casework.apply_batch(db, a_batch(event, first=first), at())
    after = requests.by_id(db, request.id)
    assert after is not None
    return applied, after


def forwarded(db: sqlite3.Connection) -> list[str]:
    return [text.recipient for text in texts.every(db) if text.purpose == "forward"]


@pytest.fixture
def head(db: sqlite3.Connection) -> str:
    official = Official(agency="DLHK", rank=1, phone=Msisdn(HEAD_OF_DLHK), name="Kepala")
    directory.put(db, official, at())
    return HEAD_OF_DLHK


def test_a_correction_changes_what_it_names_and_nothing_else(db: sqlite3.Connection) -> None:
    before = receive(db)
    _, after = correct(
        db, before, category="pohon_taman", kind="aspirasi", agency="DLHK",
        kelurahan="14.71.07.1005", sensitivity="disamarkan",
    )  # fmt: skip
    assert (after.category, after.kind, after.agency) == ("pohon_taman", Kind.SUGGESTION, "DLHK")
    assert (after.kelurahan, after.sensitivity) == ("14.71.07.1005", Sensitivity.MASKED)
    assert (after.text, after.status, after.ticket) == (before.text, before.status, before.ticket)
    assert after.routing_version == before.routing_version


def test_the_head_of_the_new_agency_is_sent_it_once(
    db: sqlite3.Connection, official: Msisdn, head: str
) -> None:
    request = receive(db)
    correct(db, request, agency="DLHK")
    correct(db, request, category="sampah", first=2)
    correct(db, request, agency="DISHUB", first=3)
    correct(db, request, agency="DLHK", first=4)
    assert forwarded(db) == [official.e164, head]


def test_what_becomes_confidential_is_not_forwarded_any_more(
    db: sqlite3.Connection, head: str
) -> None:
    correct(db, receive(db), agency="DLHK", sensitivity="rahasia")
    assert forwarded(db) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "lampu"},
        {"agency": "DKP"},
        {"agency": "NASA"},
        {"kind": "keluhan"},
        {"kelurahan": "14.71.07.9999"},
        {"sensitivity": "umum"},
    ],
)
def test_a_word_that_the_box_does_not_know_changes_nothing(
    db: sqlite3.Connection, changes: dict[str, str]
) -> None:
    before = receive(db)
    applied, after = correct(db, before, **changes)
    assert [reject.code for reject in applied.rejects] == ["event"]
    assert after == before


def told(db: sqlite3.Connection) -> RequestReceived:
    event = decode_event(RequestReceived.KIND, outbox.every(db)[-1].payload.encode())
    assert isinstance(event, RequestReceived)
    return event


def test_the_city_is_told_why_a_report_is_where_it_is(db: sqlite3.Connection) -> None:
    receive(db, "lampu jalan mati di jl Rajawali")
    judged = told(db).judged
    assert judged is not None
    assert judged.top3[0] == "pju"
    assert 0 < judged.confidence <= 1
    assert "lampu jalan" in judged.reasons
    assert judged.supporting == ["PERKIM"]


def test_of_a_confidential_report_no_word_is_told_as_a_reason(db: sqlite3.Connection) -> None:
    receive(db, "sampah numpuk, petugas LPS minta uang pelicin")
    event = told(db)
    assert (event.agency, event.sensitivity) == ("INSPEKTORAT", "rahasia")
    assert event.judged is not None
    assert event.judged.reasons == []


def test_reasons_hold_no_number_or_name_of_the_text(db: sqlite3.Connection) -> None:
    receive(db, "ktp saya belum jadi, nik 1471012345678901, hp 081234567890, ibu Ratna sakit")
    judged = told(db).judged
    assert judged is not None
    assert "nomor identitas" in judged.reasons
    assert not any(word in " ".join(judged.reasons) for word in ("1471", "0812", "Ratna", "ratna"))


def test_who_reports_another_s_business_has_a_ticket_and_hears_who_answers(
    db: sqlite3.Connection,
) -> None:
    request = receive(db, "listrik padam sejak tadi malam di jl melur")
    assert (request.destination, told(db).destination) == ("pln", "pln")
    [text] = texts.every(db)
    assert str(request.ticket) in text.body
    assert "PLN: telepon 123" in text.body


def test_a_proposal_is_over_once_an_officer_has_chosen_an_agency(db: sqlite3.Connection) -> None:
    request = receive(db, "listrik padam sejak tadi malam di jl melur")
    _, after = correct(db, request, agency="DISHUB")
    assert after.destination is None


def test_a_note_is_for_staff_and_the_resident_hears_nothing_of_it(db: sqlite3.Connection) -> None:
    request = receive(db, "jl sudirman berlubang depan mal")
    assert (request.agency, request.destination) == ("PUPR", None)
    judged = told(db).judged
    assert judged is not None
    assert judged.note == "jalan_provinsi"
    assert "1708" not in texts.every(db)[0].body


def test_what_becomes_less_public_is_shown_no_more(db: sqlite3.Connection) -> None:
    request = receive(db, consents=consent.publishing(consent.AGREED, "id"))
    board.publish(db, request, by="ani", now=at())
    correct(db, request, category="pohon_taman")
    assert publications.shown(db, Section.BOARD, limit=1)
    correct(db, request, first=2, sensitivity="disamarkan")
    assert publications.shown(db, Section.BOARD, limit=1) == []
    kept = publications.of_request(db, request.id)
    assert kept
    assert (kept.text, kept.by) == ("", "pusat")
