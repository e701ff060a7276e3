"""Parts that come after their message was acted on without them."""

from datetime import timedelta

import pytest

from appliance.actions.city import syncing
from appliance.actions.officials import directory
from appliance.domain.city import wire
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.store.cases import requests
from appliance.store.city import outbox
from modem.inbound import MISSING_AFTER
from tests.support.sms_box import CITIZEN, NEIGHBOUR, in_two_parts, kinds, outcomes, told


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
