"""Suicide and violence reach a person at any hour, and nobody else."""

import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.cases import alerting, intake
from appliance.actions.officials import directory
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind, Sensitivity, ServiceRequest, Status
from appliance.domain.events.requests import RequestReceived
from appliance.domain.events.staff import OfficialReplied
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import Help, OfficialReply, Report
from appliance.store.cases import requests
from appliance.store.sms import texts
from appliance.store.sms.texts import Text
from tests.builders import a_draft
from tests.conftest import at
from tests.support.told import told
from tests.unit.actions.by_sms import last_text, take

NewId = Callable[[], str]
ON_DUTY = Msisdn("+6281300000001")
GRAVE = [
    "saya mau bunuh diri",
    "sy udh capek hidup, pengen mati aja, jangan cari saya",
    "suami saya memukul saya lagi tadi malam",
    "anak tetangga sering dipukuli bapaknya",
]


@pytest.fixture
def duty(db: sqlite3.Connection) -> None:
    directory.put(db, Official(agency="DUTY", rank=1, phone=ON_DUTY, name="Petugas jaga 1"), at())


def report(db: sqlite3.Connection, text: str) -> ServiceRequest:
    outcome = intake.receive(db, a_draft(text, reporter_name="Siti"), at())
    assert isinstance(outcome, intake.Receipt)
    return outcome.request


def alerts(db: sqlite3.Connection) -> list[Text]:
    return [text for text in texts.every(db) if text.recipient == ON_DUTY.e164]


@pytest.mark.parametrize("text", GRAVE)
def test_it_is_never_spam_never_public_and_told_without_its_words(
    db: sqlite3.Connection, duty: None, text: str
) -> None:
    request = report(db, text)
    assert request.kind is not Kind.SPAM
    assert request.sensitivity is Sensitivity.CONFIDENTIAL
    assert request.marks == {Mark.ALERT}
    (alert,) = alerts(db)
    assert str(request.ticket) in alert.body
    assert alert.priority == 0
    said = alert.body.lower()
    assert not any(word in said for word in [*text.lower().split(), "siti", "keras", "rahasia"])
    [event] = told(db, RequestReceived)
    assert event.marks == ["mendesak"]


def test_whoever_threatens_himself_hears_112_first(db: sqlite3.Connection) -> None:
    report(db, GRAVE[0])
    assert last_text(db).startswith("TELEPON 112 SEKARANG atau 119")


def test_an_ordinary_report_alerts_nobody(db: sqlite3.Connection, duty: None) -> None:
    assert report(db, "lampu jalan mati").marks == set()
    assert alerts(db) == []


def test_it_is_told_again_until_enough(db: sqlite3.Connection, duty: None) -> None:
    report(db, GRAVE[0])
    for minutes in range(0, 24 * 60, 5):
        alerting.repeat(db, at(minutes=minutes))
    assert len(alerts(db)) == alerting.AT_MOST
    assert not alerting.is_any_due(db, at(days=3))


def test_a_clock_that_was_set_back_silences_nobody(db: sqlite3.Connection, duty: None) -> None:
    report(db, GRAVE[0])
    assert alerting.repeat(db, at(days=-300)) == 1


def answer(
    db: sqlite3.Connection, new_id: NewId, request: ServiceRequest | None, phone: Msisdn = ON_DUTY
) -> None:
    words = f"OK {request.ticket}" if request else "OK"
    reply = OfficialReply(
        Status.IN_PROGRESS, request.ticket if request else None, "", Report(words)
    )
    take(db, new_id, words, reply, phone=phone, minutes=3)


@pytest.mark.parametrize("has_ticket", [True, False])
def test_an_ok_ends_it_and_the_city_hears_of_it(
    db: sqlite3.Connection, new_id: NewId, duty: None, has_ticket: bool
) -> None:
    request = report(db, GRAVE[0])
    answer(db, new_id, request if has_ticket else None)
    assert not alerting.is_any_due(db, at(minutes=11))
    assert "OK dari Anda dicatat" in last_text(db)
    [event] = told(db, OfficialReplied)
    assert (event.agency, event.status, event.official) == ("DUTY", "", "Petugas jaga 1")
    found = requests.by_id(db, request.id)
    assert found is not None
    assert found.status is Status.RECEIVED


def test_an_ok_without_a_ticket_is_about_none_of_two(
    db: sqlite3.Connection, new_id: NewId, duty: None
) -> None:
    report(db, GRAVE[0])
    report(db, GRAVE[2])
    answer(db, new_id, None)
    assert alerting.is_any_due(db, at(minutes=11))


def test_the_ok_of_anybody_else_ends_nothing(
    db: sqlite3.Connection, new_id: NewId, duty: None, official: Msisdn
) -> None:
    answer(db, new_id, report(db, GRAVE[0]), official)
    assert alerting.is_any_due(db, at(minutes=11))


def test_who_comes_on_duty_later_is_told_next(db: sqlite3.Connection) -> None:
    report(db, GRAVE[0])
    assert alerts(db) == []
    directory.put(db, Official(agency="DUTY", rank=2, phone=ON_DUTY, name="Jaga"), at())
    assert alerting.repeat(db, at(minutes=10)) == 1
    assert len(alerts(db)) == 1


def test_a_graver_text_inside_a_wish_alerts_too(
    db: sqlite3.Connection, new_id: NewId, duty: None
) -> None:
    take(db, new_id, "BANTUAN saya mau bunuh diri", Help())
    assert len(alerts(db)) == 1
