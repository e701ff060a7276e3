"""The two ends of a drain, each alone: what no broker and no network could make quicker.

The box reads its outbox and packs batches; the city takes these from memory into a new database,
as it takes them from a broker, and its answers go nowhere.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.ids import SiteCode
from appliance.runtime import clock, ids
from appliance.store.city import outbox
from appliance.store.database import connect
from command_center.receiving import inbound
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store import database, migrate
from sync_agent import envelopes
from sync_agent.link_machine import LARGEST_BUDGET_BYTES, SendBatch

_GROUP = 2
"""Batches of this size that the receiver stores together while more of them wait."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Complaints a second of each end alone."""

    box: float
    city: float


def alone(path: Path, site: SiteCode, city: Path) -> Ends:
    """Pack what the box at `path` has queued, and store it in a new database of a city."""
    started_s = time.perf_counter()
    payloads, events = _packed(path)
    packed_s = time.perf_counter()
    reception = _reception(city, site)
    topic = str(Topic(site, Leaf.UP_EVENTS, Lane.COMPLAINTS))
    arrived = [inbound.cut(topic, payload) for payload in payloads]
    ready_s = time.perf_counter()
    for first in range(0, len(arrived), _GROUP):
        reception.work(arrived[first : first + _GROUP])
    return Ends(box=events / (packed_s - started_s), city=events / (time.perf_counter() - ready_s))


def _packed(path: Path) -> tuple[list[bytes], int]:
    db = connect(path)
    life = envelopes.Life(epoch=ids.new_epoch(), session=ids.new_epoch())
    last, sent, payloads = outbox.last_seq(db, Lane.COMPLAINTS), 0, []
    while sent < last:
        effect = SendBatch(Lane.COMPLAINTS, after=sent, max_bytes=LARGEST_BUDGET_BYTES)
        packed = envelopes.packed(db, life, effect, clock.now())
        assert packed is not None, "the box has what it numbered"
        batch, payload = packed
        sent += len(batch.events)
        payloads.append(payload)
    db.close()
    return payloads, sent


def _reception(city: Path, site: SiteCode) -> Reception:
    engine = database.connect(f"sqlite:///{city.resolve()}")
    migrate.ensure(engine, site.city, ids.new_epoch, _now())
    downlink = Downlink(engine, _discard, now=_now, jitter=lambda: 1.0)
    return Reception(engine, _discard, downlink, Blobs(engine, _discard, now=_now), now=_now)


def _now() -> datetime:
    return datetime.now(UTC)


def _discard(_topic: str, _payload: bytes, _qos: int) -> None:
    """Nobody listens."""
