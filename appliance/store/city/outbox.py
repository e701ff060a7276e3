"""The transactional outbox: events for the city, per lane, numbered without holes.

An event's number is one more than the newest of its lane, taken in the transaction that stores the
business row, so numbers are contiguous and never used twice. Only the sync agent moves `acked_seq`.

The rows of all lanes lie in one table under one integer, the place: the lane's index in the upper
bits, the number in the lower forty. A key of two columns would cost each event another page.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events import Event
from appliance.domain.moment import Moment, from_ms, to_ms

_SEQ_BITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """Where a lane stands: the newest number given, and the newest the city has committed."""

    lane: Lane
    last_seq: int
    acked_seq: int


class OutboxRow(NamedTuple):
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
    row = db.execute(
        """
        INSERT INTO outbox (place, kind, subject, payload, boot_id, mono_ms, wall_ms, clock_source)
        SELECT base + last_seq + 1, ?, ?, ?, ?, ?, ?, ? FROM outbox_ends WHERE lane = ?
        RETURNING seq
        """,
        (
            event.KIND,
            subject,
            wire.encode_event(event).decode(),
            now.boot_id,
            now.mono_ms,
            to_ms(now.wall),
            now.source,
            lane,
        ),
    ).fetchone()
    seq: int = row["seq"]
    return seq


def follow(db: sqlite3.Connection, request_id: str, event: Event, now: Moment) -> None:
    """Add an event about a request to the lane of its first, so that it comes after it."""
    append(db, place_of(db, request_id).lane, event, subject=request_id, now=now)


def place(lane: Lane, seq: int) -> int:
    """The key of an event."""
    return (int(lane.removeprefix("p")) << _SEQ_BITS) + seq


def end(lane: Lane) -> int:
    """The last place that a lane can have."""
    return place(lane, (1 << _SEQ_BITS) - 1)


def last_seq(db: sqlite3.Connection, lane: Lane) -> int:
    """The newest number given in a lane; it outlives the compaction of its event."""
    row = db.execute("SELECT last_seq FROM outbox_ends WHERE lane = ?", (lane,)).fetchone()
    seq: int = row["last_seq"]
    return seq


def lanes(db: sqlite3.Connection) -> dict[Lane, LaneState]:
    """The state of every lane, most urgent first."""
    rows = db.execute("SELECT lane, last_seq, acked_seq FROM outbox_ends ORDER BY lane")
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
        """
        SELECT seq, kind, subject, payload, boot_id, mono_ms, wall_ms, clock_source, reject_code
        FROM outbox WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?
        """,
        (place(lane, seq + 1), end(lane), max_events),
    )
    taken: list[OutboxRow] = []
    size_bytes = 0
    for row in rows:
        size_bytes += len(row["payload"].encode())
        if taken and size_bytes > max_bytes:
            break
        taken.append(OutboxRow(lane, *row))
    rows.close()
    return taken


def every(db: sqlite3.Connection) -> list[OutboxRow]:
    """All stored events, by lane and number."""
    rows = db.execute(
        """
        SELECT lane, seq, kind, subject, payload, boot_id, mono_ms, wall_ms, clock_source,
            reject_code
        FROM outbox ORDER BY place
        """
    )
    return [OutboxRow(Lane(lane), *row) for lane, *row in rows]


def of_subject(db: sqlite3.Connection, subject: str) -> list[OutboxRow]:
    """The stored events about something, by lane and number; reads the whole outbox."""
    return [row for row in every(db) if row.subject == subject]


def acknowledge(db: sqlite3.Connection, lane: Lane, upto: int, at: datetime) -> None:
    """Move the lane's cursor forward; a lower or impossible number changes nothing."""
    moved = db.execute(
        """
        UPDATE outbox_lanes SET acked_seq = :upto
        WHERE lane = :lane AND :upto > acked_seq
            AND :upto <= (SELECT last_seq FROM outbox_ends WHERE lane = :lane)
        """,
        {"lane": lane, "upto": upto},
    )
    if moved.rowcount:
        db.execute(
            "INSERT INTO ack_marks (lane, upto, at_ms) VALUES (?, ?, ?)", (lane, upto, to_ms(at))
        )


