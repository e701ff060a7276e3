import sqlite3
from dataclasses import replace

import pytest

from appliance.actions.sms import answering, sending, texting
from appliance.domain.cases.service_request import ServiceRequest, Status, StatusEntry
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import FollowedUp, RequestReceived
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import FollowUp, Mention, Report, Start, Stop, Wish
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.sms import texts
from tests.builders import PHONE, a_part, an_sms
from tests.conftest import at
from tests.support.told import told
from tests.unit.actions.by_sms import NewId, last_text, take

NEWS = (Wish.STOP, Wish.START)
STRANGER = Msisdn("+6281999999999")
REPORT = "lampu jalan mati di jl Durian"


@pytest.fixture
def reported(db: sqlite3.Connection, new_id: NewId) -> ServiceRequest:
    request_id = take(db, new_id, REPORT, Report(REPORT))
    return by_id(db, request_id)


def by_id(db: sqlite3.Connection, request_id: str | None) -> ServiceRequest:
    request = requests.by_id(db, request_id or "")
    assert request is not None
    return request


def say(
    db: sqlite3.Connection,
    new_id: NewId,
    wish: Wish,
    ticket: Ticket | None,
    text: str = "",
    phone: Msisdn = PHONE,
) -> str | None:
    words = text or f"{wish} {ticket}"
    return take(db, new_id, words, FollowUp(wish, ticket, text), phone=phone, hours=1)


@pytest.mark.parametrize("wish", [wish for wish in Wish if wish not in (Wish.SAFE, *NEWS)])
def test_a_wish_is_told_to_the_city_and_answered_once(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest, wish: Wish
) -> None:
    assert say(db, new_id, wish, reported.ticket, "dengan kata lain") == reported.id
    [event] = told(db, FollowedUp)
    assert (event.request_id, event.wish, event.text) == (reported.id, wish, "dengan kata lain")
    assert str(reported.ticket) in last_text(db)
    assert len(texts.every(db)) == 2


@pytest.mark.parametrize("wish", [wish for wish in Wish if wish not in NEWS])
def test_a_wish_moves_nothing_at_the_box(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest, wish: Wish
) -> None:
    say(db, new_id, wish, reported.ticket)
    after = by_id(db, reported.id)
    assert (after.status, after.reporter_phone) == (Status.RECEIVED, PHONE)
    assert requests.history(db, reported.id) == requests.history(db, reported.id)[:1]


@pytest.mark.parametrize("wish", [wish for wish in Wish if wish not in NEWS])
def test_another_phone_changes_nothing_and_hears_so(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest, wish: Wish
) -> None:
    say(db, new_id, wish, reported.ticket, phone=STRANGER)
    assert told(db, FollowedUp) == []
    assert "hanya dapat diubah dari HP" in last_text(db)
    assert texts.every(db)[-1].recipient == STRANGER.e164
    assert by_id(db, reported.id).text == REPORT


