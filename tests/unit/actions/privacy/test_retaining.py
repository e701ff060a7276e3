"""What the box forgets by itself, and under which clock."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.actions.cases import intake
from appliance.actions.privacy import erasing, retaining
from appliance.actions.sms import answering
from appliance.actions.staff import auditing
from appliance.domain.cases.service_request import ServiceRequest, Status, StatusEntry
from appliance.domain.city.topics import Lane
from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.moment import Moment
from appliance.domain.privacy import retention
from appliance.domain.privacy.erasure import ERASED_TEXT
from appliance.domain.sms.received import Ignore
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.privacy import processing_log
from appliance.store.sms import sms_inbox, texts
from appliance.store.staff import staff_log
from tests.builders import PHONE, a_draft, a_part, an_sms
from tests.conftest import START, at
from tests.unit.actions.by_sms import say
from tests.unit.actions.erased import acknowledge_all, dump

SECRET = "Mawarjingga"


def later(**after: float) -> Moment:
    """A moment under a clock that the network has set."""
    return replace(at(**after), source="ntp")


def told(db: sqlite3.Connection, text: str = f"lampu mati {SECRET}") -> ServiceRequest:
    receipt = intake.receive(db, a_draft(text), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def end(db: sqlite3.Connection, request: ServiceRequest) -> None:
    entry = StatusEntry(status=Status.CLOSED, message="beres", agency=None, at=at().wall)
    with transaction(db):
        requests.set_status(db, request.id, entry)


def left(db: sqlite3.Connection, request: ServiceRequest) -> ServiceRequest:
    found = requests.by_id(db, request.id)
    assert found is not None
    return found


def test_two_years_after_its_end_a_request_is_a_figure(db: sqlite3.Connection) -> None:
    request = told(db)
    end(db, request)
    retaining.retain(db, later(days=729))
    assert left(db, request).text != ERASED_TEXT
    assert retaining.retain(db, later(days=731))
    assert SECRET not in dump(db)
    assert PHONE.e164 not in dump(db)
    assert left(db, request).status == "ditutup"
    assert [entry.act for entry in processing_log.of_request(db, request.id)] == ["forget"]
    assert retaining.retain(db, later(days=732)) == 0


def test_an_open_request_is_kept_however_old(db: sqlite3.Connection) -> None:
    request = told(db)
    retaining.retain(db, later(days=5000))
    assert left(db, request).text == request.text


def test_nothing_is_forgotten_under_a_clock_that_nobody_has_set(db: sqlite3.Connection) -> None:
    request = told(db)
    end(db, request)
    for source in ("none", "rtc"):
        assert retaining.retain(db, replace(at(days=5000), source=source)) == 0
    assert left(db, request).text == request.text


def sent(db: sqlite3.Connection) -> None:
    """All texts have gone out."""
    with transaction(db):
        db.execute("UPDATE texts SET state = 'delivered'")


def test_what_is_confidential_goes_a_day_after_the_city_has_it(db: sqlite3.Connection) -> None:
    request = told(db, f"suami saya memukul saya {SECRET}")
    sent(db)
    retaining.retain(db, later(days=3))
    assert SECRET in dump(db)
    acknowledge_all(db)
    retaining.retain(db, later(hours=23))
    assert SECRET in dump(db)
    assert retaining.retain(db, later(hours=25))
    assert SECRET not in dump(db)
    assert left(db, request).reporter_phone == PHONE
    assert retaining.retain(db, later(hours=26)) == 0


def test_what_a_victim_says_later_goes_too(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    request = told(db, "suami saya memukul saya")
    sent(db)
    acknowledge_all(db)
    retaining.retain(db, later(hours=25))
    say(db, f"hubungi {SECRET}", new_id, b"\x04aman", about=request)
    sent(db)
    acknowledge_all(db)
    retaining.retain(db, later(hours=50))
    assert SECRET not in dump(db)


def test_the_phone_of_a_confidential_case_goes_a_month_after_its_end(
    db: sqlite3.Connection,
) -> None:
    request = told(db, "suami saya memukul saya")
    sent(db)
    acknowledge_all(db)
    retaining.retain(db, later(hours=25))
    end(db, request)
    retaining.retain(db, later(days=29))
    assert left(db, request).reporter_phone == PHONE
    retaining.retain(db, later(days=31))
    assert left(db, request).reporter_phone is None


def test_sms_lose_their_words_after_half_a_year(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    say(db, f"sampah menumpuk {SECRET}", new_id, b"\x04Mawarjingga")
    sent(db)
    retaining.retain(db, later(days=179))
    assert len(texts.every(db)) == 1
    retaining.retain(db, later(days=181))
    assert texts.every(db) == []
    assert db.execute("SELECT count(*) FROM sms_parts").fetchone()[0] == 0
    [message] = sms_inbox.every(db)
    assert (message.body, message.sender, message.outcome) == ("", "", "request")
    [request] = requests.every(db)
    assert SECRET in request.text


def test_what_operators_sent_goes_after_a_month(
    db: sqlite3.Connection, new_id: Callable[[], str]
) -> None:
    answering.keep_part(db, a_part(), at())
    [part] = sms_inbox.waiting(db)
    sms = an_sms(f"Promo {SECRET}", part.id, phone=None)
    answering.answer(db, sms, Ignore("operator"), at(), new_id)
    retaining.retain(db, later(days=29))
    assert SECRET in dump(db)
    retaining.retain(db, later(days=31))
    assert SECRET not in dump(db)


def closed_wifi(device: str) -> WifiSessionClosed:
    return WifiSessionClosed(
        session_id=device,
        zone="kantor",
        device=device,
        terms_version="1",
        opened_at=START,
        seconds=1,
        up_bytes=1,
        down_bytes=1,
        ended="time",
    )


@pytest.mark.parametrize("is_acked", [True, False])
def test_what_the_city_has_of_the_wifi_goes_after_ninety_days(
    db: sqlite3.Connection, is_acked: bool
) -> None:
    with transaction(db):
        for day in (0, 80):
            event = closed_wifi(f"device-of-day-{day}")
            outbox.append(db, Lane.STATISTICS, event, subject="s", now=at(days=day))
    if is_acked:
        acknowledge_all(db)
    retaining.retain(db, later(days=91))
    assert ("device-of-day-0" in dump(db)) is not is_acked
    assert "device-of-day-80" in dump(db)
    assert outbox.last_seq(db, Lane.STATISTICS) == 2
    retaining.retain(db, later(days=200))
    with transaction(db):
        assert outbox.append(db, Lane.STATISTICS, closed_wifi("x"), subject="s", now=at()) == 3


def test_the_logs_of_processing_and_of_staff_go_after_five_years(db: sqlite3.Connection) -> None:
    request = told(db)
    auditing.viewed(db, by="sri", what="case", subject=request.id, now=at())
    erasing.erase(db, request, at(), by="tests")
    after = retention.PROCESSING_LOG + timedelta(days=1)
    retaining.retain(db, replace(later(), wall=START + after))
    assert processing_log.of_request(db, request.id) == []
    assert staff_log.page(db, by="", subject="", before=None, limit=1) == []
    assert left(db, request).text == ERASED_TEXT
