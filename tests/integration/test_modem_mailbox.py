"""The real mailbox on a real database, fed by the simulated network's PDUs."""

from datetime import timedelta

import pytest

from appliance.actions.officials import directory, forwarding
from appliance.domain.city import wire
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.sms import judging
from appliance.domain.triage.judgement import classify
from appliance.store.cases import requests
from appliance.store.city import outbox
from modem.events import Health, ModemState, Reset, Verdict
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.support.sms_box import CITIZEN, NEIGHBOUR, in_two_parts


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


def test_health_is_shown_as_gauges(box):
    box.mailbox.modem_state(Health(state=ModemState.READY, signal_dbm=-77))
    rows = box.db.execute("SELECT name, value FROM gauges WHERE process = 'modem'").fetchall()
    assert {row["name"]: row["value"] for row in rows}["state"] == "ready"


def test_same_words_next_day_are_another_ticket(box):
    """SMS check 13."""
    box.sms("Sampah menumpuk di pasar")
    box.pass_time(timedelta(hours=25))
    box.sms("Sampah menumpuk di pasar")
    assert len(box.reports) == 2


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

    def test_bukan_with_a_reason_is_a_refusal(self, box, ticket):
        box.sms(f"BUKAN {ticket.ticket} jalan provinsi", sender=self.HEAD)
        [event] = self.replies(box)
        assert (event.status, event.text) == ("bukan_wewenang", "jalan provinsi")

    def test_coordinator_may_answer_for_any_agency(self, box, ticket):
        phone = Msisdn("+6281200000009")
        official = Official(agency="DISKOMINFOTIKSAN", rank=1, phone=phone, name="Pusat")
        directory.put(box.db, official, box.moment())
        box.sms(f"OK {ticket.ticket}", sender=phone.e164)
        [event] = self.replies(box)
        assert (event.status, event.agency) == ("diproses", "DISKOMINFOTIKSAN")

    def test_official_out_of_office_is_a_resident(self, box, ticket):
        last_day = box.moment().day - timedelta(days=1)
        head = Official(
            agency="DISHUB", rank=1, phone=Msisdn(self.HEAD), name="Kepala", valid_until=last_day
        )
        directory.put(box.db, head, box.moment())
        box.sms(f"OK {ticket.ticket} petugas berangkat", sender=self.HEAD)
        assert self.replies(box) == []

    def test_silence_about_an_emergency_is_noticed_by_the_daemon(self, box, ticket):
        box.sms("LAPOR kebakaran rumah di jl Melati", sender="+628129999999")
        fire = list(requests.every(box.db))[-1]
        head = Official(agency=fire.agency, rank=1, phone=Msisdn(self.HEAD), name="Kepala")
        directory.put(box.db, head, box.moment())
        forwarding.forward(box.db, fire, box.moment())
        before = len(box.queued)
        box.send(lambda part: box.mailbox.sent(part.part_id, 1))
        box.pass_time(timedelta(seconds=40))
        box.mailbox.act()
        assert len(box.queued) == before
        box.pass_time(timedelta(minutes=11))
        box.mailbox.act()
        assert box.queued[-1].body.startswith("ULANGAN")

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
    box.send(lambda part: box.mailbox.uncertain(part.part_id, "CMS 500"))
    box.pass_time(timedelta(minutes=2))
    box.mailbox.act()
    rows = box.db.execute("SELECT name, value FROM gauges WHERE process = 'modem'").fetchall()
    told = {row["name"]: row["value"] for row in rows}
    assert told["errors"] == "CMS 500:2 CMS 38:1"
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
