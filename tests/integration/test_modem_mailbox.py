"""The real mailbox on a real database, fed by the simulated network's PDUs."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from appliance.actions import directory, syncing
from appliance.domain import judging, wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.domain.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.triage.judgement import classify
from appliance.store import migrate, outbox, requests, room, sms_inbox, texts
from appliance.store.database import connect
from modem.driver import NotStoredError
from modem.events import Health, ModemState, Reset, Verdict
from modem.inbound import MISSING_AFTER
from modem.mailbox import SmsMailbox
from modem.pdu import validity
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP, Air

CITIZEN = "+628123456789"


class Box:
    def __init__(self, path):
        self.path = path
        migrate.ensure(path, SiteCode("14.71.07"), lambda: "00000001")
        self.time = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
        self.seconds = 0.0
        self.boot_id = "first boot"
        self.ids = count(1)
        self.air = Air()
        self.db = connect(path)
        self.start()

    def start(self):
        self.mailbox = SmsMailbox(
            self.db,
            now=self.moment,
            new_id=lambda: f"00000000-0000-7000-8000-{next(self.ids):012d}",
            first_reference=0,
            clock=lambda: self.seconds,
        )
        self.mailbox.recover()

    def moment(self):
        return Moment(wall=self.time, boot_id=self.boot_id, mono_ms=int(self.seconds * 1000))

    def pass_time(self, delta):
        self.time += delta
        self.seconds += delta.total_seconds()

    def set_clock(self, delta):
        self.time += delta

    def boot_anew(self, clock_off_by):
        self.set_clock(clock_off_by)
        self.boot_id, self.seconds = "second boot", 0.0
        self.start()

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


YEARS = timedelta(days=3000)


@pytest.mark.parametrize("step", [YEARS, -YEARS], ids=["ahead", "back"])
def test_clock_that_is_set_neither_shortens_nor_lengthens_the_wait_for_a_part(box, step):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.set_clock(step)
    box.pass_time(MISSING_AFTER - timedelta(seconds=5))
    box.mailbox.act()
    assert box.reports == []
    box.pass_time(timedelta(seconds=6))
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]


@pytest.mark.parametrize("step", [timedelta(minutes=1), YEARS, -YEARS])
def test_part_of_an_earlier_boot_has_its_wait_after_the_boot(box, step):
    """SMS check 6: without a clock that runs on, nobody knows how long the box was off."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.boot_anew(clock_off_by=step)
    box.pass_time(MISSING_AFTER - timedelta(seconds=5))
    box.mailbox.act()
    assert box.reports == []
    box.pass_time(timedelta(seconds=6))
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]


