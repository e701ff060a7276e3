"""What the outbox tells about itself."""

import sqlite3
from datetime import timedelta

from appliance.actions.cases import intake
from appliance.domain.city.topics import Lane
from appliance.store.city import outbox
from tests.builders import a_draft
from tests.conftest import START, at

MINUTE = timedelta(minutes=1)


def report(db: sqlite3.Connection, count: int) -> None:
    for _ in range(count):
        intake.receive(db, a_draft(), at())


def test_the_rate_counts_events_and_not_acknowledgements(db: sqlite3.Connection) -> None:
    assert outbox.acked_since(db, START) == 0
    report(db, 9)
    outbox.acknowledge(db, Lane.COMPLAINTS, 4, START)
    assert outbox.acked_since(db, START) == 4
    outbox.acknowledge(db, Lane.COMPLAINTS, 6, START + 2 * MINUTE)
    outbox.acknowledge(db, Lane.COMPLAINTS, 9, START + 2 * MINUTE)
    assert outbox.acked_since(db, START + MINUTE) == 5
    assert outbox.acked_since(db, START + 3 * MINUTE) == 0


def test_the_rate_does_not_count_what_is_forgotten(db: sqlite3.Connection) -> None:
    report(db, 9)
    outbox.acknowledge(db, Lane.COMPLAINTS, 9, START)
    outbox.forget(db, Lane.COMPLAINTS, 7)
    assert outbox.acked_since(db, START) == 2
