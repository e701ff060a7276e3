"""Tokens that say "just sent": short-lived, for one ticket, of one process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.ids import Ticket
from appliance.ticket_pages.fresh import Freshness
from tests.conftest import Clock, at

TICKET = Ticket("07123450")
OTHER = Ticket.issue("07", 1)
KEY = b"k" * 32


def test_a_token_holds_for_two_minutes() -> None:
    clock = Clock()
    fresh = Freshness(clock, KEY)
    token = fresh.token(TICKET)
    clock.forward(seconds=120)
    assert fresh.holds(TICKET, token)
    clock.forward(seconds=1)
    assert not fresh.holds(TICKET, token)


def test_a_token_is_for_one_ticket_and_one_key() -> None:
    fresh = Freshness(at, KEY)
    assert not fresh.holds(OTHER, fresh.token(TICKET))
    assert not Freshness(at, b"x" * 32).holds(TICKET, fresh.token(TICKET))


def test_a_wall_clock_that_is_set_does_not_matter() -> None:
    clock = Clock()
    fresh = Freshness(clock, KEY)
    token = fresh.token(TICKET)
    clock.set_wall(days=400)
    assert fresh.holds(TICKET, token)


@given(st.text() | st.text("ABCIiJw.-_=0137", max_size=60))
@pytest.mark.parametrize("fresh", [Freshness(at, KEY)], ids=["key"])
def test_nothing_made_up_holds_or_crashes(fresh: Freshness, token: str) -> None:
    assert not fresh.holds(TICKET, token)


def test_a_token_fits_an_address() -> None:
    token = Freshness(at, KEY).token(TICKET)
    assert len(token) < 80
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
