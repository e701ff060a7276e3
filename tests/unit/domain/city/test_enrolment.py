"""Codes survive being read aloud, and nobody without the code reads or makes a message."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import ALPHABET, Answer, Ask, Envelope
from appliance.domain.errors import BadInput

chances = st.binary(min_size=enrolment.SECRET_BYTES, max_size=enrolment.SECRET_BYTES)
ASK = Ask(site="14.71.07", csr="a request")


@given(chances, st.sampled_from([str, str.lower, lambda text: text.replace("-", " ")]))
def test_a_code_is_read_as_it_was_made(chance: bytes, spelled) -> None:
    code = enrolment.make(chance)
    assert enrolment.parse(spelled(str(code))) == code


def test_what_is_misheard_for_a_digit_is_read_as_one() -> None:
    code = str(enrolment.make(bytes(12)))
    assert set(code) == {"0", "-"}
    assert enrolment.parse(code.replace("0", "o")) == enrolment.parse(code)


@given(chances, st.integers(0, 19), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_noticed(chance: bytes, place: int, symbol: str) -> None:
    code = str(enrolment.make(chance)).replace("-", "")
    wrong = code[:place] + symbol + code[place + 1 :]
    if wrong != code:
        with pytest.raises(BadInput, match="wrong or two are swapped"):
            enrolment.parse(wrong)


@given(chances, st.integers(0, 18))
def test_two_neighbours_swapped_are_always_noticed(chance: bytes, place: int) -> None:
    code = str(enrolment.make(chance)).replace("-", "")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(BadInput, match="wrong or two are swapped"):
            enrolment.parse(swapped)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_bad_input(text: str) -> None:
    try:
        code = enrolment.parse(text)
    except BadInput:
        return
    assert enrolment.parse(str(code)) == code


def test_a_code_that_is_too_short_says_how_long_it_is() -> None:
    with pytest.raises(BadInput, match="20 letters and digits, this one 3"):
        enrolment.parse("ABC")


def test_only_the_code_opens_a_message() -> None:
    code, other = enrolment.make(bytes(12)), enrolment.make(b"x" * 12)
    envelope = enrolment.seal(code, "ask", ASK)
    assert enrolment.opened(code, "ask", envelope, Ask) == ASK
    with pytest.raises(BadInput):
        enrolment.opened(other, "ask", envelope, Ask)


def test_an_ask_that_is_sent_back_is_no_answer() -> None:
    code = enrolment.make(bytes(12))
    envelope = enrolment.seal(code, "ask", ASK)
    with pytest.raises(BadInput):
        enrolment.opened(code, "answer", envelope, Answer)


def test_neither_the_code_nor_what_is_asked_can_be_read_on_the_way() -> None:
    code = enrolment.make(bytes(range(12)))
    envelope = enrolment.seal(code, "ask", ASK)
    assert envelope.locator == code.locator
    assert code.secret not in repr(envelope)
    assert ASK.csr not in repr(envelope)


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_an_envelope_full_of_rubbish_is_bad_input(sealed: str) -> None:
    with pytest.raises(BadInput):
        enrolment.opened(
            enrolment.make(bytes(12)), "ask", Envelope(v=1, sealed=sealed, locator=""), Ask
        )


def test_an_answer_comes_back_whole() -> None:
    code = enrolment.make(bytes(12))
    answer = Answer(
        site="14.71.07",
        broker="mqtt.pekanbaru.go.id",
        port=8883,
        ca="CA",
        certificate="PEM",
        city_keys=["ed25519:" + "0" * 64],
        now=datetime(2026, 11, 28, tzinfo=UTC),
    )
    envelope = enrolment.seal(code, "answer", answer)
    assert enrolment.opened(code, "answer", envelope, Answer) == answer
    assert envelope.locator == ""