@pytest.mark.parametrize("step", [YEARS, -YEARS], ids=["ahead", "back"])
def test_late_part_finds_its_message_however_the_clock_was_set(box, step):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang di jl Durian. " * 15)
    box.arrive([pdus[0], pdus[2]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    box.set_clock(step)
    box.arrive([pdus[1]])
    box.pass_time(timedelta(minutes=2))
    box.mailbox.act()
    assert box.reports == [("Pohon tumbang di jl Durian. " * 15).strip()]


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
    assert submit.validity == validity.relative_octet(3 * 24 * 60)


def test_health_is_shown_as_gauges(box):
    box.mailbox.modem_state(Health(state=ModemState.READY, signal_dbm=-77))
    rows = box.db.execute("SELECT name, value FROM gauges WHERE process = 'modem'").fetchall()
    assert {row["name"]: row["value"] for row in rows}["state"] == "ready"


def outcomes(box):
    return [row["outcome"] for row in box.db.execute("SELECT outcome FROM sms_inbox ORDER BY id")]


def kinds(box):
    return [row.kind for row in outbox.every(box.db)]


@pytest.mark.parametrize("is_sent", [False, True])
def test_late_part_amends_its_ticket_across_a_restart(box, is_sent):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "LAPOR " + "Pohon tumbang di jl Durian. " * 15)
    box.arrive([pdus[0], pdus[2]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]
    if is_sent:
        syncing.acknowledge(box.db, wire.Ack(epoch="00000001", lane="p1", upto=1), box.moment())
    box.start()
    box.arrive([pdus[1]])
    box.pass_time(timedelta(minutes=2))
    box.start()
    assert box.reports == [("Pohon tumbang di jl Durian. " * 15).strip()]
    assert kinds(box) == ["service_request.received", "service_request.text_amended"]
    assert len(box.queued) == 1


def test_two_late_parts_amend_one_after_the_other(box):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang di jl Durian. " * 25)
    box.arrive(pdus[:2])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    for pdu in pdus[2:]:
        box.arrive([pdu])
        box.pass_time(timedelta(minutes=2))
        box.mailbox.act()
    assert box.reports == [("Pohon tumbang di jl Durian. " * 25).strip()]


def in_two_parts(box, first, second, sender=CITIZEN):
    """What the first 153 signs say, given up waiting for the rest, and then the rest."""
    one, two = box.air.inject(sender, first.ljust(153, ".") + second)
    box.arrive([one])
    box.pass_time(MISSING_AFTER)
    box.arrive([])
    box.arrive([two])
    box.pass_time(timedelta(minutes=2))
    box.arrive([])


def test_emergency_in_a_late_part_is_one_as_if_it_had_come_whole(box):
    """SMS check 6."""
    official = Official(agency="DPKP", rank=1, phone=Msisdn("+6281200000001"), name="Kepala")
    directory.put(box.db, official, box.moment())
    in_two_parts(box, "lampu jalan mati di jl Durian ", "sekarang rumah terbakar tolong cepat")
    [lamp, fire] = requests.every(box.db)
    assert (lamp.kind, fire.kind) == ("pengaduan", "darurat")
    assert fire.text.startswith(lamp.text[:30])
    assert fire.text.endswith("tolong cepat")
    [alarm] = [text for text in box.queued if "112 SEKARANG" in text.body]
    assert (alarm.recipient, alarm.request_id) == (CITIZEN, fire.id)
    assert [t.request_id for t in box.queued if t.recipient == official.phone.e164] == [fire.id]
    assert [row.lane for row in outbox.every(box.db) if row.subject == fire.id] == ["p0"]


def test_secret_in_a_late_part_does_not_go_under_the_open_ticket(box):
    """SMS check 6."""
    in_two_parts(box, "ada masalah di rumah kami di jl Durian ", "saya dipukul suami tiap malam")
    [trouble, secret] = requests.every(box.db)
    assert "suami" not in trouble.text
    assert secret.sensitivity == "rahasia"
    assert "DIRAHASIAKAN" in box.queued[-1].body
    assert kinds(box) == ["service_request.received"] * 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Terima kasih", "lampu jalan mati di jl Durian sudah seminggu"),
        ("CEK 07123450", "lampu jalan mati di jl Durian sudah seminggu"),
        ("Kode OTP Anda 482913. Jangan berikan", "begitu sms penipu, uang saya hilang"),
        ("BANTUAN", "sampah menumpuk di jl Durian"),
    ],
)
def test_late_part_makes_a_report_of_what_was_none(box, first, second):
    """SMS check 6."""
    in_two_parts(box, first, second)
    assert [second in report for report in box.reports] == [True]
    assert str(next(requests.every(box.db)).ticket) in box.queued[-1].body
    assert outcomes(box) == ["request"]


def told(box, kind):
    """The events of a kind for the city, as they go to it."""
    rows = (row for row in outbox.every(box.db) if row.kind == kind)
    return [wire.decode_event(row.kind, row.payload.encode()) for row in rows]


@pytest.mark.parametrize(
    "verb", ["HAPUS", "BATAL", "UBAH", "DATA", "SUDAH", "BELUM", "TAMBAH", "LAMPU MASIH MATI"]
)
def test_late_part_of_a_wish_repeats_nothing_and_its_words_reach_the_city(box, verb):
    """SMS check 6."""
    box.sms("lampu jalan mati di jl Durian")
    [lamp] = requests.every(box.db)
    in_two_parts(box, f"{verb} {lamp.ticket}", "begitu permintaan kami pak")
    first, *rest = told(box, "service_request.followed_up")
    assert [event.wish for event in rest] == ["tambah"] * (first.wish != "tambah")
    said = [event.text for event in rest or told(box, "service_request.text_amended")]
    assert said[0].endswith("begitu permintaan kami pak")
    assert len(box.queued) == 2
    assert len(box.reports) == 1


