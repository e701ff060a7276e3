from pathlib import Path

import pytest

from appliance.domain import reference
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind
from appliance.domain.sms import phrases, receipts
from appliance.domain.triage import matter
from modem import machine_text, senders
from modem.pdu.address import TOA_INTERNATIONAL, TOA_UNKNOWN, Address
from tests.builders import a_request

REPORTS = [
    line.split("\t")[1]
    for line in Path(__file__)
    .with_name("sms_examples.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
    if line.startswith("report\t")
]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Kode OTP Anda 482913. Jangan berikan kepada siapapun", "otp"),
        ("JANGAN BERIKAN kode ini ke siapa pun. 1234 adalah kode verifikasi WhatsApp", "otp"),
        ("Your verification code is 4821", "otp"),
        ("Pesan otomatis: saya sedang tidak bisa menjawab", "auto_reply"),
        ("Maaf sedang tidak bisa menjawab telepon, nanti saya hubungi", "auto_reply"),
        ("Auto reply: out of office", "auto_reply"),
        ("I'm driving, call you later", "auto_reply"),
        ("Sisa pulsa Anda Rp43.000. Aktif s.d. 10/03/2027. Hub *888#", "operator"),
        ("Paket internet Anda akan berakhir besok. Perpanjang di aplikasi.", "operator"),
        ("Plgn Yth, masa aktif kartu anda hampir habis", "operator"),
        ("PROMO gajian! Diskon 50% hanya hari ini", "promo"),
        ("Selamat! Anda mendapat hadiah mobil, klik http://bit.ly/x", "promo"),
        ("Pinjaman online tanpa agunan cepat cair wa 0812", "promo"),
    ],
)
def test_what_machines_write_is_known(text: str, kind: str) -> None:
    assert machine_text.kind_of(text) == kind


@pytest.mark.parametrize("text", REPORTS)
def test_no_report_is_taken_for_a_machines(text: str) -> None:
    assert machine_text.kind_of(text) is None


@pytest.mark.parametrize("key", phrases.TEMPLATES)
def test_our_own_texts_are_known_when_another_box_sends_them(key: str) -> None:
    """SMS check 25: two boxes that text each other stop after one exchange."""
    template = phrases.TEMPLATES[key]
    body = template.replace("{ticket}", "07 123 450").replace("{also}", " atau 119")
    body = body.replace("{advice}", reference.categories()["wabah_jentik"].advice)
    body = body.replace("{", "").replace("}", "")
    if key not in ("status_list", "status_changed"):  # Nothing but what is filled in.
        assert machine_text.kind_of(body) == machine_text.OURS


def test_a_residents_words_behind_our_text_are_his() -> None:
    advised = a_request(category="pju", agency="DISHUB")
    for ours in (phrases.render("received", ticket="07 123 450"), receipts.body(advised)):
        assert machine_text.kind_of(ours) == machine_text.OURS
        assert machine_text.kind_of(f"{ours} tapi lampu masih mati") is None


@pytest.mark.parametrize("category", reference.categories().values(), ids=lambda c: c.id)
@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.EMERGENCY])
@pytest.mark.parametrize("marks", [frozenset(), frozenset({Mark.LOW}), frozenset({Mark.FLOOD})])
@pytest.mark.parametrize("asks_where", [False, True])
@pytest.mark.parametrize("is_joined", [False, True])
def test_every_receipt_is_known_as_ours(
    category: reference.Category,
    kind: Kind,
    marks: frozenset[Mark],
    asks_where: bool,
    is_joined: bool,
) -> None:
    """SMS check 25."""
    request = a_request(
        category=category.id, sensitivity=category.sensitivity, kind=kind, marks=marks
    )
    body = receipts.body(request, asks_where=asks_where, is_joined=is_joined)
    assert machine_text.kind_of(body) == machine_text.OURS


def test_a_resident_who_tells_of_a_swindle_is_doubted_not_dropped() -> None:
    text = "tolong pak ada penipuan minta kode OTP di pasar, uang saya hilang dirampok"
    assert machine_text.kind_of(text) == "otp"
    assert matter.is_told(text)
    assert not matter.is_told("Kode OTP Anda 482913")


@pytest.mark.parametrize(
    ("number", "toa", "reason"),
    [
        ("TELKOMSEL", 0xD0, "sender is no person"),
        ("1708", TOA_UNKNOWN, "sender is no person"),
        ("+123456", TOA_INTERNATIONAL, "sender is no person"),
        ("+6281100000", TOA_INTERNATIONAL, "operator"),
        ("081100000", TOA_UNKNOWN, "operator"),
        ("081277778888", TOA_UNKNOWN, "own number"),
        ("+6281234567890", TOA_INTERNATIONAL, None),
        ("0761123456", TOA_UNKNOWN, None),
    ],
)
def test_only_peoples_numbers_are_answered(number: str, toa: int, reason: str | None) -> None:
    """SMS check 24."""
    own = senders.phone_of("+6281277778888")
    assert own is not None
    assert senders.refusal(Address(number=number, toa=toa), [own]) == reason


@pytest.mark.parametrize(
    "number", ["081234567890", "6281234567890", "+6281234567890", "006281234567890"]
)
def test_a_number_is_one_key_however_it_is_written(number: str) -> None:
    """SMS check 23."""
    phone = senders.phone_of(number)
    assert phone is not None
    assert phone.e164 == "+6281234567890"
