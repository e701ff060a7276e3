"""Trying again what was set aside: a newer release may read it, or the store be mended.

Only batches are tried again: whatever else a box says, it says anew by itself. A batch is stored
as if it had just come: its sequence numbers say what is new, so that doing it twice does no harm.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from appliance.domain import wire
from command_center import inbound, ingest
from command_center.applying import Arrival
from command_center.inbound import Inbound, Raw
from command_center.store import barred, quarantine
from command_center.store.database import reading, receiving
from command_center.store.quarantine import Kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message; `is_stored` means that it is in the quarantine no more."""

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


def _store(connection: Connection, kept: Kept, arrival: Arrival, now: datetime) -> Outcome:
    ack = ingest.store(connection, arrival, now)
    if ack.renew:
        return Outcome(False, "other events stand under its numbers")
    if ack.want is not None:
        return Outcome(False, f"what comes before it is missing: the box has to send {ack.want}")
    quarantine.drop(connection, kept.id)
    rejected = f", {len(ack.reject)} set aside" if ack.reject else ""
    return Outcome(True, f"stored up to {ack.upto}{rejected}")
