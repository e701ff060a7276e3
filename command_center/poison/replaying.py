"""Trying again what was set aside: a newer release may read it, or the store be mended.

Of messages only batches are tried again: whatever else a box says, it says anew by itself. A batch
is stored as if it had just come: its sequence numbers say what is new, so that doing it twice does
no harm. An event of a batch that was kept, but not done, is done as if it had just come, if it
tells of something that happens once; of what may have changed since, the latest word stands.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from appliance.domain.city import wire
from appliance.domain.events.box import BoxAlarm, BoxHeartbeat, RenewalAsked
from appliance.domain.events.files import DocumentSettled
from appliance.domain.events.privacy import ConsentChanged
from appliance.domain.events.texts import NoticeSettled, TextSettled
from command_center.privacy import erasing
from command_center.receiving import applying, inbound, ingest
from command_center.receiving.applying import Arrival
from command_center.receiving.inbound import Inbound, Raw
from command_center.store.database import reading, receiving
from command_center.store.fleet import barred
from command_center.store.receiving import asides, quarantine, streams
from command_center.store.receiving.asides import Aside
from command_center.store.receiving.quarantine import Kept

_NOBODY_KNOWS = wire.Clock(boot="?", mono=0)
"""When the batch was sent: its events tell their own times, by clocks that may have been wrong."""
_OVERTAKEN = frozenset(
    kind.KIND
    for kind in (
        BoxHeartbeat,
        BoxAlarm,
        RenewalAsked,
        ConsentChanged,
        DocumentSettled,
        TextSettled,
        NoticeSettled,
    )
)
"""Kinds of which the last word counts: an old one must not be written over it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message or event; `is_stored` means that it is not aside any more."""

    is_stored: bool
    words: str


def replay(engine: Engine, kept: Kept, now: datetime) -> Outcome:
    """Store what a message says and take it out of the quarantine, in one transaction."""
    if kept.is_cut:
        return Outcome(False, "only its beginning was kept")
    raw = Raw(topic=kept.topic, payload=kept.payload, size_bytes=kept.size_bytes)
    with reading(engine) as connection:
        gone = barred.every(connection)
    read = inbound.read(raw)
    heeded = read if read is None else inbound.heeded(read, gone)
    if not isinstance(heeded, Inbound):
        return Outcome(False, f"still refused: {heeded.code if heeded else 'empty'}")
    if not isinstance(heeded.message, wire.Batch):
        return Outcome(False, "no batch; the box says this anew by itself, drop it")
    try:
        with receiving(engine, [str(heeded.site)]) as connection:
            return _store(connection, kept, Arrival(site=heeded.site, batch=heeded.message), now)
    except DBAPIError as error:
        return Outcome(False, f"still breaks the store: {type(error.orig).__name__}")


def redo(engine: Engine, aside: Aside, now: datetime) -> Outcome:
    """Do what an event says, and note what became of it, in one transaction."""
    if aside.event.y in _OVERTAKEN:
        return Outcome(False, "newer words of the box may stand by now; this is not done any more")
    try:
        with receiving(engine, [str(aside.site)]) as connection:
            became = _redo(connection, aside.id, now)
    except DBAPIError as error:
        return Outcome(False, f"the database is not ready: {type(error.orig).__name__}; try again")
    if became is None:
        return Outcome(True, "done already")
    if became.outcome == "rejected":
        return Outcome(False, f"still refused: {became.reject_code}: {became.detail}")
    if became.outcome == "unknown_kind":
        return Outcome(False, f"this release does not know {aside.event.y} either")
    return Outcome(True, "done")


def _redo(connection: Connection, id_: int, now: datetime) -> streams.Kept | None:
    held = asides.by_id(connection, id_)
    if held is None:
        return None
    [(seq, event)] = erasing.as_allowed(connection, [(held.seq, held.event)])
    batch = wire.Batch(
        epoch=held.epoch, lane=held.lane, first=seq, sent=_NOBODY_KNOWS, events=[event]
    )
    arrival = Arrival(site=held.site, batch=batch)
    [became] = applying.apply_or_reject(connection, arrival, [(seq, event)], now)
    asides.settle(connection, id_, became)
    return became


def _store(connection: Connection, kept: Kept, arrival: Arrival, now: datetime) -> Outcome:
    ack = ingest.store(connection, arrival, now)
    if ack.renew:
        return Outcome(False, "other events stand under its numbers")
    if ack.want is not None:
        return Outcome(False, f"what comes before it is missing: the box has to send {ack.want}")
    quarantine.drop(connection, kept.id)
    rejected = f", {len(ack.reject)} set aside" if ack.reject else ""
    return Outcome(True, f"stored up to {ack.upto}{rejected}")