def test_emergency_in_a_late_part_of_a_wish_is_one(box):
    """SMS check 6."""
    box.sms("lampu jalan mati di jl Durian")
    [lamp] = requests.every(box.db)
    in_two_parts(box, f"HAPUS {lamp.ticket}", "sekarang rumah terbakar tolong cepat")
    assert [request.kind for request in requests.every(box.db)] == ["pengaduan", "darurat"]
    assert "112 SEKARANG" in box.queued[-1].body


def test_every_late_part_of_a_wish_is_heard_once(box):
    """SMS check 6."""
    box.sms("lampu jalan mati di jl Durian")
    [lamp] = requests.every(box.db)
    text = f"HAPUS {lamp.ticket}".ljust(153, ".") + "karena".ljust(153, ".") + "terima kasih"
    for part in box.air.inject(CITIZEN, text):
        box.arrive([part])
        box.pass_time(MISSING_AFTER)
        box.arrive([])
    wishes = [event.wish for event in told(box, "service_request.followed_up")]
    assert wishes == ["hapus", "tambah"]
    assert box.reports[0].count("karena") == box.reports[0].count("terima kasih") == 1


def test_part_that_comes_after_an_emergency_was_found_amends_that(box):
    """SMS check 6."""
    text = "lampu jalan mati di jl Durian".ljust(153, ".")
    text += "sekarang rumah terbakar tolong cepat".ljust(153, ".") + "dekat masjid"
    parts = box.air.inject(CITIZEN, text)
    for part in parts:
        box.arrive([part])
        box.pass_time(MISSING_AFTER)
        box.arrive([])
    assert len(box.reports) == 2
    assert box.reports[1] == text


def test_reference_used_again_after_a_gap_begins_another_message(box):
    """SMS check 5."""
    first = box.air.inject(CITIZEN, "LAPOR " + "A" * 300, reference=7)
    box.arrive(first[:1])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    box.arrive(box.air.inject(CITIZEN, "LAPOR " + "B" * 300, reference=7))
    assert len(box.reports) == 2
    assert box.reports[1] == "B" * 300


def test_same_words_next_day_are_another_ticket(box):
    """SMS check 13."""
    box.sms("Sampah menumpuk di pasar")
    box.pass_time(timedelta(hours=25))
    box.sms("Sampah menumpuk di pasar")
    assert len(box.reports) == 2


def test_crash_before_the_delete_makes_no_second_ticket_and_no_second_reply(box):
    """SMS check 12: the SIM still holds what is committed, and gives it again after the restart."""
    pdus = box.sms("Sampah menumpuk di pasar")
    box.start()
    box.arrive(pdus)
    assert (len(box.reports), len(box.queued), kinds(box)) == (
        1,
        1,
        ["service_request.received"],
    )


@pytest.mark.parametrize("dcs", [0x10, 0xF0])
def test_flash_message_is_taken_in(box, dcs):
    """SMS check 15."""
    box.sms("Lampu jalan mati di jl Durian", dcs=dcs)
    assert box.reports == ["Lampu jalan mati di jl Durian"]
    assert len(box.queued) == 1


def test_one_phone_in_four_forms_is_one_citizen_answered_at_the_number_as_it_came(box):
    """SMS check 23."""
    box.sms("Lampu jalan mati di jl Durian", sender="08123456789")
    for sender in ("628123456789", "+628123456789", "00628123456789"):
        box.sms("dekat masjid " + sender[:2], sender=sender)
    assert len(box.reports) == 1
    recipients = []
    box.send(lambda part: recipients.append(smscodec.read_submit(part.tpdu).number))
    assert recipients == ["08123456789"]


