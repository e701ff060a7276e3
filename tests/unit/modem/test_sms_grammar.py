import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.ids import Ticket
from appliance.domain.sms.received import (
    CheckStatus,
    Command,
    FollowUp,
    Help,
    Ignore,
    Mention,
    Report,
    Start,
    Stop,
    UnknownTicket,
    Wish,
)
from modem import grammar

EXAMPLES = [
    tuple(line.split("\t"))
    for line in Path(__file__)
    .with_name("sms_examples.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
]
REPORTS = [text for label, text in EXAMPLES if label == "report"]
SPOKEN = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
TICKET = Ticket("07123450")
WORDS = {CheckStatus: "check", Mention: "mention", UnknownTicket: "unknown", Report: "report"}
WORDS |= {Help: "help", Stop: "stop", Start: "start", Ignore: "ignore"}


def label_of(command: Command) -> str:
    word = str(command.wish) if isinstance(command, FollowUp) else WORDS[type(command)]
    ticket = getattr(command, "ticket", None)
    return f"{word}:{ticket.digits}" if ticket else word


def test_the_examples_are_many() -> None:
    assert len(EXAMPLES) >= 150


@pytest.mark.parametrize(("label", "text"), EXAMPLES)
def test_a_text_that_people_send_is_understood(label: str, text: str) -> None:
    assert label_of(grammar.parse(text)) == label


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("LAPOR lampu mati", Report("lampu mati", is_explicit=True)),
        ("Selamat pagi pak, LAPOR got mampet", Report("got mampet", is_explicit=True)),
        ("Pagi pak, got mampet", Report("Pagi pak, got mampet")),
        (
            "Lapor#Budi#Tangkerang#jalan rusak",
            Report("jalan rusak", "Budi", "Tangkerang", is_explicit=True),
        ),
        ("LAPOR#a#b", Report("a, b", is_explicit=True)),
        (
            "lapor#jl Melati 3#Tangkerang#rusak",
            Report("jl Melati 3, Tangkerang, rusak", is_explicit=True),
        ),
        ("USUL#Siti#Maharatu#portal", Report("usul: portal", "Siti", "Maharatu", is_explicit=True)),
        (
            "LAPOR#Kebakaran#Jl Riau#tolong cepat",
            Report("Kebakaran, Jl Riau, tolong cepat", is_explicit=True),
        ),
        (
            "lapor#lampu mati#Tangkerang Selatan#sudah 3 hari",
            Report("lampu mati, Tangkerang Selatan, sudah 3 hari", is_explicit=True),
        ),
        (
            "lapor#Budi#jalan rusak#dekat masjid",
            Report("jalan rusak, dekat masjid", "Budi", is_explicit=True),
        ),
        (
            "lapor#Siti Aminah#Simpang Tiga#air mati",
            Report("air mati", "Siti Aminah", "Simpang Tiga", is_explicit=True),
        ),
        ("tanya syarat ktp", Report("tanya syarat ktp", is_explicit=True)),
    ],
)
def test_a_report_keeps_what_was_said(text: str, report: Report) -> None:
    assert grammar.parse(text) == report


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        ("07 123 450 lampunya mati lagi", True),
        ("07123450 sudah diperbaiki tapi rusak lagi", True),
        ("cek 07123450 lampunya mati lagi", True),
        ("07123450 lampu kok padam", True),
        ("terima kasih petugas cepat sekali datang utk 07123450", False),
        ("07123450 lampunya sudah terang, mantap", False),
        ("makasih pak tapi 07123450 mati lagi", True),
    ],
)
def test_words_about_a_ticket_complain_unless_they_are_content(text: str, complains: bool) -> None:
    assert grammar.parse(text) == Mention(TICKET, text, complains=complains)


def test_a_wish_keeps_the_whole_message_when_it_says_more() -> None:
    text = "07123450 belum diperbaiki"
    assert grammar.parse(text) == FollowUp(Wish.DISPUTE, TICKET, text)
    assert grammar.parse("belum 07123450") == FollowUp(Wish.DISPUTE, TICKET, "")


@pytest.mark.parametrize("written", ["07123450", "07 123 450", "O7-123-45O", "nol 7 123 450"])
@pytest.mark.parametrize("verb", ["sudah", "BELUM", "batal", "hapus", "data", "cek"])
@pytest.mark.parametrize("separator", [" ", "#", ":", ",", "*", ", "])
def test_a_verb_may_be_separated_by_anything(verb: str, separator: str, written: str) -> None:
    command = grammar.parse(f"{verb}{separator}{written}")
    assert getattr(command, "ticket", None) == TICKET


@given(st.integers(0, 99_999), st.sampled_from(" .-/"), st.randoms())
def test_every_ticket_is_read_in_digits_and_words(
    serial: int, joint: str, chance: random.Random
) -> None:
    ticket = Ticket.issue("07", serial)
    said = [chance.choice([digit, SPOKEN[int(digit)]]) for digit in ticket.digits]
    assert grammar.parse(joint.join(said)) == CheckStatus(ticket)
    assert grammar.parse(f"belum {joint.join(said)}") == FollowUp(Wish.DISPUTE, ticket, "")


@given(st.text(max_size=200))
def test_any_text_is_some_command(text: str) -> None:
    grammar.parse(text)


@given(st.text(st.sampled_from("CEKcek 07123450OolISs#.,?*- belum"), max_size=60))
def test_texts_near_a_ticket_are_some_command(text: str) -> None:
    grammar.parse(text)


@given(
    st.sampled_from([text for text in REPORTS if len(text.split()) > 3]),
    st.sampled_from(["", "pak ", "Selamat pagi, ", "LAPOR ", "lapor# ", "assalamualaikum "]),
    st.sampled_from(["", "!!", " ya pak", " terima kasih", " tolong", "\n"]),
)
def test_a_real_report_is_never_swallowed(text: str, before: str, after: str) -> None:
    command = grammar.parse(before + text + after)
    assert isinstance(command, Report)
    kept = f"{command.name} {command.place} {command.text}".casefold()
    said = re.findall(r"\w+", text.casefold())
    verbs = {"lapor", "lpr", "lapo", "adu", "aduan"}
    assert [word for word in said if word not in verbs and word not in kept] == []


def test_a_text_longer_than_any_command_is_a_report() -> None:
    text = "belum 07123450 " + "0 1 " * 9_000
    assert grammar.parse(text) == Report(text.strip())
