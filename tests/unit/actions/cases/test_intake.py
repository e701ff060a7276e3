import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.actions.cases import intake
from appliance.actions.cases.intake import Receipt, Refused
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Channel, Draft, Kind, Sensitivity, Status
from appliance.domain.city.topics import Lane
from appliance.domain.phone import Msisdn
from appliance.domain.quota import Quota
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.sms import texts
from tests.builders import PHONE, a_draft
from tests.conftest import at

NewId = Callable[[], str]


def receive(db: sqlite3.Connection, draft: Draft, **when: float) -> Receipt:
    receipt = intake.receive(db, draft, at(**when))
    assert isinstance(receipt, Receipt)
    return receipt


def test_a_request_is_stored_with_its_event_and_its_text(db: sqlite3.Connection) -> None:
    request = receive(db, a_draft("lampu jalan mati")).request
    assert request == requests.by_ticket(db, request.ticket)
    assert (request.category, request.agency, request.status) == ("pju", "DISHUB", Status.RECEIVED)
    assert not request.acked
    [event] = outbox.every(db)
    assert (event.lane, event.seq, event.subject) == (Lane.COMPLAINTS, 1, request.id)
    [text] = texts.every(db)
    assert text.recipient == PHONE.e164
    assert str(request.ticket) in text.body
    assert [entry.status for entry in requests.history(db, request.id)] == [Status.RECEIVED]


@pytest.mark.parametrize("table", ["requests", "outbox", "texts"])
def test_a_failure_in_the_middle_leaves_nothing_behind(db: sqlite3.Connection, table: str) -> None:
    db.execute(
        f"CREATE TRIGGER break BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="broken"):
        intake.receive(db, a_draft(), at())
    db.execute("DROP TRIGGER break")
    for name in ("requests", "outbox", "texts"):
        assert db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] == 0
    assert receive(db, a_draft()).is_new
    assert [row.seq for row in outbox.every(db)] == [1]


def test_the_same_submission_again_gives_the_same_ticket(db: sqlite3.Connection) -> None:
    draft = a_draft(reporter_phone=None)
    first = receive(db, draft)
    again = receive(db, draft, minutes=5)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.request.ticket == first.request.ticket
    assert len(outbox.every(db)) == 1


def test_the_same_ready_sentence_for_two_places_is_two_tickets(db: sqlite3.Connection) -> None:
    one = receive(db, a_draft("Lampu jalan mati", channel=Channel.KIOSK, location="Jl A"))
    two = receive(db, a_draft("Lampu jalan mati", channel=Channel.KIOSK, location="Jl B"))
    assert one.request.ticket != two.request.ticket


def test_two_people_with_the_same_words_get_two_tickets(db: sqlite3.Connection) -> None:
    one = receive(db, a_draft("got mampet", reporter_phone=None))
    two = receive(db, a_draft("got mampet", reporter_phone=None))
    assert one.request.ticket != two.request.ticket


def test_an_emergency_takes_the_urgent_lane_and_its_text_says_112_first(
    db: sqlite3.Connection,
) -> None:
    request = receive(db, a_draft("tolong cepat kebakaran di pasar")).request
    assert request.kind is Kind.EMERGENCY
    assert outbox.every(db)[0].lane is Lane.URGENT
    assert texts.every(db)[0].body.startswith("DARURAT: TELEPON 112")
    assert texts.every(db)[0].priority == 0


def test_a_confidential_report_is_answered_without_its_topic(db: sqlite3.Connection) -> None:
    request = receive(db, a_draft("saya dipukul suami, kdrt")).request
    assert request.sensitivity is Sensitivity.CONFIDENTIAL
    assert "DIRAHASIAKAN" in texts.every(db)[0].body
    assert "kdrt" not in texts.every(db)[0].body.lower()


def test_choosing_another_category_does_not_lift_confidentiality(db: sqlite3.Connection) -> None:
    request = receive(db, a_draft("saya dipukul suami, kdrt", category="kesehatan")).request
    assert (request.category, request.sensitivity) == ("kesehatan", Sensitivity.CONFIDENTIAL)