@pytest.mark.parametrize(
    "options",
    [{"pid": pid} for pid in (0x40, 0x41, 0x47, 0x7F)]
    + [{"dcs": dcs} for dcs in (0xC8, 0xD0, 0xF2, 0x12)]
    + [{"dcs": dcs, "text": "lampu jalan mati 😀"} for dcs in (0xE0, 0xF4)],
)
def test_every_service_message_is_kept_without_ticket_or_reply(box, options):
    """SMS check 24."""
    box.sms(**{"text": "lampu jalan mati di jl Durian", **options})
    assert (box.reports, box.queued) == ([], [])
    assert outcomes(box) == ["ignored: service message"]


def test_whoever_sends_a_picture_is_told_once_a_day_to_send_words(box):
    """SMS check 24."""
    body = b"\x01\x06\x03\xbe\xaf\x84\x8c\x82\x89\x80+628123456789/TYPE=PLMN\x00"
    for number in range(3):
        stamp = FIRST_STAMP + timedelta(minutes=number)
        header = bytes([6, 5, 4, 0x0B, 0x84, 0x23, 0xF0])
        box.arrive([smscodec.deliver("3636", body, stamp, is_ucs2=True, header=header, dcs=0xF5)])
    assert box.reports == []
    assert [text.recipient for text in box.queued] == [CITIZEN]
    assert "Kirim teks" in box.queued[0].body
    box.pass_time(timedelta(hours=25))
    header = bytes([6, 5, 4, 0x0B, 0x84, 0x23, 0xF0])
    later = FIRST_STAMP + timedelta(days=2)
    box.arrive([smscodec.deliver("3636", body, later, is_ucs2=True, header=header, dcs=0xF5)])
    assert len(box.queued) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Kode OTP Anda 482913. Jangan berikan",
        "Pesan otomatis: sedang tidak bisa menjawab",
        "Maaf saya sedang rapat, nanti saya hubungi",
        "Paket internet Anda akan berakhir besok. Perpanjang di aplikasi.",
        "Selamat! Anda mendapat hadiah mobil, klik http://bit.ly/x",
        "Pinjaman dana tanpa agunan cepat cair wa 0812",
    ],
)
def test_what_a_machine_writes_is_kept_and_never_answered(box, text):
    """SMS check 25."""
    box.sms(text)
    assert (box.reports, box.queued) == ([], [])
    assert outcomes(box)[0].startswith("ignored: machine")


@pytest.mark.parametrize(
    "text",
    [
        "saya kena tipu, disuruh kirim kode OTP ke 0812 3456 7890",
        "pak sy dpt sms selamat anda menang hadiah, klik bit.ly/x, ini penipuan kan",
        "jangan beri tau siapapun ya pak",
        "jgn kasih tau siapa pun, ambo takuik",
        "paket data bantuan sekolah anak saya habis, yg baru blm masuk",
        "masa aktif ktp saya seumur hidup kan, knp disuruh ganti",
        "uang saya hilang 2jt abis baca otp di telpon",
    ],
)
def test_who_writes_of_himself_gets_a_ticket_and_an_answer_whatever_it_resembles(box, text):
    """SMS check 25."""
    box.sms(text)
    [request] = requests.every(box.db)
    assert [sent.request_id for sent in box.queued if sent.recipient == CITIZEN] == [request.id]


@pytest.mark.parametrize(
    "text",
    [
        "jangan balas sms ini",
        "bayar parkir rp 5.000 padahal karcis hanya 2000",
        "bonus guru honor belum dibayar rp 300rb",
        "warga disini byk yg kena otp palsu, tolong",
    ],
)
def test_what_no_machine_can_have_written_as_a_whole_gets_a_ticket(box, text):
    """SMS check 25."""
    box.sms(text)
    assert len(box.reports) == 1


def test_doubt_whether_a_machine_wrote_it_goes_to_a_ticket_without_an_answer(box):
    """SMS check 25."""
    box.sms("warga disini byk yg kena otp palsu, tolong")
    assert len(box.reports) == 1
    assert box.queued == []


DOUBTFUL_ALARM = "ada penipuan kode OTP di pasar, warga dirampok tolong cepat"


