"""The queue of a box with twenty thousand requests."""

import sqlite3
import time
from datetime import timedelta

import pytest

from appliance.domain.cases import queue as order
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.ids import Ticket
from appliance.domain.moment import to_ms
from appliance.store.cases import queue
from appliance.store.cases.queue import ALL, Filter
from appliance.store.database import transaction
from tests.conftest import START

MANY = 20_000
PAGE_BY = 1.0
"""Seconds of this machine's processor for a page over all of them."""


@pytest.fixture
def many(db: sqlite3.Connection) -> sqlite3.Connection:
    """Four of five are over, as after two years of a busy box."""
    statuses = ["diterima", "ditutup", "ditutup", "selesai", "diarsipkan"]
    words = "lampu jalan mati di depan masjid, sudah tiga malam gelap sekali, mohon ditindak "
    rows = [
        (
            Ticket.issue("07", n).number,
            f"00000000-0000-7000-8000-{n:012d}",
            statuses[n % 5],
            f"{words * 3}{n}",
            f"+62812{n:08d}",
            to_ms(START - timedelta(minutes=50 * n)),
            n,
        )
        for n in range(MANY)
    ]
    with transaction(db):
        db.executemany(
            """
            INSERT INTO requests (
                ticket, id, channel, kind, category, sensitivity, agency, status, text,
                reporter_phone, created_at_ms, updated_at_ms, event_lane, event_seq
            ) VALUES (?, ?, 'sms', 'pengaduan', 'pju', 'publik', 'DISHUB', ?, ?, ?, ?, 0, 'p1', ?)
            """,
            rows,
        )
    return db


def test_a_page_over_all_of_them_is_made_in_time(many: sqlite3.Connection) -> None:
    begun = time.process_time()
    found = list(queue.cases(many, Filter()))
    places = order.ordered(found, queue.paused(many), START, as_shipped())
    took = time.process_time() - begun
    assert len(places) == MANY // 5
    assert took < PAGE_BY
    begun = time.process_time()
    by_words = list(queue.cases(many, Filter(status=ALL, words=("masjid", "19999"))))
    by_phone = list(queue.cases(many, Filter(status=ALL, phone_ending="19999")))
    assert [case.id[-5:] for case in by_words + by_phone] == ["19999", "19999"]
    assert time.process_time() - begun < PAGE_BY
