import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.ids import Ticket
from appliance.domain.sms import CheckStatus, Help, Ignore, Report, UnknownTicket
from modem import grammar

TICKET = Ticket("07123450")
CHECK = CheckStatus(TICKET)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lampu jalan mati di jl Rajawali", Report("lampu jalan mati di jl Rajawali")),
        ("LAPOR lampu mati", Report("lampu mati")),
        ("lapor: sampah menumpuk", Report("sampah menumpuk")),
        ("Lapor#Budi#Tangkerang#jalan rusak", Report("Budi, Tangkerang, jalan rusak")),
        ("LAPOR#a#b", Report("a, b")),
        ("Selamat pagi pak, LAPOR got mampet", Report("got mampet")),
        ("Pagi pak, got mampet", Report("Pagi pak, got mampet")),
        ("07123450", CHECK),
        ("07 123 450", CHECK),
        ("07-123-450", CHECK),
        ("O7 123 45o", CHECK),
        ("O7l2345O", Report("O7l2345O")),
        ("07l2345O", CHECK),
        ("CEK 07 123 450", CHECK),
        ("cek#07123450", CHECK),
        ("status tiket no 07 123 450?", CHECK),
        ("Assalamualaikum, cek 07123450 ya pak", CHECK),
        ("CEK", CheckStatus(None)),
        ("cek laporan saya", CheckStatus(None)),
        ("STATUS?", CheckStatus(None)),
        ("07123456", UnknownTicket("07123456")),
        ("CEK 123", UnknownTicket("123")),
        ("081234567890", UnknownTicket("081234567890")),
        ("cek lampu jalan mati depan masjid", Report("cek lampu jalan mati depan masjid")),
        ("BANTUAN", Help()),
        ("help!", Help()),
        ("?", Help()),
        ("LAPOR", Help()),
        ("Bantuan sosial belum cair", Report("Bantuan sosial belum cair")),
        ("help kebakaran", Report("help kebakaran")),
        ("STOP", Ignore("stop")),
        ("stop bakar sampah di RT 3", Report("stop bakar sampah di RT 3")),
        ("SUDAH 07123450", CHECK),
        ("belum diperbaiki juga", Report("belum diperbaiki juga")),
        ("TAMBAH 07123450 ada korban", Report("TAMBAH 07123450 ada korban")),
        ("", Ignore("empty")),
        (" .. ", Ignore("empty")),
        ("Selamat pagi", Report("Selamat pagi")),
    ],
)
def test_texts_people_send_are_understood(text, expected):
    assert grammar.parse(text) == expected


@given(st.text(max_size=200))
def test_any_text_is_some_command(text):
    grammar.parse(text)


@given(st.text(st.sampled_from("CEKcek 07123450OolISs#.,?*-"), max_size=40))
def test_texts_near_a_ticket_are_some_command(text):
    grammar.parse(text)