def test_emergency_in_doubt_whether_a_machine_wrote_it_hears_to_call_112_once_a_day(box):
    """SMS check 25: nobody in need is left alone, and nothing answers for ever."""
    for number in range(30):
        box.sms(f"{DOUBTFUL_ALARM} {number}")
        box.pass_time(timedelta(minutes=15))
        box.start()
    assert ["telepon 112" in text.body for text in box.queued] == [True]
    box.pass_time(timedelta(hours=17))
    box.sms(DOUBTFUL_ALARM)
    assert len(box.queued) == 2


def test_answers_of_the_day_do_not_silence_the_alarm(box):
    """SMS check 25."""
    box.sms("BANTUAN")
    box.sms(DOUBTFUL_ALARM)
    assert len(box.queued) == 2
    assert "telepon 112" in box.queued[-1].body


def test_automatic_replies_to_each_other_end_after_one_alarm(box):
    """SMS check 25."""
    for minute in range(0, 600, 20):
        box.sms(f"Pesan otomatis: kami libur. Rumah terbakar tolong cepat telepon 112. {minute}")
        box.pass_time(timedelta(minutes=20))
    assert len(box.queued) <= 1


def test_auto_reply_bot_gets_five_answers_an_hour_over_restarts(box):
    """SMS check 25: the counter is on disk."""
    for number in range(30):
        box.sms(f"LAPOR saya bot nomor {number} di jl Durian", sender=CITIZEN)
        box.start()
    assert len(box.queued) == 5


def test_two_boxes_that_text_each_other_stop_after_one_exchange(box, tmp_path):
    """SMS check 25."""
    other = Box(tmp_path / "other.db")
    numbers = {box: "+628111111111", other: "+628222222222"}
    other.sms("Tiket 07 123 450: Diproses. Dishub. Kabar.", sender=numbers[box])
    carried = 0
    for sender, receiver in [(other, box), (box, other)] * 5:
        parts = []
        sender.send(
            lambda part, sender=sender, parts=parts: (
                parts.append(smscodec.read_submit(part.tpdu)),
                sender.mailbox.sent(part.part_id, 1),
            )
        )
        for submit in parts:
            carried += 1
            receiver.sms(submit.text_units.decode("latin-1"), sender=numbers[sender])
    other.db.close()
    assert carried == 1


def test_flood_from_one_phone_starves_nobody_and_loses_nothing(box):
    """SMS check 26."""
    for number in range(500):
        pdus = box.air.inject("+628000000001", f"banjir lagi di jl Durian nomor {number}")
        box.mailbox.receive(pdus[0], memory="SM", index=0)
    (pdu,) = box.air.inject(CITIZEN, "Lampu jalan mati di jl Rajawali")
    box.mailbox.receive(pdu, memory="SM", index=0)
    box.mailbox.act()
    assert "Lampu jalan mati di jl Rajawali" in box.reports
    while sms_inbox.waiting(box.db):
        box.mailbox.act()
    assert len(outcomes(box)) == 501
    flood = [text for text in box.reports if "banjir" in text]
    assert len(flood) <= 10
    said = "\n".join(flood)
    assert all(f"nomor {number}" in said for number in range(500))
    assert len(box.queued) <= 6


def test_ticket_time_is_the_time_of_reception_and_the_stamp_is_kept(box):
    """SMS check 35."""
    stamp = FIRST_STAMP.replace(year=2070)
    units = smscodec.units_of("Lampu jalan mati di jl Durian")
    pdu = smscodec.deliver(CITIZEN, units, stamp)
    at = box.time
    box.arrive([pdu])
    (request,) = requests.every(box.db)
    assert abs(request.created_at - at) <= timedelta(seconds=1)
    (row,) = box.db.execute("SELECT sent_stamp FROM sms_inbox").fetchall()
    assert row["sent_stamp"].startswith("07")


