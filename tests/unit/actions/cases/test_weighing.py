"""Advice and a ticket for larvae, and how much a report of them weighs."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

from appliance.actions.cases import intake
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import Report
from appliance.store.cases import requests
from tests.builders import a_draft
from tests.conftest import at
from tests.unit.actions.by_sms import last_text, take

NewId = Callable[[], str]
HERE, THERE = "14.71.07.1005", "14.71.07.1001"


def by_sms(db: sqlite3.Connection, new_id: NewId, text: str) -> ServiceRequest:
    request = requests.by_id(db, take(db, new_id, text, Report(text)) or "")
    assert request is not None
    return request


def by_page(
    db: sqlite3.Connection, text: str, *, of: int, kelurahan: str = HERE, **when: float
) -> ServiceRequest:
    phone = Msisdn(f"+62812000000{of:02d}")
    draft = a_draft(text, reporter_phone=phone, kelurahan=kelurahan)
    outcome = intake.receive(db, draft, at(**when))
    assert isinstance(outcome, intake.Receipt)
    return outcome.request


def test_larvae_in_seven_houses_get_advice_and_a_ticket_of_the_health_agency(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request = by_sms(db, new_id, "ada jentik nyamuk di 7 rumah jl Durian")
    assert (request.agency, request.marks) == ("DINKES", {Mark.CLUSTER})
    assert "PSN 3M: kuras bak tiap minggu" in last_text(db)
    assert str(request.ticket) in last_text(db)


def test_larvae_in_three_houses_are_small_and_their_reporter_is_asked_whether_it_helped(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request = by_sms(db, new_id, "ada jentik nyamuk di tiga rumah jl Durian")
    assert (request.agency, request.marks) == ("DINKES", {Mark.LOW})
    assert f"Terbantu? Balas SUDAH atau BELUM lalu {request.ticket}" in last_text(db)


def test_few_houses_here_and_few_there_become_a_cluster_within_seven_days(
    db: sqlite3.Connection,
) -> None:
    assert by_page(db, "jentik di 3 rumah gang Mawar", of=1).marks == {Mark.LOW}
    elsewhere = by_page(db, "jentik di 3 rumah gang Melati", of=2, kelurahan=THERE, days=1)
    assert elsewhere.marks == {Mark.LOW}
    assert by_page(db, "jentik di 3 rumah gang Kenanga", of=3, days=6).marks == {Mark.CLUSTER}
    assert by_page(db, "jentik di 2 rumah gang Dahlia", of=4, days=14).marks == {Mark.LOW}


def test_one_house_told_of_twice_counts_once(db: sqlite3.Connection) -> None:
    first = by_page(db, "jentik di 3 rumah gang Mawar", of=1)
    again = by_page(db, "ada jentik di 3 rumah gang Mawar", of=2, hours=2)
    assert again.duplicate_of == first.id
    third = by_page(db, "jentik di 2 rumah gang Kenanga", of=3, hours=3)
    assert third.marks == {Mark.LOW}
    assert third.created_at - first.created_at < timedelta(days=7)
