"""One person's reports of one matter are one ticket, others' are linked to the first."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.actions.cases import intake, joining
from appliance.actions.cases.intake import Receipt
from appliance.actions.cases.photos import stage
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import (
    Channel,
    Draft,
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
    StatusEntry,
)
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import FollowedUp, RequestReceived
from appliance.domain.phone import Msisdn
from appliance.domain.quota import Quota
from appliance.domain.sms.received import Report
from appliance.store.cases import photos, requests
from appliance.store.city import outbox
from appliance.store.sms import texts
from tests.builders import PHONE, a_draft
from tests.conftest import at
from tests.unit.actions.by_sms import last_text, take

NewId = Callable[[], str]
TEXT = "lampu jalan mati di jl Rajawali"
NEIGHBOURS = [Msisdn(f"+62812000000{n:02d}") for n in range(5)]
DEVICE = "portal:10.77.0.9"


def send(db: sqlite3.Connection, draft: Draft, *, origin: str = "", **when: float) -> Receipt:
    receipt = intake.receive(db, draft, at(**when), origin=origin or None)
    assert isinstance(receipt, Receipt)
    return receipt


def told(db: sqlite3.Connection) -> list[FollowedUp | RequestReceived]:
    events = (wire.decode_event(row.kind, row.payload.encode()) for row in outbox.every(db))
    return [event for event in events if isinstance(event, FollowedUp | RequestReceived)]


def the_only(db: sqlite3.Connection) -> ServiceRequest:
    (request,) = requests.every(db)
    return request


def test_sms_kiosk_and_portal_within_an_hour_are_one_ticket_with_three_entries(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    first = take(db, new_id, TEXT, Report(TEXT))
    kiosk = a_draft("Lampu jalan mati", channel=Channel.KIOSK, location="jl Rajawali dekat masjid")
    portal = a_draft("PJU di jalan Rajawali padam tiga malam", reporter_name="Budi")
    at_kiosk, at_portal = send(db, kiosk, minutes=20), send(db, portal, minutes=50)
    assert (at_kiosk.request.id, at_portal.request.id) == (first, first)
    assert at_kiosk.is_joined
    assert at_portal.is_joined
    request = the_only(db)
    assert (request.location, request.reporter_name) == ("jl Rajawali dekat masjid", "Budi")
    assert request.text.count("\n") == 2
    entries = [
        (event.channel, event.at)
        for event in told(db)
        if isinstance(event, FollowedUp) and event.wish == "tambah"
    ]
    assert entries == [("kiosk", at(minutes=20).wall), ("portal", at(minutes=50).wall)]
    assert "PJU di jalan Rajawali" in told(db)[-1].text
    assert len(texts.every(db)) == 1


def test_an_sms_that_joins_hears_the_first_ticket(db: sqlite3.Connection, new_id: NewId) -> None:
    first = send(db, a_draft(TEXT, channel=Channel.KIOSK)).request
    text = "LAPOR lampu mati jl Rajawali gelap"
    assert take(db, new_id, text, Report(text, is_explicit=True), minutes=30) == first.id
    assert last_text(db).startswith(f"Sudah tercatat pada tiket {first.ticket}")
    take(db, new_id, text, Report(text, is_explicit=True), tpdu=b"again", minutes=40)
    assert len([event for event in told(db) if isinstance(event, FollowedUp)]) == 1


@pytest.mark.parametrize("minutes", [61, -5])
def test_after_an_hour_it_is_another_ticket_linked_to_the_first(
    db: sqlite3.Connection, minutes: float
) -> None:
    first = send(db, a_draft(TEXT)).request
    later = send(db, a_draft(f"{TEXT} gelap"), minutes=minutes).request
    assert later.id != first.id
    assert later.duplicate_of == first.id


@pytest.mark.parametrize("channel", [Channel.KIOSK, Channel.PORTAL, Channel.PHONE])
def test_equal_words_of_a_phone_within_a_day_are_one_ticket_on_every_channel(
    db: sqlite3.Connection, new_id: NewId, channel: Channel
) -> None:
    first = take(db, new_id, TEXT, Report(TEXT))
    assert send(db, a_draft(TEXT, channel=channel), hours=23).request.id == first
    assert send(db, a_draft(TEXT, channel=channel), hours=25).request.id != first


def test_what_was_added_is_known_again(db: sqlite3.Connection) -> None:
    first = send(db, a_draft(TEXT)).request
    more = "PJU di jalan Rajawali padam tiga malam"
    send(db, a_draft(more), minutes=5)
    assert send(db, a_draft(more, channel=Channel.KIOSK), hours=20).request.id == first.id


def test_a_device_without_a_phone_is_known_for_an_hour(db: sqlite3.Connection) -> None:
    def from_device(text: str, **when: float) -> Receipt:
        return send(db, a_draft(text, reporter_phone=None), origin=DEVICE, **when)

    first = from_device(TEXT)
    assert from_device(f"{TEXT} gelap", minutes=30).request.id == first.request.id
    assert from_device(f"{TEXT} total", minutes=61).request.id != first.request.id
    assert from_device(TEXT, minutes=130).request.id != first.request.id


def test_however_much_a_device_sends_only_its_newest_are_looked_at(db: sqlite3.Connection) -> None:
    places = [f"jl Kenari {number}" for number in range(joining.LOOKED_AT + 1)]
    sent = [
        send(db, a_draft(f"lampu mati di {place}", reporter_phone=None), origin=DEVICE, seconds=n)
        for n, place in enumerate(places)
    ]
    again = requests.latest_of_origin(db, DEVICE, at().wall, joining.LOOKED_AT)
    assert [r.id for r in again] == [r.request.id for r in reversed(sent[1:])]


def test_two_phones_on_one_device_are_two_people(db: sqlite3.Connection) -> None:
    first = send(db, a_draft(TEXT), origin=DEVICE).request
    other = send(db, a_draft(TEXT, reporter_phone=NEIGHBOURS[0]), origin=DEVICE).request
    assert other.duplicate_of == first.id
    nobody = send(db, a_draft("got mampet jl Nangka", reporter_phone=None), origin=DEVICE).request
    named = send(db, a_draft("got mampet jl Nangka"), origin=DEVICE).request
    assert named.id != nobody.id, "its phone would be lost"


def test_three_numbers_make_three_tickets_with_one_parent(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    first = take(db, new_id, TEXT, Report(TEXT), phone=NEIGHBOURS[0])
    send(db, a_draft(f"{TEXT} gelap", reporter_phone=NEIGHBOURS[1]), hours=5)
    send(db, a_draft("lampu mati jl Rajawali", reporter_phone=NEIGHBOURS[2]), days=6)
    assert [r.duplicate_of for r in requests.every(db)] == [None, first, first]
    received = [event for event in told(db) if isinstance(event, RequestReceived)]
    assert [event.duplicate_of for event in received] == [None, first, first]
    assert len({event.ticket for event in received}) == 3


def test_what_is_old_or_over_is_nobodys_parent(db: sqlite3.Connection) -> None:
    first = send(db, a_draft(TEXT, reporter_phone=NEIGHBOURS[0])).request
    entry = StatusEntry(status=Status.CLOSED, message="", agency=None, at=at(hours=1).wall)
    requests.set_status(db, first.id, entry)
    second = send(db, a_draft(TEXT, reporter_phone=NEIGHBOURS[1]), hours=2).request
    third = send(db, a_draft(TEXT, reporter_phone=NEIGHBOURS[2]), days=8).request
    assert (second.duplicate_of, third.duplicate_of) == (None, None)


def test_an_emergency_never_goes_under_what_was_none(db: sqlite3.Connection) -> None:
    calm = send(
        db, a_draft("kompor gas di jl Durian pernah meledak tahun lalu", category="kebakaran")
    ).request
    assert calm.kind is not Kind.EMERGENCY
    text = "tolong cepat kebakaran, kompor gas di jl Durian meledak"
    urgent = send(db, a_draft(text, category="kebakaran"), minutes=5).request
    assert urgent.id != calm.id
    assert outbox.place_of(db, urgent.id).lane is Lane.URGENT
    assert last_text(db).startswith("DARURAT: TELEPON 112 SEKARANG")


def test_an_emergency_that_joins_another_hears_112_first(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    text = "tolong kebakaran besar di jl Durian"
    first = send(db, a_draft(text, channel=Channel.KIOSK)).request
    again = f"{text} apinya makin besar"
    assert take(db, new_id, again, Report(again), minutes=5) == first.id
    assert last_text(db).startswith("DARURAT: TELEPON 112 SEKARANG atau 113")
    assert "keterangan ditambahkan" in last_text(db)
    assert [row.lane for row in outbox.every(db)] == [Lane.URGENT, Lane.URGENT]
    more = "api di jl Durian sudah ke rumah sebelah, tolong cepat kebakaran"
    assert take(db, new_id, more, Report(more), minutes=8) == first.id
    assert texts.every(db)[-1].id == 3


def test_an_emergency_is_answered_whatever_its_phone_has_sent(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    for street in range(8):
        text = f"LAPOR sampah di jl Durian {street} tidak diangkut"
        take(db, new_id, text, Report(text, is_explicit=True), minutes=street)
    for number in range(3):
        text = f"tolong cepat kebakaran di gang {number}"
        take(db, new_id, text, Report(text, is_explicit=True), minutes=10 + number)
        assert last_text(db).startswith("DARURAT: TELEPON 112")


def test_over_its_limit_a_phone_is_kept_marked_and_told_once(
    db: sqlite3.Connection, new_id: NewId, official: Msisdn
) -> None:
    for street in range(8):
        text = f"LAPOR lampu mati di jl Durian {street}"
        take(db, new_id, text, Report(text, is_explicit=True), minutes=street)
    made = list(requests.every(db))
    assert [Mark.FLOOD in request.marks for request in made] == [False] * 4 + [True] * 4
    bodies = [text.body for text in texts.every(db) if text.recipient == PHONE.e164]
    assert len([body for body in bodies if "petugas memeriksanya dulu" in body]) == 1
    forwards = [text for text in texts.every(db) if text.recipient == official.e164]
    assert len(forwards) == 4


def test_a_secret_joins_and_links_nothing(db: sqlite3.Connection) -> None:
    text = "saya dipukul suami di jl Durian, kdrt"
    first, second = send(db, a_draft(text)).request, send(db, a_draft(text), minutes=5).request
    assert first.sensitivity is Sensitivity.CONFIDENTIAL
    assert second.id != first.id
    assert second.duplicate_of is None
    public = send(db, a_draft("lampu mati jl Durian"), minutes=6).request
    assert public.duplicate_of is None


def test_a_second_photo_makes_a_ticket_of_its_own(db: sqlite3.Connection) -> None:
    many = Quota(limit=9, window=timedelta(hours=1))

    def with_photo(data: bytes, **when: float) -> ServiceRequest:
        photo = Photo(content=data, media_type="image/jpeg")
        staged = stage(db, photo, at(**when), origin=None, limit=many)
        outcome = intake.receive(db, a_draft(TEXT), at(**when), photo=staged)
        assert isinstance(outcome, Receipt)
        return outcome.request

    plain = send(db, a_draft(TEXT)).request
    assert with_photo(b"one", minutes=1).id == plain.id
    other = with_photo(b"two", minutes=2)
    assert other.duplicate_of == plain.id
    assert photos.state_of(db, other.id) == "waiting"


@pytest.mark.parametrize("table", ["follow_ups", "outbox"])
def test_a_failure_in_the_middle_joins_nothing_and_repeating_joins_once(
    db: sqlite3.Connection, table: str
) -> None:
    first = send(db, a_draft(TEXT)).request
    draft = a_draft(f"{TEXT} gelap")
    db.execute(
        f"CREATE TRIGGER break BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="broken"):
        intake.receive(db, draft, at(minutes=1))
    db.execute("DROP TRIGGER break")
    assert the_only(db).text == TEXT
    receipts = [send(db, draft, minutes=2), send(db, draft, hours=30)]
    assert [(r.request.id, r.is_joined) for r in receipts] == [(first.id, True)] * 2
    assert the_only(db).text == f"{TEXT}\n{TEXT} gelap"
    assert len(told(db)) == 2


def test_what_does_not_fit_into_the_text_still_goes_to_the_city(db: sqlite3.Connection) -> None:
    long = f"{TEXT} " + "gelap " * 600 + "sekali"
    send(db, a_draft(long))
    send(db, a_draft(f"{long} lagi"), minutes=1)
    assert the_only(db).text == long
    assert told(db)[-1].text == f"{long} lagi"
