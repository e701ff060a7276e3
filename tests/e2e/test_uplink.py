"""`posko-sync` as a process, with a backlog, against brokers that are strict or locked up."""

import sqlite3
from pathlib import Path

import pytest

from appliance.domain.city.topics import Lane
from appliance.store.city import outbox
from tests.e2e.agents import agent, backlog, link_state
from tests.support.frozen_line import a_line
from tests.support.strict_broker import RECEIVE_MAXIMUM, StrictBroker, a_strict_broker
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


BACKLOG = 5_000


def test_a_backlog_of_5000_is_delivered_without_a_kick(
    db: sqlite3.Connection, db_path: Path
) -> None:
    """Check 5: the broker throws out who has more than 20 messages unacknowledged."""
    backlog(db, BACKLOG)
    with a_strict_broker() as broker, agent(db_path, broker.port):
        wait_for(lambda: broker.committed() >= BACKLOG, "all delivered", limit_s=120)
        _same_connection(broker)


def _same_connection(broker: StrictBroker) -> None:
    assert broker.thrown_out == 0
    assert len(broker.connections) == 1
    assert broker.most_unacknowledged <= RECEIVE_MAXIMUM


def test_a_broker_that_drops_everything_costs_nothing_and_is_told_within_60_s(
    db: sqlite3.Connection, db_path: Path
) -> None:
    """Check 4."""
    backlog(db, 3)
    with a_strict_broker(drops=True) as broker, agent(db_path, broker.port):
        wait_for(lambda: "ACL" in link_state(db).get("link_alarm", ""), "the alarm", limit_s=60)
        assert link_state(db)["link"] == "up"
        broker.drops = False
        wait_for(lambda: broker.committed() >= 3, "the backlog is still there", limit_s=120)
        wait_for(lambda: link_state(db)["link_alarm"] == "", "the alarm ends")


def test_nothing_sent_into_a_line_cut_halfway_counts_as_sent(
    db: sqlite3.Connection, db_path: Path
) -> None:
    """Check 13."""
    with (
        a_strict_broker() as broker,
        a_line(broker.port) as line,
        agent(db_path, line.port),
    ):
        wait_for(lambda: link_state(db).get("link") == "up", "up")
        line.freeze()
        backlog(db, 3)
        wait_for(lambda: link_state(db)["link"] == "down", "noticed", limit_s=35)
        assert link_state(db)["link_reason"].startswith("silent")
        assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 0
        line.thaw()
        wait_for(lambda: broker.committed() >= 3, "delivered after the return", limit_s=90)


def test_an_agent_that_ends_with_a_thousand_unacknowledged_loses_and_doubles_none(
    db: sqlite3.Connection, db_path: Path
) -> None:
    """Check 17: what a process had handed over is still in the outbox."""
    backlog(db, 1_000)
    with a_strict_broker(drops=True) as broker:
        with agent(db_path, broker.port):
            wait_for(lambda: broker.taken > 2, "batches are on their way")
        broker.drops = False
        with agent(db_path, broker.port):
            wait_for(lambda: broker.committed() >= 1_000, "all delivered", limit_s=90)
        assert broker.committed() == 1_000
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 1_000
