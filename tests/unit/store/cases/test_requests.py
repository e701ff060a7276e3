"""Which requests a new one is compared with."""

import sqlite3

from appliance.domain.ids import Ticket
from appliance.store.cases import requests
from tests.builders import a_request
from tests.conftest import at

BLOCK = 1000
"""Serials of one block."""


def stored(db: sqlite3.Connection, *serials: int, category: str = "sampah") -> None:
    for serial in serials:
        id_ = f"00000000-0000-7000-8000-{serial:012d}"
        request = a_request(id=id_, ticket=Ticket.issue("07", serial), category=category)
        requests.add(db, request, event_lane="p1", event_seq=serial)


def neighbours(db: sqlite3.Connection, serial: int, *, limit: int = 50) -> list[int]:
    ticket, since = Ticket.issue("07", serial), at(days=-7).wall
    found = requests.of_category(db, "sampah", ticket, since, limit)
    return [int(one.id[-12:]) for one in found]


def test_the_newest_of_the_category_before_a_ticket_come_first(db: sqlite3.Connection) -> None:
    stored(db, 1, 2, 4, 6)
    stored(db, 3, category="pju")
    assert neighbours(db, 5) == [4, 2, 1]
    assert neighbours(db, 5, limit=2) == [4, 2]


def test_what_lies_500_tickets_back_is_forgotten(db: sqlite3.Connection) -> None:
    stored(db, 1, 2, 4)
    assert neighbours(db, 503) == [4]


def test_numbers_that_begin_anew_have_neighbours_too(db: sqlite3.Connection) -> None:
    """After the last block comes the first; the highest numbers are old then."""
    stored(db, *range(99 * BLOCK, 99 * BLOCK + 600), 7)
    assert neighbours(db, 8) == [7]
