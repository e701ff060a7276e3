"""The real mailbox on a real database, fed by the simulated network's PDUs."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.store import migrate, requests, room, sms_inbox, texts
from appliance.store.database import connect
from modem.driver import NotStoredError
from modem.events import Health, ModemState, Verdict
from modem.inbound import MISSING_AFTER
from modem.mailbox import SmsMailbox
from modem.pdu import tpdu
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP, Air

CITIZEN = "+628123456789"


class Box:
    def __init__(self, path):
        self.path = path
        migrate.ensure(path, SiteCode("14.71.07"), lambda: "00000001")
        self.time = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
        self.seconds = 0.0
        self.ids = count(1)
        self.air = Air()
        self.db = connect(path)
        self.start()

    def start(self):
        self.mailbox = SmsMailbox(
            self.db,
            now=lambda: Moment(wall=self.time, boot_id="b", mono_ms=0),
            new_id=lambda: f"00000000-0000-7000-8000-{next(self.ids):012d}",
            first_reference=0,
            clock=lambda: self.seconds,
        )
        self.mailbox.recover()

    def pass_time(self, delta):
        self.time += delta
        self.seconds += delta.total_seconds()

    def arrive(self, pdus):
        for pdu in pdus:
            self.mailbox.receive(pdu, memory="SM", index=0)
        self.pass_time(timedelta(seconds=1))
        self.mailbox.act()

    def sms(self, text, sender=CITIZEN, **options):
        pdus = self.air.inject(sender, text, **options)
        self.arrive(pdus)
        return pdus

    @property
    def reports(self):
        return [request.text for request in requests.every(self.db)]

    @property
    def queued(self):
        return texts.every(self.db)

    def send(self, outcome):
        while part := self.mailbox.next_part():
            self.mailbox.sending(part.part_id)
            outcome(part)
            self.seconds += 2
            self.time += timedelta(seconds=2)


@contextmanager
def locked(box):
    """Another process holds the writer's lock."""
    box.db.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(box.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full_disk(box, monkeypatch):
    """Not a byte can be written."""

    def refuse(*_, **__):
        raise room.full(box.path)

    with monkeypatch.context() as patch:
        patch.setattr(room, "prepare", refuse)
        yield


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "posko.db")
    yield box
    box.db.close()


def test_report_is_stored_and_its_receipt_queued(box):
    box.sms("Lampu jalan mati di jl Rajawali")
    assert box.reports == ["Lampu jalan mati di jl Rajawali"]
    assert [text.recipient for text in box.queued] == [CITIZEN]


def test_status_question_is_answered_and_is_no_report(box):
    box.sms("LAPOR got mampet depan pasar")
    (request,) = requests.every(box.db)
    box.sms(f"CEK {request.ticket}")
    assert len(box.reports) == 1
    assert str(request.ticket) in box.queued[-1].body


def test_same_tpdu_delivered_again_is_not_a_second_report(box):
    pdus = box.sms("Sampah menumpuk di pasar")
    box.arrive(pdus)
    assert len(box.reports) == 1
    assert len(box.queued) == 1


def test_same_report_sent_again_gets_its_ticket_again(box):
    box.sms("Sampah menumpuk di pasar")
    box.sms("Sampah menumpuk di pasar")
    (request,) = requests.every(box.db)
    assert [str(request.ticket) in text.body for text in box.queued] == [True, True]
    box.arrive(box.air.waiting)
    assert len(box.queued) == 2


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 1, 2]])
@pytest.mark.parametrize("is_wide", [False, True])
def test_parts_join_in_whatever_order_they_come(box, order, is_wide):
    """SMS checks 4 and 5."""
    text = "Jalan rusak {parah} " * 18
    pdus = box.air.inject(CITIZEN, text.strip(), is_wide=is_wide)
    box.arrive([pdus[number] for number in order])
    assert box.reports == [text.strip()]


def test_parts_with_one_reference_from_two_phones_are_kept_apart(box):
    """SMS check 5."""
    first = box.air.inject(CITIZEN, "A" * 200, reference=7)
    second = box.air.inject("+628129999999", "B" * 200, reference=7)
    box.arrive([first[0], second[0], second[1], first[1]])
    assert sorted(box.reports) == ["A" * 200, "B" * 200]


