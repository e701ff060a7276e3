import pytest

from appliance.domain.cases.service_request import Status
from appliance.domain.ids import Ticket
from modem import official_grammar

TICKET = Ticket("07123450")


@pytest.mark.parametrize(
    ("text", "status", "ticket", "remark"),
    [
        ("OK 07123450", Status.IN_PROGRESS, TICKET, ""),
        ("ok 07 123 450 petugas berangkat", Status.IN_PROGRESS, TICKET, "petugas berangkat"),
        ("PROSES 07123450", Status.IN_PROGRESS, TICKET, ""),
        ("07123450 ok", Status.IN_PROGRESS, TICKET, ""),
        ("SELESAI 07123450 lampu sudah nyala", Status.RESOLVED, TICKET, "lampu sudah nyala"),
        ("07 123 450 sudah diperbaiki", Status.RESOLVED, TICKET, "diperbaiki"),
        ("TOLAK 07123450 jalan provinsi", Status.NOT_OURS, TICKET, "jalan provinsi"),
        ("BUKAN 07123450 jalan provinsi", Status.NOT_OURS, TICKET, "jalan provinsi"),
        ("bukan 07123450", Status.NOT_OURS, TICKET, ""),
        ("tolak#07123450#", Status.NOT_OURS, TICKET, ""),
        ("07123450 menunggu alat berat", None, TICKET, "07123450 menunggu alat berat"),
        ("OK", Status.IN_PROGRESS, None, ""),
        ("siap pak", Status.IN_PROGRESS, None, "pak"),
        ("Selesai, terima kasih", Status.RESOLVED, None, "terima kasih"),
        ("tolak bukan wewenang kami", Status.NOT_OURS, None, "bukan wewenang kami"),
        ("siap sudah ditangani", Status.IN_PROGRESS, None, "sudah ditangani"),
        ("ok pak kami cek besok", Status.IN_PROGRESS, None, "pak kami cek besok"),
        ("siap meluncur jl Riau", Status.IN_PROGRESS, None, "meluncur jl Riau"),
    ],
)
def test_an_officials_reply_is_understood(
    text: str, status: Status | None, ticket: Ticket | None, remark: str
) -> None:
    reply = official_grammar.parse(text)
    assert reply is not None
    assert (reply.status, reply.ticket, reply.text) == (status, ticket, remark)


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan mati di jl Rajawali",
        "sudah 3 hari lampu mati",
        "LAPOR selesai hujan banjir",
        "CEK 07123450",
        "07123450",
        "07123450?",
        "CEK",
        "OK 07123456",
        "Siap kebakaran jl Riau",
        "ok ada kecelakaan di simpang tiga",
        "selesai hujan banjir jl Riau",
        "oke saya dipukul suami",
        "ok lampu mati jl Melati",
    ],
)
def test_what_is_no_reply_is_a_residents(text: str) -> None:
    assert official_grammar.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "07123450 sudah kami cek, belum bisa dikerjakan menunggu alat",
        "07123450 sudah disurvei, perbaikan minggu depan",
        "07123450 sudah diteruskan ke PLN",
        "07123450 sudah diproses?",
        "belum 07123450 selesai",
        "07123450 bukan tidak mau, alat rusak",
        "bukan 07123450?",
        "bukan tidak mau 07123450 alat rusak",
        "07123450 siap, tapi bukan wewenang kami",
    ],
)
def test_a_sentence_that_decides_nothing_is_a_remark(text: str) -> None:
    reply = official_grammar.parse(text)
    assert reply is not None
    assert (reply.status, reply.text) == (None, text)