class TestOfficials:
    """A reply of an official is noted with the uplink dead; the city decides."""

    HEAD = "+6281200000001"

    @pytest.fixture
    def ticket(self, box):
        official = Official(agency="DISHUB", rank=1, phone=Msisdn(self.HEAD), name="Kepala")
        directory.put(box.db, official, box.moment())
        box.sms("lampu jalan mati di jl Durian")
        (request,) = requests.every(box.db)
        return request

    def replies(self, box):
        return [
            wire.decode_event(row.kind, row.payload.encode())
            for row in outbox.every(box.db)
            if row.kind == "service_request.official_replied"
        ]

    def test_ok_is_told_to_the_city_and_answered(self, box, ticket):
        box.sms(f"OK {ticket.ticket} petugas berangkat", sender="081200000001")
        [event] = self.replies(box)
        assert (event.status, event.text, event.official) == (
            "diproses",
            "petugas berangkat",
            "Kepala",
        )
        assert (event.agency, event.request_id) == ("DISHUB", ticket.id)
        assert "Diproses dari Anda dicatat" in box.queued[-1].body
        assert next(requests.every(box.db)).status == "diterima"

    def test_late_part_of_a_reply_is_a_remark_that_nobody_answers(self, box, ticket):
        """SMS check 6."""
        in_two_parts(box, f"SELESAI {ticket.ticket}", "lampu sudah diganti", sender=self.HEAD)
        done, remark = self.replies(box)
        assert (done.status, remark.status) == ("selesai", "")
        assert remark.text.endswith("lampu sudah diganti")
        assert [text.recipient for text in box.queued].count(self.HEAD) == 2

    def test_bare_ok_means_the_only_forward_that_is_open(self, box, ticket):
        box.sms("selesai pak", sender=self.HEAD)
        assert [event.status for event in self.replies(box)] == ["selesai"]

    def test_bare_ok_with_two_open_is_not_guessed(self, box, ticket):
        box.sms("LAPOR lampu padam di jl Melati", sender="+628129999999")
        box.sms("OK", sender=self.HEAD)
        assert self.replies(box) == []

    def test_refusal_without_a_reason_is_asked_for_one(self, box, ticket):
        box.sms(f"TOLAK {ticket.ticket}", sender=self.HEAD)
        assert self.replies(box) == []
        assert "alasan" in box.queued[-1].body

    def test_official_of_another_agency_changes_nothing(self, box, ticket):
        official = Official(agency="DLHK", rank=1, phone=Msisdn("+6281200000009"), name="Lain")
        directory.put(box.db, official, box.moment())
        box.sms(f"SELESAI {ticket.ticket}", sender="+6281200000009")
        assert self.replies(box) == []
        assert "bukan untuk dinas Anda" in box.queued[-1].body

    def test_resident_with_the_same_words_is_a_resident(self, box, ticket):
        box.sms(f"OK {ticket.ticket} petugas berangkat", sender="+628129999999")
        assert self.replies(box) == []

    @pytest.mark.parametrize("text", ["Siap kebakaran jl Riau", "ok ada kecelakaan di jl Riau"])
    def test_alarm_of_an_official_is_a_report_with_a_forward_open(self, box, ticket, text):
        box.sms(text, sender=self.HEAD)
        assert self.replies(box) == []
        assert [r.kind for r in requests.every(box.db)][1:] == ["darurat"]

    def test_official_who_reports_is_a_resident(self, box, ticket):
        box.sms("LAPOR jalan berlubang di jl Melati", sender=self.HEAD)
        assert len(box.reports) == 2


def test_gauges_tell_errors_by_code_and_the_last_message(box):
    box.mailbox.modem_state(Health(state=ModemState.READY))
    box.sms("Lampu jalan mati")
    box.send(lambda part: box.mailbox.refused(part.part_id, "CMS 38", Verdict.TEMPORARY))
    box.pass_time(timedelta(minutes=2))
    box.mailbox.act()
    rows = box.db.execute("SELECT name, value FROM gauges WHERE process = 'modem'").fetchall()
    told = {row["name"]: row["value"] for row in rows}
    assert told["errors"] == "CMS 38:1"
    assert told["last_received_at"] == "2026-11-21 02:00:00+00:00"


def test_resets_are_counted_over_restarts(box):
    box.mailbox.modem_state(Health(state=ModemState.READY, resets=((Reset.USB, 3),)))
    box.start()
    assert box.mailbox.resets()[Reset.USB] == 3