def test_reused_reference_begins_another_message(box):
    """SMS check 5."""
    box.sms("LAPOR " + "A" * 200, reference=7)
    box.sms("LAPOR " + "B" * 200, reference=7)
    assert box.reports == ["A" * 200, "B" * 200]


def test_emoji_cut_between_parts_is_stored_whole(box):
    """SMS check 3."""
    box.sms("Banjir 😀 parah", size=16)
    assert box.reports == ["Banjir 😀 parah"]


def test_lone_surrogate_is_stored_as_replacement(box):
    """SMS check 3."""
    box.sms("Banjir \ud83d parah")
    assert box.reports == ["Banjir \ufffd parah"]


def test_missing_part_is_marked_after_the_wait_and_across_a_restart(box):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.start()
    assert box.reports == []
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]


def test_crash_between_keeping_and_acting_is_made_up_for(box):
    for pdu in box.air.inject(CITIZEN, "Listrik padam"):
        box.mailbox.receive(pdu, memory="SM", index=3)
    assert box.reports == []
    box.start()
    assert box.reports == ["Listrik padam"]


@pytest.mark.parametrize("sender", ["TELKOMSEL", "1708", "88"])
def test_senders_that_are_no_phones_get_no_ticket_and_no_answer(box, sender):
    """SMS check 24."""
    box.sms("Selamat! Anda mendapat hadiah", sender=sender)
    assert (box.reports, box.queued) == ([], [])
    assert sms_inbox.waiting(box.db) == []


def test_report_from_a_landline_is_taken_in_without_an_answer(box):
    box.sms("Saluran air mampet", sender="0761123456")
    assert (box.reports, box.queued) == (["Saluran air mampet"], [])


@pytest.mark.parametrize("options", [{"pid": 0x40}, {"dcs": 0xC8}])
def test_service_messages_are_kept_and_nothing_else(box, options):
    box.sms("voicemail", **options)
    assert (box.reports, box.queued) == ([], [])


def test_unreadable_pdu_is_quarantined(box):
    """SMS check 34."""
    box.arrive([b"\x00\x04\xff" + bytes(500), b""])
    states = box.db.execute("SELECT state FROM sms_parts").fetchall()
    assert [row["state"] for row in states] == ["quarantined", "quarantined"]
    box.sms("Sesudahnya")
    assert box.reports == ["Sesudahnya"]


@pytest.mark.parametrize("octets", [177, 401, 512])
def test_readable_pdu_that_is_too_long_is_quarantined(box, octets):
    (pdu,) = box.air.inject(CITIZEN, "Panjang sekali")
    box.arrive([pdu + bytes(octets - len(pdu))])
    (row,) = box.db.execute("SELECT state, length(tpdu) AS size FROM sms_parts").fetchall()
    assert (row["state"], row["size"]) == ("quarantined", min(octets, 400))
    assert box.reports == []


def test_message_that_the_table_refuses_is_quarantined(box, monkeypatch):
    def refuse(*_):
        raise sqlite3.IntegrityError("CHECK constraint failed")

    monkeypatch.setattr(sms_inbox, "keep_part", refuse)
    box.sms("Aneh")
    assert [row["state"] for row in box.db.execute("SELECT state FROM sms_parts")] == [
        "quarantined"
    ]


@pytest.mark.parametrize(
    "error", [sqlite3.IntegrityError, sqlite3.DatabaseError, sqlite3.OperationalError]
)
def test_any_fault_of_the_database_keeps_the_message_on_the_sim(box, monkeypatch, error):
    """SMS check 38."""

    def refuse(*_):
        raise error("no")

    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with monkeypatch.context() as patch:
        patch.setattr(sms_inbox, "keep_part", refuse)
        patch.setattr(sms_inbox, "quarantine", refuse)
        with pytest.raises(NotStoredError):
            box.mailbox.receive(pdu, memory="SM", index=0)
    box.arrive([pdu])
    assert box.reports == ["Nanti"]


