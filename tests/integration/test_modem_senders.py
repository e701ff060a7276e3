"""Who is answered: people, not machines, services, operators or other boxes."""

from datetime import timedelta

import pytest

from appliance.store.cases import requests
from appliance.store.sms import sms_inbox
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.support.sms_box import CITIZEN, Box, outcomes


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
    ("sender", "answered"),
    [("+08123456789", "08123456789"), ("+00628123456789", CITIZEN), ("00628123456789", CITIZEN)],
)
def test_a_number_whose_type_is_wrong_is_answered_where_it_can_be_reached(box, sender, answered):
    """SMS check 23."""
    box.sms("Lampu jalan mati di jl Durian", sender=sender)
    recipients = []
    box.send(lambda part: recipients.append(smscodec.read_submit(part.tpdu).number))
    assert set(recipients) == {answered}


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
    assert ["telepon 112" in text.body.lower() for text in box.queued] == [True]
    box.pass_time(timedelta(hours=17))
    box.sms(DOUBTFUL_ALARM)
    assert len(box.queued) == 2


def test_answers_of_the_day_do_not_silence_the_alarm(box):
    """SMS check 25."""
    box.sms("BANTUAN")
    box.sms(DOUBTFUL_ALARM)
    assert len(box.queued) == 2
    assert "telepon 112" in box.queued[-1].body.lower()


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
        if parts:
            carried += 1
            text = "".join(submit.text_units.decode("latin-1") for submit in parts)
            receiver.sms(text, sender=numbers[sender])
    other.db.close()
    assert carried == 1


def test_flood_from_one_phone_starves_nobody_and_loses_nothing(box):
    """SMS check 26."""
    for number in range(500):
        pdus = box.air.inject("+628000000001", f"sampah lagi di jl Durian nomor {number}")
        box.mailbox.receive(pdus[0], memory="SM", index=0)
    (pdu,) = box.air.inject(CITIZEN, "Lampu jalan mati di jl Rajawali")
    box.mailbox.receive(pdu, memory="SM", index=0)
    box.mailbox.act()
    assert "Lampu jalan mati di jl Rajawali" in box.reports
    while sms_inbox.waiting(box.db):
        box.mailbox.act()
    assert len(outcomes(box)) == 501
    flood = [text for text in box.reports if "sampah" in text]
    assert len(flood) <= 10
    said = "\n".join(flood)
    assert all(f"nomor {number}" in said for number in range(500))
    assert len(box.queued) <= 6
