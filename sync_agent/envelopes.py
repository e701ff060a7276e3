"""Rows of the store -> messages of the wire. Reads, never writes."""

import sqlite3
from dataclasses import dataclass, replace

from appliance.domain.city import wire
from appliance.domain.moment import Moment, to_ms
from appliance.store.city import inbox, outbox
from sync_agent.link_machine import SendBatch

BATCH_MAX_PAYLOAD_BYTES = 240 * 1024
"""Event payloads per batch before envelopes and compression: about BATCH_MAX_EVENTS complaints.
Both ends commit once for a batch, so on a fast link it is large; on a slow one the link machine
asks for less."""
COMPRESSION = 4
"""Payload bytes that become about one byte on the wire; measured on batches of complaints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Which life of the database, and which run of the agent, a message speaks for."""

    epoch: str
    session: str


def hello(db: sqlite3.Connection, life: Life, now: Moment) -> wire.Hello:
    """Who this box is and what it has."""
    down = inbox.latest(db)
    return wire.Hello(
        versions=[wire.VERSION],
        epoch=life.epoch,
        session=life.session,
        lanes={
            lane.value: wire.LaneRange(
                first=outbox.oldest(db, lane), last=state.last_seq, acked=state.acked_seq
            )
            for lane, state in outbox.lanes(db).items()
        },
        clock=_clock(now),
        down=wire.DownCursor(epoch=down[0], seq=down[1]) if down else None,
        features=["zlib"],
    )


def batch(db: sqlite3.Connection, life: Life, effect: SendBatch, now: Moment) -> wire.Batch | None:
    """The events that an effect asks for; None if the first of them is gone."""
    max_events = wire.BATCH_MAX_EVENTS
    if effect.upto is not None:
        max_events = min(max_events, effect.upto - effect.after)
    rows = outbox.after(
        db,
        effect.lane,
        effect.after,
        max_events=max_events,
        max_bytes=min(effect.max_bytes * COMPRESSION, BATCH_MAX_PAYLOAD_BYTES),
    )
    if not rows or rows[0].seq != effect.after + 1:
        return None
    return wire.Batch(
        epoch=life.epoch,
        session=life.session,
        lane=effect.lane.value,
        first=rows[0].seq,
        sent=_clock(now),
        events=[_event(row) for row in rows],
    )


def packed(
    db: sqlite3.Connection, life: Life, effect: SendBatch, now: Moment
) -> tuple[wire.Batch, bytes] | None:
    """The batch of an effect with its bytes; of fewer events if they are too long for the wire."""
    while (found := batch(db, life, effect, now)) is not None:
        payload = wire.encode(found)
        if len(payload) <= wire.MESSAGE_MAX_BYTES or len(found.events) == 1:
            return found, payload
        effect = replace(effect, max_bytes=len(payload) // (2 * COMPRESSION))
    return None


def _event(row: outbox.OutboxRow) -> wire.WireEvent:
    clock = wire.Clock(boot=row.boot_id, mono=row.mono_ms, wall=row.wall_ms, src=row.clock_source)
    return wire.WireEvent(y=row.kind, c=clock, d=wire.raw(row.payload), s=row.subject)


def _clock(moment: Moment) -> wire.Clock:
    return wire.Clock(
        boot=moment.boot_id, mono=moment.mono_ms, wall=to_ms(moment.wall), src=moment.source
    )
