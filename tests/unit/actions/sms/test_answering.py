import sqlite3

import pytest

from appliance.actions.sms import answering
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import CheckStatus, Command, Help, Ignore, Report, UnknownTicket
from appliance.store.cases import requests
from appliance.store.sms import sms_inbox, texts
from tests.builders import PHONE, a_part, an_sms
from tests.conftest import at
from tests.unit.actions.by_sms import NewId, last_text, take


def test_a_report_becomes_a_ticket_and_one_answer(db: sqlite3.Connection, new_id: NewId) -> None:
    request_id = take(db, new_id, "lampu mati", Report("lampu mati"))
    assert request_id
    request = requests.by_id(db, request_id)
    assert request is not None
    assert request.reporter_phone == PHONE
    assert [text.recipient for text in texts.every(db)] == [PHONE.e164]
    assert str(request.ticket) in last_text(db)


def test_answering_the_same_parts_twice_does_nothing(db: sqlite3.Connection, new_id: NewId) -> None:
    take(db, new_id, "lampu mati", Report("lampu mati"))
    before = list(db.iterdump())
    assert answering.answer(db, an_sms("lampu mati", 1), Report("x"), at(), new_id) is None
    assert list(db.iterdump()) == before


def test_the_same_report_again_gets_its_ticket_again(db: sqlite3.Connection, new_id: NewId) -> None:
    first = take(db, new_id, "lampu mati jl Durian", Report("lampu mati jl Durian"))
    assert answering.keep_part(db, a_part(b"a minute later"), at(minutes=1))
    (part,) = sms_inbox.waiting(db)
    sms = an_sms("lampu mati jl Durian", part.id)
    assert answering.answer(db, sms, Report("lampu mati jl Durian"), at(minutes=1), new_id) == first
    bodies = [text.body for text in texts.every(db)]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


def test_who_repeats_the_same_words_is_answered_twice_and_then_no_more(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    """SMS check 25: a machine, told by nothing but its words."""
    for number in range(40):
        take(db, new_id, "mati", Report("mati"), tpdu=b"%d" % number)
    assert len(texts.every(db)) == 3
    assert len(list(requests.every(db))) == 1
    assert db.execute("SELECT count(*) FROM sms_inbox").fetchone()[0] == 40


def test_the_same_tpdu_is_kept_once(db: sqlite3.Connection) -> None:
    assert answering.keep_part(db, a_part(), at())
    assert not answering.keep_part(db, a_part(), at(hours=1))


def test_a_report_from_a_sender_without_number_is_kept_and_not_answered(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    assert take(db, new_id, "jalan rusak", Report("jalan rusak"), phone=None)
    assert texts.every(db) == []


def test_status_by_number_says_the_state_and_nothing_of_the_text(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request_id = take(db, new_id, "lampu jalan mati", Report("lampu jalan mati dekat Budi"))
    assert request_id
    request = requests.by_id(db, request_id)
    assert request is not None
    stranger = Msisdn("+6281999999999")
    take(db, new_id, "CEK", CheckStatus(request.ticket), phone=stranger)
    assert last_text(db).startswith(f"Tiket {request.ticket}: Diterima. Dishub.")
    assert "Budi" not in last_text(db)


def test_status_of_a_confidential_ticket_names_no_agency(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    request_id = take(db, new_id, "kdrt", Report("saya dipukul suami, kdrt"))
    assert request_id
    request = requests.by_id(db, request_id)
    assert request is not None
    take(db, new_id, "CEK 2", CheckStatus(request.ticket))
    assert last_text(db) == f"Tiket {request.ticket}: sedang ditangani."


def test_cek_alone_lists_the_senders_own_tickets(db: sqlite3.Connection, new_id: NewId) -> None:
    take(db, new_id, "cek", CheckStatus(None))
    assert "Belum ada laporan" in last_text(db)
    take(db, new_id, "lampu mati", Report("lampu mati"))
    take(db, new_id, "cek lagi", CheckStatus(None))
    assert "Diterima" in last_text(db)


@pytest.mark.parametrize(
    "command", [CheckStatus(Ticket.issue("07", 77)), UnknownTicket("12345678901234567890123")]
)
def test_an_unknown_ticket_is_told_so(
    db: sqlite3.Connection, new_id: NewId, command: Command
) -> None:
    assert take(db, new_id, "CEK x", command) is None
    assert "tidak ditemukan" in last_text(db)


def test_help_is_answered_and_ignored_messages_are_only_kept(
    db: sqlite3.Connection, new_id: NewId
) -> None:
    take(db, new_id, "bantuan", Help())
    assert "Tulis saja" in last_text(db)
    take(db, new_id, "PROMO", Ignore("operator"), phone=None)
    assert len(texts.every(db)) == 1
    rows = db.execute("SELECT outcome FROM sms_inbox ORDER BY id").fetchall()
    assert [row["outcome"] for row in rows] == ["help", "ignored: operator"]


def test_a_phone_gets_at_most_five_answers_an_hour(db: sqlite3.Connection, new_id: NewId) -> None:
    """SMS check 25: whatever the words."""
    for number in range(60):
        take(db, new_id, f"bantuan {number}", Help())
    assert len(texts.every(db)) == 5
    take(db, new_id, "bantuan lagi", Help(), hours=2)
    assert len(texts.every(db)) == 6


def test_hostile_text_is_stored_as_valid_utf8(db: sqlite3.Connection, new_id: NewId) -> None:
    text = "lampu \ud83d mati\x00" + "x" * 9000
    assert answering.keep_part(db, a_part(b"hostile"), at())
    request_id = answering.answer(db, an_sms("lampu", 1), Report(text), at(), new_id)
    assert request_id
    request = requests.by_id(db, request_id)
    assert request is not None
    assert request.text.startswith("lampu \ufffd mati\ufffdxxx")
    assert len(request.text) == 4000