def test_pin_is_granted_once_and_again_after_the_sim_took_it(box):
    assert box.mailbox.spend_pin("a" * 64)
    box.start()
    assert not box.mailbox.spend_pin("a" * 64)
    box.mailbox.pin_accepted("a" * 64)
    assert box.mailbox.spend_pin("a" * 64)
    assert box.mailbox.spend_pin("b" * 64)


NEIGHBOUR = "+628129999999"


@pytest.mark.parametrize(
    "text",
    [
        "Sudah terbakar 3 rumah 081277889900",
        "Cek kebakaran jl Riau 081277889900",
        "Belum ada air sejak pagi, hub 0812 7788 9900",
        "Belum ada pemadam, rumah terbakar di jl Riau, tolong cepat, hub 0812 1001 7788",
        "Sudah seminggu sampah belum diangkut di jl Riau, hub Pak Ahmad 0812 1001 7788",
        "Ubah alamat KTP saya kenapa lama 1471070101990001",
        "LAPOR saya ditipu orang minta kode OTP, uang hilang",
        "Tolong jangan balas sms ini, suami saya memukul saya",
    ],
)
def test_report_that_looks_like_something_else_is_a_report(box, text):
    box.sms(text)
    assert len(box.reports) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Belum selesai {ticket}, malah sekarang rumah terbakar, tolong cepat",
        "{ticket} lampu masih mati, sekarang rumah terbakar tolong cepat",
        "Cek {ticket} rumah terbakar tolong cepat",
        "{ticket} suami saya sering memukul saya, kdrt",
    ],
)
@pytest.mark.parametrize("sender", [CITIZEN, NEIGHBOUR])
def test_emergency_or_secret_never_goes_under_a_lesser_ticket(box, text, sender):
    box.sms("lampu jalan mati di jl Rajawali dekat masjid")
    [lamp] = requests.every(box.db)
    box.sms(text.format(ticket=lamp.ticket.digits), sender=sender)
    [first, grave] = requests.every(box.db)
    assert first.text == lamp.text
    assert grave.kind == "darurat" or grave.sensitivity == "rahasia"


def test_emergency_hears_to_call_112_however_much_its_phone_has_heard(box):
    for street in range(6):
        box.sms(f"lampu jalan mati di jl Rajawali {street} dekat masjid")
        box.sms(f"CEK 0712345{street}")
    box.sms("tolong cepat rumah kebakaran di jl Riau")
    assert any("112 SEKARANG" in text.body for text in box.queued)


def test_strangers_late_part_changes_nothing_of_the_ticket_it_asked_about(box):
    box.sms("lampu jalan mati di jl Rajawali dekat masjid")
    [lamp] = requests.every(box.db)
    text = f"CEK {lamp.ticket.digits} " + "ini laporan palsu saja " * 10
    first, *late = box.air.inject(NEIGHBOUR, text)
    box.arrive([first])
    box.pass_time(MISSING_AFTER)
    box.arrive([])
    box.arrive(late)
    box.pass_time(MISSING_AFTER)
    box.arrive([])
    assert next(r for r in requests.every(box.db) if r.id == lamp.id).text == lamp.text


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan mati di jl Durian\n",
        "Belum ada air sejak pagi di jl Riau, hub 0812 7788 9900",
        "CEK 07123450 rumah terbakar tolong cepat",
        "ada penipuan kode OTP di pasar, warga dirampok tolong cepat",
        "bonus guru honor belum dibayar rp 300rb",
    ],
)
def test_an_sms_is_judged_once(box, monkeypatch, text):
    judged = []
    monkeypatch.setattr(judging, "classify", lambda text: (judged.append(text), classify(text))[1])
    box.sms(text)
    assert len(box.reports) == 1
    assert judged == [text.strip()]


def test_secret_is_no_answer_to_the_question_for_a_place(box):
    box.sms("lampu jalan mati")
    box.pass_time(timedelta(hours=2))
    box.sms("KDRT di gang melati")
    [lamp, secret] = requests.every(box.db)
    assert "KDRT" not in lamp.text
    assert secret.sensitivity == "rahasia"
