"""Sending the city's decisions to the boxes: one batch in flight per box, again until applied.

The truth is `down_lanes` in the database; here is only what was sent when. A box that is away
costs one small message a minute.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from command_center.store import this_city
from command_center.store.database import reading
from command_center.store.fleet import barred, boxes
from command_center.store.sending import downlinks
from command_center.store.sending.downlinks import DownEvent, DownLane

log = logging.getLogger(__name__)

BATCH_MAX_EVENTS = 100
BATCH_MAX_BYTES = 48 * 1024
"""Payloads per batch; with envelopes still below the wire's 64 KiB."""
FIRST_TIMEOUT_S = 3.0
LONGEST_TIMEOUT_S = 60.0

Publish = Callable[[str, bytes, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """The batch that waits for a box's ack."""

    after: int
    deadline_s: float
    timeout_s: float


class Downlink:
    """The sender; all its methods run in one thread."""

    def __init__(
        self,
        engine: Engine,
        publish: Publish,
        *,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        monotonic_s: Callable[[], float] = time.monotonic,
        serves: Callable[[SiteCode], bool] = lambda _: True,
    ) -> None:
        self._engine, self._publish, self._serves = engine, publish, serves
        self._now, self._jitter, self._monotonic_s = now, jitter, monotonic_s
        self._flights: dict[SiteCode, _Flight] = {}

    def forget(self, site: SiteCode | None = None) -> None:
        """Send again at once: to a box that has just said hello, or (None) to all of them."""
        if site is None:
            self._flights.clear()
        else:
            self._flights.pop(site, None)

    def tick(self) -> int:
        """Send what is due; return how many batches went out."""
        with reading(self._engine) as connection:
            gone = barred.every(connection)
            waiting = [
                lane
                for lane in downlinks.waiting(connection)
                if self._serves(lane.site) and (str(lane.site), barred.WHOLE) not in gone
            ]
            due = [lane for lane in waiting if self._is_due(lane)]
            batches = [(lane, self._batch(connection, lane)) for lane in due]
        for site in self._flights.keys() - {lane.site for lane in waiting}:
            del self._flights[site]
        for lane, batch in batches:
            self._send(lane, batch)
        return len(batches)

    def _is_due(self, lane: DownLane) -> bool:
        flight = self._flights.get(lane.site)
        if flight is None or flight.after != lane.acked_seq:
            return True
        return self._monotonic_s() >= flight.deadline_s

    def _batch(self, connection: Connection, lane: DownLane) -> wire.Batch:
        events = downlinks.after(
            connection,
            lane.site,
            lane.acked_seq,
            max_events=BATCH_MAX_EVENTS,
            max_bytes=BATCH_MAX_BYTES,
        )
        epoch = this_city.epoch(connection)
        return wire.Batch(
            epoch=epoch,
            lane=Lane.COMPLAINTS.value,
            first=events[0].seq,
            sent=_clock(epoch, to_ms(self._now())),
            events=[_event(epoch, event) for event in events],
            session=boxes.session(connection, lane.site),
        )

    def _send(self, lane: DownLane, batch: wire.Batch) -> None:
        flight = self._flights.get(lane.site)
        is_repeat = flight is not None and flight.after == lane.acked_seq
        timeout_s = FIRST_TIMEOUT_S
        if flight is not None and is_repeat:
            timeout_s = min(flight.timeout_s * 2, LONGEST_TIMEOUT_S)
        self._flights[lane.site] = _Flight(
            after=lane.acked_seq,
            deadline_s=self._monotonic_s() + timeout_s * self._jitter(),
            timeout_s=timeout_s,
        )
        self._publish(str(Topic(lane.site, Leaf.DOWN_EVENTS)), wire.encode(batch), 0)
        upto = batch.first + len(batch.events) - 1
        log.info("sent site=%s seq=%s..%s repeat=%s", lane.site, batch.first, upto, is_repeat)


def _event(epoch: str, event: DownEvent) -> wire.WireEvent:
    return wire.WireEvent(
        y=event.kind,
        c=_clock(epoch, event.created_at_ms),
        d=wire.raw(event.payload),
        s=event.subject,
    )


def _clock(epoch: str, at_ms: int) -> wire.Clock:
    """The city trusts its wall clock, so its `boot` is its database and `mono` is wall time."""
    return wire.Clock(boot=epoch, mono=at_ms, wall=at_ms, src="ntp")