def test_an_addition_joins_the_text(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    say(db, new_id, Wish.ADD, reported.ticket, "TAMBAH tiangnya miring")
    assert by_id(db, reported.id).text == f"{REPORT}\nTAMBAH tiangnya miring"


def test_a_wish_about_an_emergency_travels_on_its_lane(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    urgent = by_id(db, take(db, new_id, "kebakaran", Report("kebakaran di pasar")))
    say(db, new_id, Wish.ADD, urgent.ticket, "api sudah padam")
    lanes = [(row.lane, row.kind) for row in outbox.every(db)]
    assert lanes == [(Lane.URGENT, RequestReceived.KIND), (Lane.URGENT, FollowedUp.KIND)]


def test_a_ticket_that_is_not_there_is_told_so(db: sqlite3.Connection, new_id: NewId) -> None:
    say(db, new_id, Wish.WITHDRAW, Ticket.issue("07", 77))
    assert "tidak ditemukan" in last_text(db)
    assert told(db, FollowedUp) == []


def test_sudah_alone_means_the_only_resolved_ticket(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    entry = StatusEntry(status=Status.RESOLVED, message="", agency=None, at=at().wall)
    requests.set_status(db, reported.id, entry)
    assert say(db, new_id, Wish.CONFIRM, None) == reported.id
    assert [event.wish for event in told(db, FollowedUp)] == ["sudah"]


def test_a_bare_wish_in_doubt_asks_for_the_ticket(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    assert say(db, new_id, Wish.CONFIRM, None) is None
    assert "Tiket yang mana? Balas SUDAH" in last_text(db)
    assert len(list(requests.every(db))) == 1


def test_a_wish_in_doubt_that_says_more_is_a_report(db: sqlite3.Connection, new_id: NewId) -> None:
    request_id = say(db, new_id, Wish.DISPUTE, None, "belum selesai juga")
    assert by_id(db, request_id).text == "belum selesai juga"


def test_a_text_that_names_a_ticket_of_its_sender_joins_it(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    text = f"yang {reported.ticket} nyala sebentar lalu mati"
    assert take(db, new_id, text, Mention(reported.ticket, text), hours=2) == reported.id
    assert [event.text for event in told(db, FollowedUp)] == [text]


def test_a_text_that_names_anothers_ticket_is_a_report(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    text = f"tetangga sudah lapor {reported.ticket}"
    made = take(db, new_id, text, Mention(reported.ticket, text), phone=STRANGER)
    assert made != reported.id
    assert told(db, FollowedUp) == []


def test_a_victim_says_when_to_call_and_no_answer_tells_of_it(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    secret = take(db, new_id, "kdrt", Report("saya dipukul suami, kdrt"))
    assert say(db, new_id, Wish.SAFE, None, "aman jam 10 pagi") == secret
    assert [(event.wish, event.text) for event in told(db, FollowedUp)] == [
        ("aman", "aman jam 10 pagi")
    ]
    assert "jam 10" not in last_text(db)
    assert str(by_id(db, secret).ticket) not in last_text(db)


def test_stop_is_confirmed_once_and_told_for_every_open_ticket(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "STOP", Stop(), hours=1)
    take(db, new_id, "stop lagi", Stop(), hours=1)
    assert [event.wish for event in told(db, FollowedUp)] == ["stop"]
    assert [text.body for text in texts.every(db)][1:] == [last_text(db)]
    assert "tidak mengirim kabar" in last_text(db)


def test_after_stop_come_answers_but_no_news(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "STOP", Stop(), hours=1)
    entry = StatusEntry(status=Status.IN_PROGRESS, message="", agency=None, at=at().wall)
    texting.queue_status_change(db, reported, entry, at(hours=2))
    assert len(texts.every(db)) == 2
    say(db, new_id, Wish.ADD, reported.ticket, "tambahan")
    assert len(texts.every(db)) == 3


def news(db: sqlite3.Connection, request: ServiceRequest, **when: float) -> int:
    """How many texts the next move of a request makes."""
    before = len(texts.every(db))
    entry = StatusEntry(status=Status.IN_PROGRESS, message="", agency=None, at=at().wall)
    texting.queue_status_change(db, request, entry, at(**when))
    return len(texts.every(db)) - before


def test_a_report_after_stop_is_told_of_again_and_the_old_ones_are_not(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "STOP", Stop(), hours=1)
    new = by_id(db, take(db, new_id, "got mampet", Report("got mampet di jl Riau"), hours=2))
    assert (news(db, new, hours=3), news(db, reported, hours=3)) == (1, 0)
    take(db, new_id, "stop ya", Stop(), hours=4)
    assert news(db, new, hours=5) == 0


def test_who_speaks_of_a_ticket_after_stop_hears_what_becomes_of_it(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "STOP", Stop(), minutes=30)
    say(db, new_id, Wish.DISPUTE, reported.ticket)
    assert news(db, reported, hours=2) == 1


def test_mulai_lifts_stop_and_is_told_to_the_city(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "STOP", Stop(), hours=1)
    take(db, new_id, "MULAI", Start(), hours=2)
    assert "kami kirim lagi" in last_text(db)
    assert [event.wish for event in told(db, FollowedUp)] == ["stop", "mulai"]
    assert news(db, reported, hours=3) == 1


AGAIN = "lampunya mati lagi"


@pytest.mark.parametrize(
    ("status", "days", "wishes"),
    [
        (Status.IN_PROGRESS, 1, ["tambah"]),
        (Status.RESOLVED, 40, ["belum"]),
        (Status.CLOSED, 29, ["belum"]),
        (Status.CLOSED, 31, []),
        (Status.ARCHIVED, 1, []),
    ],
)
def test_a_complaint_about_a_finished_ticket_disputes_it_or_is_a_report_of_its_own(
    db: sqlite3.Connection,
    new_id: NewId,
    reported: ServiceRequest,
    status: Status,
    days: int,
    wishes: list[str],
) -> None:
    entry = StatusEntry(status=status, message="", agency=None, at=at().wall)
    requests.set_status(db, reported.id, entry)
    text = f"{reported.ticket} {AGAIN}"
    made = take(db, new_id, text, Mention(reported.ticket, text, complains=True), days=days)
    assert [event.wish for event in told(db, FollowedUp)] == wishes
    assert (made == reported.id) == bool(wishes)
    assert by_id(db, made).text.endswith(text) or wishes == ["belum"]


def test_thanks_for_a_finished_ticket_reopen_nothing(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    entry = StatusEntry(status=Status.CLOSED, message="", agency=None, at=at().wall)
    requests.set_status(db, reported.id, entry)
    text = f"terima kasih petugas cepat datang utk {reported.ticket}"
    take(db, new_id, text, Mention(reported.ticket, text), hours=2)
    assert [event.wish for event in told(db, FollowedUp)] == ["tambah"]


@pytest.mark.parametrize("table", ["follow_ups", "outbox", "texts"])
def test_a_failure_in_the_middle_leaves_nothing_behind(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest, table: str
) -> None:
    db.execute(
        f"CREATE TRIGGER break BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="broken"):
        say(db, new_id, Wish.DISPUTE, reported.ticket)
    assert told(db, FollowedUp) == []
    assert db.execute("SELECT count(*) FROM follow_ups").fetchone()[0] == 0
    assert len(texts.every(db)) == 1


def test_a_message_without_a_verb_soon_after_continues_the_report(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    assert take(db, new_id, "dekat warung", Report("dekat warung"), minutes=9) == reported.id
    assert by_id(db, reported.id).text == f"{REPORT}\ndekat warung"
    assert [(event.wish, event.text) for event in told(db, FollowedUp)] == [
        ("tambah", "dekat warung")
    ]
    assert len(texts.every(db)) == 1


def test_the_first_words_again_are_still_the_same_ticket_after_a_continuation(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    take(db, new_id, "dekat warung", Report("dekat warung"), minutes=5)
    again = take(db, new_id, REPORT, Report(REPORT), tpdu=b"again", hours=3)
    later = take(db, new_id, REPORT, Report(REPORT), tpdu=b"tomorrow", hours=25)
    assert again == reported.id
    assert later != reported.id


def test_a_report_without_a_place_is_asked_once_and_its_answer_joins_it(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request_id = take(db, new_id, "lampu jalan mati", Report("lampu jalan mati"))
    assert "Di mana lokasinya?" in last_text(db)
    answer = "jl Melati dekat masjid"
    assert take(db, new_id, answer, Report(answer), hours=5) == request_id
    assert len(texts.every(db)) == 1
    other = "jl Durian dekat pos"
    assert take(db, new_id, other, Report(other), hours=6) != request_id


@pytest.mark.parametrize("text", ["kebakaran besar tolong", "saya dipukul suami kdrt"])
def test_who_is_in_need_is_asked_nothing(db: sqlite3.Connection, new_id: NewId, text: str) -> None:
    take(db, new_id, text, Report(text))
    assert "lokasi" not in last_text(db)


def test_a_chain_gives_name_and_kelurahan(db: sqlite3.Connection, new_id: NewId) -> None:
    chain = Report("jalan rusak", "Budi", "kel simpang tiga", is_explicit=True)
    made = by_id(db, take(db, new_id, "LAPOR#Budi#...", chain))
    assert (made.reporter_name, made.location, made.text) == (
        "Budi",
        "kel simpang tiga",
        "jalan rusak",
    )
    assert made.kelurahan == "14.71.07.1005"
    assert "lokasi" not in last_text(db)


def test_the_answer_goes_to_the_number_as_it_came(db: sqlite3.Connection, new_id: NewId) -> None:
    answering.keep_part(db, a_part(b"x"), at())
    sms = replace(an_sms(REPORT, 1), sender="081234567890")
    answering.answer(db, sms, Report(REPORT), at(), new_id)
    [text] = texts.every(db)
    assert (text.recipient, text.address) == (PHONE.e164, "081234567890")
    called: list[str] = []

    def encode(number: str, _body: str) -> list[bytes]:
        called.append(number)
        return [b"tpdu"]

    assert sending.claim_part(db, at(), encode)
    assert called == ["081234567890"]


def test_the_same_wish_repeated_by_a_machine_is_recorded_three_times_an_hour(
    db: sqlite3.Connection, new_id: NewId, reported: ServiceRequest
) -> None:
    wish = FollowUp(Wish.DISPUTE, reported.ticket, "")
    for number in range(20):
        take(db, new_id, "BELUM", wish, tpdu=b"%d" % number, hours=1)
    assert len(told(db, FollowedUp)) == 3
