"""One of thousands of simulated boxes: what it says on the wire and what it waits for.

No I/O: bytes and monotonic seconds come in, bytes go out. Its traffic, its patience with the
network (`mqtt_link.backoff`) and its numbers are those of a real box; it keeps its complaints in
memory and knows one lane, with one batch in flight.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf, Topic, down_filters
from appliance.domain.events.requests import RequestReceived
from appliance.domain.ids import SiteCode, Ticket
from mqtt_link.backoff import Backoff
from mqtt_link.client import KEEPALIVE_S
from sync_agent.link_machine import FIRST_TIMEOUT_S, LONGEST_TIMEOUT_S
from tests.support import packets

LANE = Lane.COMPLAINTS
EVENTS_IN_A_BATCH = 200
_CLOCK = wire.Clock(boot="fleet", mono=1)
_WHEN = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(slots=True)
class Latencies:
    """What the fleet has measured, in seconds."""

    puback_s: list[float] = field(default_factory=list)
    """From a publish to the broker's PUBACK."""
    city_s: list[float] = field(default_factory=list)
    """From a complaint to the city's acknowledgement that it is committed."""


class FleetBox:
    """A box by its number, from 0."""

    def __init__(self, number: int, chance: random.Random, seen: Latencies) -> None:
        self.number = number
        self.site = SiteCode.from_topic(f"{110_000 + number:06d}")
        self.epoch = f"{number:08x}"
        self.backoff = Backoff()
        self.acked = 0
        self.ready = False
        self._chance, self._seen = chance, seen
        self._events: list[tuple[float, wire.WireEvent]] = []
        self._connections, self._mid = 0, 0
        self._buffer = b""
        self._flying: dict[int, float] = {}
        self._sent = 0
        self._limit: int | None = None
        self._timeout_s, self._deadline_s = FIRST_TIMEOUT_S, float("inf")
        self._accepted_at_s: float | None = None

    @property
    def reported(self) -> int:
        """How many complaints it has had."""
        return len(self._events)

    def report(self, now_s: float) -> bytes:
        """A resident complains; returns what is to be sent now."""
        serial = self.reported + 1
        event = RequestReceived(
            request_id=f"{self.epoch}-0000-7000-8000-{serial:012d}",
            ticket=Ticket.issue(self.site.ticket_prefix, serial).digits,
            channel="sms",
            kind="pengaduan",
            category="pju",
            sensitivity="publik",
            agency="DISHUB",
            text=f"lampu jalan mati di gang {serial}",
            created_at=_WHEN,
        )
        raw = wire.raw(wire.encode_event(event).decode())
        self._events.append((now_s, wire.WireEvent(y=RequestReceived.KIND, c=_CLOCK, d=raw)))
        return self._batch(now_s) if self.ready and self._sent == self.acked else b""

    def open(self) -> bytes:
        """The TCP connection stands: CONNECT."""
        self._connections += 1
        self._buffer, self._sent, self._limit, self._flying = b"", self.acked, None, {}
        self._timeout_s, self._deadline_s = FIRST_TIMEOUT_S, float("inf")
        will = wire.encode(wire.Conn(on=False, boot="fleet", n=self._connections))
        return packets.connect(self.site.site, (self._topic(Leaf.STATE_CONN), will), KEEPALIVE_S)

    def closed(self, now_s: float, tried_s: float, *, was_open: bool) -> float:
        """The connection is gone, or was tried for that long; returns the wait before the next."""
        if self._accepted_at_s is None:
            self.backoff = self.backoff.failed(held_s=tried_s if was_open else 0.0)
        else:
            lived_s, tried_s = now_s - self._accepted_at_s, 0.0
            self.backoff = self.backoff.lost(lived_s, was_thrown_out=self.ready)
        self._accepted_at_s, self.ready = None, False
        return self.backoff.wait_s(now_s, self._chance.random(), tried_s=tried_s)

    def received(self, data: bytes, now_s: float) -> bytes:
        """Take bytes from the broker; returns what is to be sent."""
        self._buffer += data
        out = b""
        while found := packets.cut(self._buffer):
            kind, flags, body, self._buffer = found
            if kind == packets.CONNACK and body[1] == 0:
                out += self._greeting(now_s)
            elif kind == packets.SUBACK:
                self.ready = True
                out += self._batch(now_s)
            elif kind == packets.PUBACK:
                self._seen.puback_s.append(now_s - self._flying.pop(int.from_bytes(body, "big")))
            elif kind == packets.PUBLISH:
                out += self._answered(*packets.published(flags, body), now_s)
        return out

    def due(self, now_s: float) -> bytes:
        """What silence of the city makes a box send; call this every second or so."""
        if not self.ready or now_s < self._deadline_s:
            return b""
        self._timeout_s = min(2 * self._timeout_s, LONGEST_TIMEOUT_S)
        self._sent, self._limit = self.acked, None
        return self._batch(now_s)

    def _greeting(self, now_s: float) -> bytes:
        self.backoff, self._accepted_at_s = self.backoff.accepted(now_s), now_s
        [down] = down_filters(self.site)
        birth = wire.Conn(on=True, boot="fleet", n=self._connections)
        here = wire.LaneRange(first=1, last=self.reported, acked=self.acked)
        none = wire.LaneRange(first=1, last=0, acked=0)
        hello = wire.Hello(
            versions=[1], epoch=self.epoch, lanes={"p0": none, "p1": here, "p2": none}, clock=_CLOCK
        )
        return (
            packets.subscribe(self._next_mid(), down)
            + self._publish(self._topic(Leaf.STATE_CONN), wire.encode(birth), now_s, retain=True)
            + self._publish(self._topic(Leaf.UP_HELLO), wire.encode(hello), now_s)
        )

    def _answered(self, topic: str, mid: int, payload: bytes, now_s: float) -> bytes:
        out = packets.packet(packets.PUBACK << 4, mid.to_bytes(2, "big")) if mid else b""
        if not topic.endswith(Leaf.DOWN_ACK):
            return out
        ack = wire.decode(payload, wire.Ack)
        if ack.lane != LANE or ack.epoch != self.epoch or ack.upto < self.acked:
            return out
        self._limit = None if ack.window is None else ack.upto + ack.window
        if ack.upto == self.acked:
            return out
        assert ack.upto <= self.reported, "the city has more than this box ever had"
        assert not ack.reject
        self._seen.city_s += [now_s - at_s for at_s, _ in self._events[self.acked : ack.upto]]
        self.acked, self._sent = ack.upto, max(self._sent, ack.upto)
        self._timeout_s, self._deadline_s = FIRST_TIMEOUT_S, float("inf")
        return out + self._batch(now_s)

    def _batch(self, now_s: float) -> bytes:
        events = [event for _, event in self._events[self._sent : self._limit]]
        events = events[:EVENTS_IN_A_BATCH]
        if self._sent < self.reported:
            self._deadline_s = now_s + self._timeout_s * self._chance.uniform(0.5, 1.5)
        if not events:
            return b""
        batch = wire.Batch(
            epoch=self.epoch, lane=LANE.value, first=self._sent + 1, sent=_CLOCK, events=events
        )
        self._sent += len(events)
        return self._publish(self._topic(Leaf.UP_EVENTS, LANE), wire.encode(batch), now_s)

    def _publish(self, topic: str, payload: bytes, now_s: float, *, retain: bool = False) -> bytes:
        mid = self._next_mid()
        self._flying[mid] = now_s
        return packets.publish(topic, payload, mid=mid, retain=retain)

    def _next_mid(self) -> int:
        self._mid = self._mid % 65_535 + 1
        return self._mid

    def _topic(self, leaf: Leaf, lane: Lane | None = None) -> str:
        return str(Topic(self.site, leaf, lane))
