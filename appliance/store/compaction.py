"""Forgetting what nobody will ask for again, so that a box that runs for years does not fill up.

Requests and their history are kept, and so is every event that the city has not acknowledged. Age
alone never deletes, since a clock may jump by years: the newest rows of each kind stay as well.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.domain.city.topics import Lane
from appliance.domain.moment import to_ms
from appliance.store.box import print_jobs
from appliance.store.cases import help_calls
from appliance.store.city import outbox
from appliance.store.database import transaction

ACKED_EVENTS_KEPT = 10_000
"""Per lane, for a city that restores a backup and asks again: months of complaints, 7 MB."""
DOWNLINK_KEPT = 1_000
"""Raw downlink events per epoch, for tracing."""
NEWEST_KEPT = 1_000
"""Rows of each table below that stay whatever their age."""
PARTS_FOR = timedelta(days=30)
"""A TPDU that a SIM gives again within this time is known as a repetition."""
QUARANTINE_FOR = timedelta(days=180)
TEXTS_FOR = timedelta(days=90)
KIOSK_FOR = timedelta(days=30)
ATTEMPTS_FOR = timedelta(days=1)
"""Far beyond the longest quota window."""

MARKS_FOR = timedelta(days=1)
"""As long as the same words of a phone are the same ticket (actions.sms_reports)."""

ROWS_PER_TRANSACTION = 100
"""So that a resident never waits long for the writer's lock: 2.3 ms on a virtual disk."""
TRANSACTIONS_PER_TABLE = 20
"""Per call; a backlog of 100,000 rows goes in half an hour of calls, unnoticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """How many rows were deleted."""

    outbox: int
    inbox: int
    parts: int
    texts: int
    attempts: int
    commands: int
    kiosk: int
    marks: int


def compact(db: sqlite3.Connection, now: datetime) -> Compacted:
    """Delete some of what may go, in small transactions; call it again and again."""
    return Compacted(
        outbox=_repeat(db, _outbox),
        inbox=_repeat(db, _inbox),
        parts=_repeat(db, lambda db: _parts(db, now)),
        texts=_repeat(db, lambda db: _texts(db, now)),
        attempts=_repeat(db, lambda db: _attempts(db, now)),
        commands=_repeat(db, _commands),
        kiosk=_repeat(db, lambda db: _kiosk(db, now)),
        marks=_repeat(db, lambda db: _marks(db, now)),
    )


def _repeat(db: sqlite3.Connection, delete: Callable[[sqlite3.Connection], int]) -> int:
    total = 0
    for _ in range(TRANSACTIONS_PER_TABLE):
        with transaction(db):
            count = delete(db)
        total += count
        if count == 0:
            break
    return total


def _outbox(db: sqlite3.Connection) -> int:
    """Delete the oldest events of a lane, without holes; rejected ones are kept elsewhere."""
    lanes = db.execute(
        """
        SELECT lane, first_seq AS first, acked_seq - :kept AS upto FROM outbox_ends
        """,
        {"kept": ACKED_EVENTS_KEPT},
    ).fetchall()
    for row in lanes:
        if row["first"] is not None and row["first"] <= row["upto"]:
            upto = min(row["upto"], row["first"] + ROWS_PER_TRANSACTION - 1)
            return outbox.forget(db, Lane(row["lane"]), upto)
    return 0


def _inbox(db: sqlite3.Connection) -> int:
    return db.execute(
        """
        DELETE FROM inbox WHERE (epoch, seq) IN (
            SELECT i.epoch, i.seq FROM inbox i JOIN inbox_cursors c ON c.epoch = i.epoch
            WHERE i.seq <= c.applied_seq - :kept LIMIT :limit
        )
        """,
        {"kept": DOWNLINK_KEPT, "limit": ROWS_PER_TRANSACTION},
    ).rowcount


def _parts(db: sqlite3.Connection, now: datetime) -> int:
    return db.execute(
        """
        DELETE FROM sms_parts WHERE id IN (
            SELECT id FROM sms_parts
            WHERE id <= (SELECT max(id) FROM sms_parts) - :newest
                AND (state = 'taken' AND received_at_ms < :taken_before
                    OR state = 'quarantined' AND received_at_ms < :quarantined_before)
            LIMIT :limit
        )
        """,
        {
            "newest": NEWEST_KEPT,
            "taken_before": to_ms(now - PARTS_FOR),
            "quarantined_before": to_ms(now - QUARANTINE_FOR),
            "limit": ROWS_PER_TRANSACTION,
        },
    ).rowcount


def _texts(db: sqlite3.Connection, now: datetime) -> int:
    gone = db.execute(
        """
        SELECT id FROM texts
        WHERE id <= (SELECT max(id) FROM texts) - :newest
            AND state NOT IN ('queued', 'sending') AND updated_at_ms < :before
        LIMIT :limit
        """,
        {
            "newest": NEWEST_KEPT,
            "before": to_ms(now - TEXTS_FOR),
            "limit": ROWS_PER_TRANSACTION,
        },
    ).fetchall()
    ids = [(row["id"],) for row in gone]
    db.executemany("DELETE FROM text_parts WHERE text_id = ?", ids)
    db.executemany("DELETE FROM texts WHERE id = ?", ids)
    return len(ids)


def _attempts(db: sqlite3.Connection, now: datetime) -> int:
    """Also those of a clock that has since been set back."""
    return db.execute(
        """
        DELETE FROM intake_attempts WHERE rowid IN (
            SELECT rowid FROM intake_attempts WHERE at_ms NOT BETWEEN :first AND :last
            LIMIT :limit
        )
        """,
        {
            "first": to_ms(now - ATTEMPTS_FOR),
            "last": to_ms(now + ATTEMPTS_FOR),
            "limit": ROWS_PER_TRANSACTION,
        },
    ).rowcount


def _kiosk(db: sqlite3.Connection, now: datetime) -> int:
    before = now - KIOSK_FOR
    return sum(
        forget(db, before, limit=ROWS_PER_TRANSACTION)
        for forget in (print_jobs.forget, help_calls.forget)
    )


def _marks(db: sqlite3.Connection, now: datetime) -> int:
    """What is left of concealed messages; also that of a clock that has since been set back."""
    return db.execute(
        """
        UPDATE sms_inbox SET mark = NULL WHERE id IN (
            SELECT id FROM sms_inbox
            WHERE mark IS NOT NULL AND received_at_ms NOT BETWEEN :first AND :last LIMIT :limit
        )
        """,
        {
            "first": to_ms(now - MARKS_FOR),
            "last": to_ms(now + MARKS_FOR),
            "limit": ROWS_PER_TRANSACTION,
        },
    ).rowcount


def _commands(db: sqlite3.Connection) -> int:
    return db.execute(
        """
        DELETE FROM commands WHERE command_id IN (
            SELECT command_id FROM commands
            WHERE outcome IS NOT NULL AND rowid <= (SELECT max(rowid) FROM commands) - :newest
            LIMIT :limit
        )
        """,
        {"newest": NEWEST_KEPT, "limit": ROWS_PER_TRANSACTION},
    ).rowcount