def rewind(db: sqlite3.Connection, lane: Lane, upto: int) -> None:
    """Move the cursor back: the city has lost what it had beyond `upto`."""
    db.execute(
        "UPDATE outbox_lanes SET acked_seq = ? WHERE lane = ? AND acked_seq > ?", (upto, lane, upto)
    )
    db.execute("DELETE FROM ack_marks WHERE lane = ? AND upto > ?", (lane, upto))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event stands in the outbox."""

    lane: Lane
    seq: int


def place_of(db: sqlite3.Connection, request_id: str) -> Place:
    """Where the first event of a request stands."""
    row = db.execute(
        "SELECT event_lane, event_seq FROM requests WHERE id = ?", (request_id,)
    ).fetchone()
    return Place(lane=Lane(row["event_lane"]), seq=row["event_seq"])


def acked_at(db: sqlite3.Connection, lane: Lane, seq: int) -> datetime | None:
    """When the city acknowledged this event; None if it has not, or too long ago to know."""
    row = db.execute(
        "SELECT at_ms FROM ack_marks WHERE lane = ? AND upto >= ? ORDER BY upto LIMIT 1",
        (lane, seq),
    ).fetchone()
    return from_ms(row["at_ms"]) if row else None


def last_ack(db: sqlite3.Connection) -> datetime | None:
    """When the city last acknowledged anything."""
    row = db.execute("SELECT max(at_ms) AS at_ms FROM ack_marks").fetchone()
    return from_ms(row["at_ms"]) if row["at_ms"] is not None else None


def rejected(db: sqlite3.Connection) -> int:
    """How many events the city has set aside."""
    count: int = db.execute(
        """
        SELECT (SELECT count(*) FROM rejected_events)
            + (SELECT count(*) FROM outbox_lanes
                JOIN outbox ON place BETWEEN base AND base + acked_seq
                WHERE reject_code IS NOT NULL)
        """
    ).fetchone()[0]
    return count


def acked_since(db: sqlite3.Connection, since: datetime) -> int:
    """How many events the city has acknowledged since then, as far as their marks are kept."""
    row = db.execute(
        """
        SELECT coalesce(sum(newest - coalesce(before, first - 1, 0)), 0) AS count FROM (
            SELECT
                max(upto) AS newest,
                max(upto) FILTER (WHERE at_ms < ?) AS before,
                (SELECT first_seq FROM outbox_ends e WHERE e.lane = m.lane) AS first
            FROM ack_marks m GROUP BY lane
        )
        """,
        (to_ms(since),),
    ).fetchone()
    count: int = row["count"]
    return count


def oldest(db: sqlite3.Connection, lane: Lane) -> int:
    """The lowest number that can still be sent; one beyond the newest if none is left."""
    row = db.execute(
        "SELECT coalesce(first_seq, last_seq + 1) AS seq FROM outbox_ends WHERE lane = ?", (lane,)
    ).fetchone()
    seq: int = row["seq"]
    return seq


def oldest_unacked(db: sqlite3.Connection) -> datetime | None:
    """When the event that has waited longest for the city happened."""
    row = db.execute(
        """
        SELECT min(wall_ms) AS at_ms FROM outbox_lanes
        JOIN outbox ON place = base + acked_seq + 1
        """
    ).fetchone()
    return from_ms(row["at_ms"]) if row["at_ms"] is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Events of one kind that the city has not acknowledged."""

    kind: str
    count: int
    since: datetime


def waiting_by_kind(db: sqlite3.Connection) -> list[Waiting]:
    """What waits for the city, the most numerous kind first."""
    rows = db.execute(
        """
        SELECT kind, count(*) AS count, min(wall_ms) AS since_ms
        FROM outbox_ends JOIN outbox ON place BETWEEN base + acked_seq + 1 AND base + last_seq
        GROUP BY kind ORDER BY count DESC, kind
        """
    )
    return [
        Waiting(kind=row["kind"], count=row["count"], since=from_ms(row["since_ms"]))
        for row in rows
    ]


def forget(db: sqlite3.Connection, lane: Lane, upto: int) -> int:
    """Delete the events of a lane up to a number, but keep those the city has set aside; return
    how many went."""
    gone = (place(lane, 0), place(lane, upto))
    db.execute(
        """
        INSERT INTO rejected_events (subject, kind, payload, reject_code, lane, seq, wall_ms)
        SELECT subject, kind, payload, reject_code, lane, seq, wall_ms FROM outbox
        WHERE place BETWEEN ? AND ? AND reject_code IS NOT NULL
        """,
        gone,
    )
    db.execute("DELETE FROM ack_marks WHERE lane = ? AND upto < ?", (lane, upto))
    return db.execute("DELETE FROM outbox WHERE place BETWEEN ? AND ?", gone).rowcount


def renumber(db: sqlite3.Connection) -> None:
    """Number what is not acknowledged from 1 again, for a new epoch."""
    for state in lanes(db).values():
        forget(db, state.lane, state.acked_seq)
        db.execute(
            "UPDATE outbox SET place = place - ? WHERE place BETWEEN ? AND ?",
            (state.acked_seq, place(state.lane, 0), end(state.lane)),
        )
        db.execute(
            "UPDATE requests SET event_seq = max(0, event_seq - ?) WHERE event_lane = ?",
            (state.acked_seq, state.lane),
        )
        db.execute("UPDATE outbox_lanes SET acked_seq = 0 WHERE lane = ?", (state.lane,))
    db.execute("DELETE FROM ack_marks")


def reject(db: sqlite3.Connection, lane: Lane, seq: int, code: str) -> OutboxRow | None:
    """Note that the city has set this event aside; return it, if it is still here."""
    row = db.execute(
        """
        UPDATE outbox SET reject_code = ? WHERE place = ?
        RETURNING seq, kind, subject, payload, boot_id, mono_ms, wall_ms, clock_source, reject_code
        """,
        (code, place(lane, seq)),
    ).fetchone()
    return OutboxRow(lane, *row) if row else None