@pytest.mark.parametrize(
    ("text", "location", "picked", "stored"),
    [
        ("lampu jalan mati di kel Tangkerang Labuai", None, None, "14.71.07.1011"),
        ("lampu jalan mati", "dekat masjid, kelurahan Simpang Tiga", None, "14.71.07.1005"),
        ("lampu jalan mati di kel Tangkerang Labuai", None, "14.71.07.1005", "14.71.07.1005"),
        ("lampu jalan mati di jl Tangkerang", None, None, None),
    ],
)
def test_a_request_lies_where_its_reporter_picked_or_else_where_the_words_say(
    db: sqlite3.Connection, text: str, location: str | None, picked: str | None, stored: str | None
) -> None:
    request = receive(db, a_draft(text, location=location, kelurahan=picked)).request
    assert request.kelurahan == stored
    [event] = outbox.every(db)
    assert json.loads(event.payload).get("kelurahan") == stored


def test_a_category_nobody_knows_is_judged_by_triage(db: sqlite3.Connection) -> None:
    assert receive(db, a_draft("lampu jalan mati", category="x'--")).request.category == "pju"


def test_a_device_over_its_limit_is_kept_for_a_person_to_judge(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    limit = Quota(limit=2, window=timedelta(hours=1))

    def submit(text: str, **when: float) -> Receipt | Refused:
        return intake.receive(db, a_draft(text), at(**when), origin="10.0.0.9", limit=limit)

    def marks(text: str, **when: float) -> frozenset[Mark]:
        outcome = submit(text, **when)
        assert isinstance(outcome, Receipt)
        return outcome.request.marks

    assert marks("lampu jalan mati jl Durian") == marks("lampu jalan mati jl Nangka") == set()
    assert marks("lampu jalan mati jl Manggis", minutes=10) == {Mark.FLOOD}
    assert marks("tolong cepat rumah kebakaran", minutes=10) == set()
    assert marks("lampu jalan mati jl Rambutan", minutes=71) == set()
    forwarded = [text for text in texts.every(db) if text.recipient == official.e164]
    assert [word in str(forwarded) for word in ("Nangka", "Manggis")] == [True, False]


def test_far_beyond_its_limit_a_device_is_refused(db: sqlite3.Connection) -> None:
    limit = Quota(limit=1, window=timedelta(hours=1))
    for street in range(10):
        draft = a_draft(f"lampu jalan mati jl {street}")
        assert isinstance(intake.receive(db, draft, at(), origin="a", limit=limit), Receipt)
    refused = intake.receive(db, a_draft("got mampet"), at(minutes=10), origin="a", limit=limit)
    assert isinstance(refused, Refused)
    assert refused.retry_after_s == 3000


def test_attempts_are_counted_with_a_time(db: sqlite3.Connection) -> None:
    limit = Quota(limit=2, window=timedelta(hours=1))
    intake.receive(db, a_draft(), at(), origin="a", limit=limit)
    assert db.execute("SELECT min(at_ms) FROM intake_attempts").fetchone()[0] > 0


def test_even_emergencies_of_one_device_cannot_fill_the_disk(db: sqlite3.Connection) -> None:
    limit = Quota(limit=1, window=timedelta(hours=1))
    results = [
        intake.receive(db, a_draft(f"kebakaran besar {n}"), at(), origin="10.0.0.9", limit=limit)
        for n in range(12)
    ]
    assert [isinstance(result, Receipt) for result in results] == [True] * 10 + [False] * 2


def test_old_attempts_of_devices_are_forgotten(db: sqlite3.Connection) -> None:
    limit = Quota(limit=2, window=timedelta(hours=1))
    for hour in range(5):
        intake.receive(db, a_draft(f"laporan {hour}"), at(hours=2 * hour), origin="a", limit=limit)
    assert db.execute("SELECT count(*) FROM intake_attempts").fetchone()[0] == 1


def test_one_phone_gets_no_more_than_five_receipts_an_hour(db: sqlite3.Connection) -> None:
    for number in range(9):
        receive(db, a_draft(f"lampu mati {number}"))
    receive(db, a_draft("got mampet"), hours=2)
    states = [text.state for text in texts.every(db)]
    assert states == ["queued"] * 5 + ["queued"]