def test_full_disk_stops_nothing_for_good(box, monkeypatch):
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    box.sms("Lampu jalan mati")
    part = box.mailbox.next_part()
    with full_disk(box, monkeypatch):
        for _ in range(20):
            with pytest.raises(NotStoredError):
                box.mailbox.receive(pdu, memory="SM", index=0)
            with pytest.raises(NotStoredError):
                box.mailbox.sending(part.part_id)
            box.mailbox.refused(part.part_id, "not stored", Verdict.TEMPORARY)
            box.mailbox.modem_state(Health(state=ModemState.READY))
            box.mailbox.act()
            assert box.mailbox.next_part() is None
            box.pass_time(timedelta(seconds=30))
        box.start()
    box.arrive([pdu])
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    assert box.reports == ["Lampu jalan mati", "Nanti"]
    assert [text.state for text in box.queued] == ["sent", "sent"]


def test_outcome_that_cannot_be_written_is_written_later(box):
    box.sms("Lampu jalan mati")
    part = box.mailbox.next_part()
    box.mailbox.sending(part.part_id)
    with locked(box):
        box.mailbox.sent(part.part_id, 5)
        assert box.mailbox.next_part() is None
    assert box.queued[0].state == "sending"
    box.pass_time(timedelta(seconds=2))
    assert box.mailbox.next_part() is None
    assert box.queued[0].state == "sent"


def test_database_that_refuses_for_a_minute_ends_the_process(box):
    """A connection stuck in a transaction must not be waited for until somebody pulls the plug."""
    with locked(box):
        for _ in range(6):
            box.mailbox.modem_state(Health(state=ModemState.READY))
            box.mailbox.act()
            assert box.mailbox.next_part() is None
            box.pass_time(timedelta(seconds=10))
        box.mailbox.next_part()
        box.pass_time(timedelta(seconds=10))
        with pytest.raises(sqlite3.OperationalError):
            box.mailbox.next_part()


def test_message_that_cannot_be_stored_for_a_minute_ends_the_process(box):
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with locked(box):
        with pytest.raises(NotStoredError):
            box.mailbox.receive(pdu, memory="SM", index=0)
        for _ in range(2):
            box.pass_time(timedelta(seconds=30))
            with pytest.raises(NotStoredError):
                box.mailbox.receive(pdu, memory="SM", index=0)
        box.pass_time(timedelta(seconds=1))
        with pytest.raises(sqlite3.OperationalError):
            box.mailbox.receive(pdu, memory="SM", index=0)


def test_part_caught_by_a_crash_is_settled_when_the_disk_has_room_again(box, monkeypatch):
    box.sms("Lampu jalan mati")
    box.mailbox.sending(box.mailbox.next_part().part_id)
    box.sms("LAPOR got mampet")
    with full_disk(box, monkeypatch):
        box.start()
        assert box.mailbox.next_part() is None
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    assert [text.state for text in box.queued] == ["uncertain", "sent"]


def test_refusals_far_apart_end_nothing(box):
    for _ in range(10):
        with locked(box):
            box.mailbox.modem_state(Health(state=ModemState.READY))
        box.pass_time(timedelta(seconds=61))


def test_refusals_with_successes_between_end_nothing(box):
    for _ in range(10):
        with locked(box):
            box.mailbox.modem_state(Health(state=ModemState.READY))
        box.mailbox.modem_state(Health(state=ModemState.READY))
        box.pass_time(timedelta(seconds=30))


