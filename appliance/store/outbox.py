"""The transactional outbox: events for the city, per lane, numbered without holes.

Numbers come from `outbox_lanes` inside the transaction that stores the business row, so they are
contiguous and never used twice. Only the sync agent moves `acked_seq`.
"""

import sqlite3
from dataclasses import dataclass

from appliance.domain import wire
from appliance.domain.events import Event
from appliance.domain.moment import Moment, to_ms
from appliance.domain.topics import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """Where a lane stands: the newest number given, and the newest the city has committed."""

    lane: Lane
    last_seq: int
    acked_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One event as stored; `payload` is its JSON."""

    lane: Lane
    seq: int
    kind: str
    subject: str | None
    payload: str
    boot_id: str
    mono_ms: int
    wall_ms: int
    clock_source: str
    reject_code: str | None


def append(db: sqlite3.Connection, lane: Lane, event: Event, *, subject: str, now: Moment) -> int:
    """Add an event inside the caller's transaction; return its sequence number."""
    seq: int = db.execute(
        "UPDATE outbox_lanes SET last_seq = last_seq + 1 WHERE lane = ? RETURNING last_seq", (lane,)
    ).fetchall()[0]["last_seq"]
    db.execute(
        """
        INSERT INTO outbox
            (lane, seq, kind, subject, payload, boot_id, mono_ms, wall_ms, clock_source)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            lane,
            seq,
            event.KIND,
            subject,
            wire.encode_event(event).decode(),
            now.boot_id,
            now.mono_ms,
            to_ms(now.wall),
            now.source,
        ),
    )
    return seq


def lanes(db: sqlite3.Connection) -> dict[Lane, LaneState]:
    """The state of every lane, most urgent first."""
    rows = db.execute("SELECT lane, last_seq, acked_seq FROM outbox_lanes ORDER BY lane")
    states = (
        LaneState(lane=Lane(r["lane"]), last_seq=r["last_seq"], acked_seq=r["acked_seq"])
        for r in rows
    )
    return {state.lane: state for state in states}


def after(
    db: sqlite3.Connection, lane: Lane, seq: int, *, max_events: int, max_bytes: int
) -> list[OutboxRow]:
    """The events that follow `seq`, at least one if there is one, within both bounds."""
    rows = db.execute(
        "SELECT * FROM outbox WHERE lane = ? AND seq > ? ORDER BY seq LIMIT ?",
        (lane, seq, max_events),
    )
    taken: list[OutboxRow] = []
    size_bytes = 0
    for row in rows:
        size_bytes += len(row["payload"].encode())
        if taken and size_bytes > max_bytes:
            break
        taken.append(_row(row))
    rows.close()
    return taken


def every(db: sqlite3.Connection) -> list[OutboxRow]:
    """All stored events, by lane and number."""
    return [_row(row) for row in db.execute("SELECT * FROM outbox ORDER BY lane, seq")]


def acknowledge(db: sqlite3.Connection, lane: Lane, upto: int) -> None:
    """Move the lane's cursor forward; a lower or impossible number changes nothing."""
    db.execute(
        """
        UPDATE outbox_lanes SET acked_seq = :upto
        WHERE lane = :lane AND :upto > acked_seq AND :upto <= last_seq
        """,
        {"lane": lane, "upto": upto},
    )


def reject(db: sqlite3.Connection, lane: Lane, seq: int, code: str) -> None:
    """Note that the city has set this event aside."""
    db.execute("UPDATE outbox SET reject_code = ? WHERE lane = ? AND seq = ?", (code, lane, seq))


def _row(row: sqlite3.Row) -> OutboxRow:
    return OutboxRow(**{**dict(row), "lane": Lane(row["lane"])})
