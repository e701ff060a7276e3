"""The PIN of a ticket: ten thousand of them cannot be tried."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.ticket_pin import (
    DAY,
    WRONG_A_DAY,
    WRONG_EVER,
    TicketPin,
    Verdict,
    attempt,
)
from tests.conftest import START

PIN = TicketPin(pin="0427")


def guesses(known: TicketPin, count: int, now: datetime = START) -> tuple[list[Verdict], TicketPin]:
    verdicts = []
    for _ in range(count):
        verdict, known = attempt(known, "9999", now)
        verdicts.append(verdict)
    return verdicts, known


@pytest.mark.parametrize("typed", ["0427", " 04 27 ", "0-4-2-7"])
def test_the_right_pin_opens_however_it_is_spaced(typed: str) -> None:
    assert attempt(PIN, typed, START) == (Verdict.RIGHT, PIN)


@pytest.mark.parametrize("typed", ["", "042", "04270", "٠٤٢٧", "abcd"])
def test_what_is_no_four_digits_costs_no_try(typed: str) -> None:
    assert attempt(PIN, typed, START) == (Verdict.UNREADABLE, PIN)


def test_after_five_wrong_ones_not_even_the_right_one_is_compared_that_day() -> None:
    verdicts, known = guesses(PIN, WRONG_A_DAY + 1)
    assert verdicts == [Verdict.WRONG] * WRONG_A_DAY + [Verdict.LOCKED]
    assert attempt(known, PIN.pin, START + DAY - timedelta(seconds=1))[0] is Verdict.LOCKED
    assert attempt(known, PIN.pin, START + DAY)[0] is Verdict.RIGHT


def test_a_right_one_forgives_the_wrong_ones_before() -> None:
    _, known = guesses(PIN, WRONG_A_DAY - 1)
    _, known = attempt(known, PIN.pin, START)
    assert guesses(known, WRONG_A_DAY)[0] == [Verdict.WRONG] * WRONG_A_DAY


def test_a_clock_that_is_set_back_gives_no_more_tries() -> None:
    _, known = guesses(PIN, WRONG_A_DAY)
    assert attempt(known, PIN.pin, START - timedelta(days=400))[0] is Verdict.LOCKED


@settings(max_examples=50)
@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), min_size=30, max_size=60))
def test_whoever_guesses_for_ever_is_compared_twenty_times(waits: list[timedelta]) -> None:
    known, now, compared = PIN, START, 0
    for wait in waits:
        now += wait
        verdict, known = attempt(known, "9999", now)
        compared += verdict is Verdict.WRONG
    assert compared <= WRONG_EVER


def test_a_lock_of_a_clock_that_was_a_year_ahead_lasts_a_day() -> None:
    _, locked = guesses(PIN, WRONG_A_DAY, START + timedelta(days=365))
    verdict, locked = attempt(locked, "0427", START)
    assert verdict is Verdict.LOCKED
    assert attempt(locked, "0427", START + DAY)[0] is Verdict.RIGHT
