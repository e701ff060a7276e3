"""The uplink as stored: how far each stream goes, and every event in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from appliance.domain.city import wire
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.privacy.erasure import redacted
from command_center.store.bulk import insert_many
from command_center.store.schema.receiving import events, streams

# Made once: putting such a statement together takes longer than running it.
_IS_STREAM = (
    (streams.c.site == bindparam("of_site"))
    & (streams.c.epoch == bindparam("of_epoch"))
    & (streams.c.lane == bindparam("of_lane"))
)
_CLAIM = select(streams.c.upto).where(_IS_STREAM).with_for_update()
_BEGIN = insert(streams)
_ADVANCE = (
    update(streams)
    .where(_IS_STREAM)
    .values(
        upto=bindparam("new_upto"),
        duplicates=streams.c.duplicates + bindparam("again"),
        updated_at=bindparam("now"),
    )
)
_COUNT_GAP = update(streams).where(_IS_STREAM).values(gaps=streams.c.gaps + 1)
_BETWEEN = (
    (events.c.site == bindparam("of_site"))
    & (events.c.epoch == bindparam("of_epoch"))
    & (events.c.lane == bindparam("of_lane"))
    & events.c.seq.between(bindparam("first"), bindparam("last"))
)
_EVENT_COLUMNS = tuple(column.name for column in events.c if column is not events.c.id)
_CONTENTS = select(events.c.seq, events.c.kind, events.c.payload).where(_BETWEEN)
_REJECTS = (
    select(events.c.seq, events.c.reject_code, events.c.detail)
    .where(_BETWEEN, events.c.outcome == "rejected")
    .order_by(events.c.seq)
    .limit(wire.BATCH_MAX_EVENTS)
)


class StreamKey(NamedTuple):
    """One lane of one life of a box's database."""

    site: str
    epoch: str
    lane: str

    @property
    def parameters(self) -> dict[str, object]:
        """For the statements of this module."""
        return {"of_site": self.site, "of_epoch": self.epoch, "of_lane": self.lane}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """Where a stream stands, with what went wrong on its way."""

    key: StreamKey
    upto: int
    duplicates: int
    gaps: int
    updated_at: datetime


class Kept(NamedTuple):
    """One event with what became of it: applied, unknown_kind or rejected."""

    seq: int
    event: wire.WireEvent
    outcome: str
    reject_code: str | None = None
    detail: str = ""


def claim(connection: Connection, key: StreamKey, now: datetime) -> int:
    """Lock a stream for this transaction and return its cursor; a new one starts at 0."""
    upto: int | None = connection.scalar(_CLAIM, key.parameters)
    if upto is not None:
        return upto
    row = {"upto": 0, "duplicates": 0, "gaps": 0, "updated_at": to_ms(now)}
    connection.execute(_BEGIN, key._asdict() | row)
    return 0


def advance(
    connection: Connection, key: StreamKey, upto: int, now: datetime, *, duplicates: int = 0
) -> None:
    """Say that everything up to `upto` is stored, and count what came again."""
    values = {"new_upto": upto, "again": duplicates, "now": to_ms(now)}
    connection.execute(_ADVANCE, key.parameters | values)


def count_gap(connection: Connection, key: StreamKey) -> None:
    """Count a batch that came before its predecessors."""
    connection.execute(_COUNT_GAP, key.parameters)


def keep(connection: Connection, key: StreamKey, kept: list[Kept], now: datetime) -> None:
    """Store events raw; a sequence number that is already there is an IntegrityError."""
    if kept:
        received_at = to_ms(now)
        rows = [_row(key, one, received_at) for one in kept]
        insert_many(connection, events, _EVENT_COLUMNS, rows)


def _row(key: StreamKey, kept: Kept, received_at: int) -> tuple[object, ...]:
    """The values of `_EVENT_COLUMNS`."""
    seq, event, *became = kept
    clock = event.c
    return (
        *key,
        seq,
        event.y,
        event.s,
        _text(event),
        clock.boot,
        clock.mono,
        clock.wall,
        clock.src,
        received_at,
        *became,
    )


def _text(event: wire.WireEvent) -> str:
    return bytes(event.d).decode("utf-8", "replace")


def differing(
    connection: Connection, key: StreamKey, numbered: list[tuple[int, wire.WireEvent]]
) -> list[int]:
    """Which of these stored numbers hold another event than the one that came again."""
    if not numbered:
        return []
    between = {"first": numbered[0][0], "last": numbered[-1][0]}
    rows = connection.execute(_CONTENTS, key.parameters | between)
    stored = {row.seq: (row.kind, row.payload) for row in rows}
    came = {seq: (event.y, _text(event)) for seq, event in numbered}
    return [seq for seq, content in came.items() if not _is_same(stored.get(seq, content), content)]


def _is_same(stored: tuple[str, str], came: tuple[str, str]) -> bool:
    """Whether these are one event, maybe without what has been erased of it since."""
    return stored == came or (stored[0] == came[0] and redacted(*stored) == redacted(*came))


def rejects(connection: Connection, key: StreamKey, first: int, last: int) -> list[wire.Reject]:
    """What was set aside between two numbers, so that a lost ack can be said again."""
    if first > last:
        return []
    rows = connection.execute(_REJECTS, key.parameters | {"first": first, "last": last})
    return [wire.Reject(seq=row.seq, code=row.reject_code or "", msg=row.detail) for row in rows]


def rejected(kept: Sequence[Kept]) -> list[wire.Reject]:
    """What was set aside among events that are being kept."""
    return [
        wire.Reject(seq=one.seq, code=one.reject_code or "", msg=one.detail)
        for one in kept
        if one.outcome == "rejected"
    ]


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
