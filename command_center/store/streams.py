"""The uplink as stored: how far each stream goes, and every event in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from appliance.domain import wire
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema import events, streams


class StreamKey(NamedTuple):
    """One lane of one life of a box's database."""

    site: str
    epoch: str
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """Where a stream stands, with what went wrong on its way."""

    key: StreamKey
    upto: int
    duplicates: int
    gaps: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One event with what became of it: applied, unknown_kind or rejected."""

    seq: int
    event: wire.WireEvent
    outcome: str
    reject_code: str | None = None
    detail: str = ""


def claim(connection: Connection, key: StreamKey, now: datetime) -> int:
    """Lock a stream for this transaction and return its cursor; a new one starts at 0."""
    upto: int | None = connection.scalar(
        select(streams.c.upto).where(_is_stream(key)).with_for_update()
    )
    if upto is not None:
        return upto
    row = {"upto": 0, "duplicates": 0, "gaps": 0, "updated_at": to_ms(now)}
    connection.execute(insert(streams).values(key._asdict() | row))
    return 0


def advance(
    connection: Connection, key: StreamKey, upto: int, now: datetime, *, duplicates: int = 0
) -> None:
    """Say that everything up to `upto` is stored, and count what came again."""
    connection.execute(
        update(streams)
        .where(_is_stream(key))
        .values(upto=upto, duplicates=streams.c.duplicates + duplicates, updated_at=to_ms(now))
    )


def count_gap(connection: Connection, key: StreamKey) -> None:
    """Count a batch that came before its predecessors."""
    connection.execute(update(streams).where(_is_stream(key)).values(gaps=streams.c.gaps + 1))


def keep(connection: Connection, key: StreamKey, kept: list[Kept], now: datetime) -> None:
    """Store events raw; a sequence number that is already there is an IntegrityError."""
    if kept:
        connection.execute(insert(events), [_row(key, one, now) for one in kept])


def _row(key: StreamKey, kept: Kept, now: datetime) -> dict[str, object]:
    event = kept.event
    return key._asdict() | {
        "seq": kept.seq,
        "kind": event.y,
        "subject": event.s,
        "payload": bytes(event.d).decode("utf-8", "replace"),
        "boot": event.c.boot,
        "mono": event.c.mono,
        "wall": event.c.wall,
        "clock_source": event.c.src,
        "received_at": to_ms(now),
        "outcome": kept.outcome,
        "reject_code": kept.reject_code,
        "detail": kept.detail,
    }


def differing(
    connection: Connection, key: StreamKey, numbered: list[tuple[int, wire.WireEvent]]
) -> list[int]:
    """Which of these stored numbers hold another event than the one that came again."""
    if not numbered:
        return []
    rows = connection.execute(
        select(events.c.seq, events.c.kind, events.c.payload)
        .where(events.c.site == key.site, events.c.epoch == key.epoch, events.c.lane == key.lane)
        .where(events.c.seq.between(numbered[0][0], numbered[-1][0]))
    )
    stored = {row.seq: (row.kind, row.payload) for row in rows}
    came = {seq: (event.y, bytes(event.d).decode("utf-8", "replace")) for seq, event in numbered}
    return [seq for seq, content in came.items() if stored.get(seq, content) != content]


def rejects(connection: Connection, key: StreamKey, first: int, last: int) -> list[wire.Reject]:
    """What was set aside between two numbers, so that a lost ack can be said again."""
    rows = connection.execute(
        select(events.c.seq, events.c.reject_code, events.c.detail)
        .where(events.c.site == key.site, events.c.epoch == key.epoch, events.c.lane == key.lane)
        .where(events.c.seq.between(first, last), events.c.outcome == "rejected")
        .order_by(events.c.seq)
        .limit(wire.BATCH_MAX_EVENTS)
    )
    return [wire.Reject(seq=row.seq, code=row.reject_code or "", msg=row.detail) for row in rows]


def states(connection: Connection) -> list[StreamState]:
    """Every stream, by site, epoch and lane."""
    rows = connection.execute(
        select(streams).order_by(streams.c.site, streams.c.epoch, streams.c.lane)
    )
    return [
        StreamState(
            key=StreamKey(row.site, row.epoch, row.lane),
            upto=row.upto,
            duplicates=row.duplicates,
            gaps=row.gaps,
            updated_at=from_ms(row.updated_at),
        )
        for row in rows
    ]


def count_by_outcome(connection: Connection) -> dict[str, int]:
    """How many events were applied, unknown_kind or rejected."""
    rows = connection.execute(select(events.c.outcome, func.count()).group_by(events.c.outcome))
    return dict(rows.all())


def _is_stream(key: StreamKey) -> ColumnElement[bool]:
    return and_(
        streams.c.site == key.site, streams.c.epoch == key.epoch, streams.c.lane == key.lane
    )