def test_locked_database_keeps_the_message_on_the_sim(box):
    box.db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(box.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (pdu,) = box.air.inject(CITIZEN, "Nanti")
    with pytest.raises(NotStoredError):
        box.mailbox.receive(pdu, memory="SM", index=0)
    assert box.mailbox.next_part() is None
    other.close()
    box.arrive([pdu])
    assert box.reports == ["Nanti"]


def test_queued_text_becomes_parts_that_a_network_accepts(box):
    box.sms("Lampu jalan mati")
    box.send(lambda part: (box.air.accept(part.tpdu), box.mailbox.sent(part.part_id, 5)))
    assert box.air.delivered[0].text == box.queued[0].body
    assert box.queued[0].state == "sent"


def test_status_report_settles_a_sent_text(box):
    box.sms("Lampu jalan mati")
    box.send(lambda part: box.mailbox.sent(part.part_id, 5))
    box.arrive([smscodec.status_report(CITIZEN, 5, 0x30, FIRST_STAMP)])
    assert box.queued[0].state == "sent"
    box.arrive([smscodec.status_report(CITIZEN, 5, 0x00, FIRST_STAMP)])
    assert box.queued[0].state == "delivered"


def test_temporary_refusal_is_tried_again_later(box):
    box.sms("Lampu jalan mati")
    tries = []
    box.send(
        lambda part: (
            tries.append(part),
            box.mailbox.refused(part.part_id, "CMS 38", Verdict.TEMPORARY),
        )
    )
    assert len(tries) == 1
    box.pass_time(timedelta(minutes=2))
    box.send(lambda part: box.mailbox.sent(part.part_id, 1))
    assert box.queued[0].state == "sent"


def test_three_refusals_in_a_row_for_no_credit_stop_the_queue_for_half_an_hour(box):
    for number in range(4):
        box.sms(f"Lampu jalan mati {number}", sender=f"+62812999999{number}")
    tries = []

    def refuse(part):
        tries.append(part)
        box.mailbox.refused(part.part_id, "CMS 21", Verdict.STOP)

    for _ in range(10):
        box.send(refuse)
        box.pass_time(timedelta(minutes=2))
    assert len(tries) == 3
    box.pass_time(timedelta(hours=1))
    box.send(lambda part: box.mailbox.sent(part.part_id, 1))
    assert {text.state for text in box.queued} == {"sent"}


def test_one_recipient_that_is_always_refused_does_not_hold_up_the_others(box):
    box.sms("Lampu jalan mati", sender="+628129999990")
    for number in range(1, 4):
        box.sms(f"Lampu jalan mati {number}", sender=f"+62812999999{number}")
    bad = box.queued[0].id

    def answer(part):
        text_id = box.db.execute(
            "SELECT text_id FROM text_parts WHERE id = ?", (part.part_id,)
        ).fetchone()[0]
        if text_id == bad:
            box.mailbox.refused(part.part_id, "CMS 21", Verdict.STOP)
        else:
            box.mailbox.sent(part.part_id, 1)

    for _ in range(10):
        box.send(answer)
        box.pass_time(timedelta(seconds=5))
    assert [text.state for text in box.queued] == ["queued", "sent", "sent", "sent"]


def test_part_in_flight_at_a_crash_is_uncertain_and_not_repeated(box):
    box.sms("Lampu jalan mati")
    box.mailbox.sending(box.mailbox.next_part().part_id)
    box.start()
    box.pass_time(timedelta(hours=2))
    assert box.mailbox.next_part() is None
    assert box.queued[0].state == "uncertain"


def test_part_claimed_before_a_crash_is_sent_after_it(box):
    box.sms("Lampu jalan mati")
    claimed = box.mailbox.next_part()
    box.start()
    assert box.mailbox.next_part() == claimed


def test_permanent_refusal_fails_the_text(box):
    box.sms("Lampu jalan mati")
    box.send(lambda part: box.mailbox.refused(part.part_id, "CMS 28", Verdict.PERMANENT))
    assert box.queued[0].state == "failed"


def test_answers_ask_for_a_status_report_and_expire(box):
    box.sms("Lampu jalan mati")
    part = box.mailbox.next_part()
    submit = smscodec.read_submit(part.tpdu)
    assert submit.wants_report
    assert submit.validity == tpdu.relative_validity(3 * 24 * 60)


def test_health_is_shown_as_gauges(box):
    box.mailbox.modem_state(Health(state=ModemState.READY, signal_dbm=-77))
    rows = box.db.execute("SELECT name, value FROM gauges WHERE process = 'modem'").fetchall()
    assert {row["name"]: row["value"] for row in rows}["state"] == "ready"
