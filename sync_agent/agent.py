"""The agent: joins the outbox, the link machine and the MQTT link in one loop, in one thread."""

import logging
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from appliance.actions import casework, health, syncing
from appliance.domain import topics, wire
from appliance.domain.errors import WireError
from appliance.domain.moment import Moment, to_ms
from appliance.domain.topics import Lane, Leaf
from appliance.store import box, inbox, outbox
from appliance.store.database import Watcher
from sync_agent import link_machine
from sync_agent.link_machine import SendBatch, SendHello

log = logging.getLogger(__name__)

POLL_S = 0.02
"""How soon a commit of another process is noticed; a poll costs microseconds."""
BATCH_MAX_PAYLOAD_BYTES = 40 * 1024
"""Event payloads per batch before envelopes, so that a batch stays below the wire's 64 KiB."""
HOUSEKEEPING_S = 30.0


class Uplink(Protocol):
    """What the agent needs of a link; `sync_agent.link.Link` is the real one."""

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for about that long."""

    def publish(
        self,
        leaf: Leaf,
        message: wire.Batch | wire.Ack | wire.Hello,
        *,
        qos: int,
        lane: Lane | None = None,
    ) -> None:
        """Send a message; it may be lost."""

    def close(self) -> None:
        """Say goodbye."""


class Agent:
    """Carries events up and decisions down until it is told to stop."""

    def __init__(
        self,
        db: sqlite3.Connection,
        now: Callable[[], Moment],
        checkpoint: Callable[[], bool],
    ) -> None:
        self._db = db
        self._now = now
        self._checkpoint = checkpoint
        self._epoch = box.epoch(db)
        self._watcher = Watcher(db)
        self._machine = link_machine.Link()
        self._malformed: Counter[str] = Counter()

    def attach(self, link: Uplink) -> None:
        """Name the link that effects go to; its callbacks are this agent's methods."""
        self._link = link

    def run(self, stop: threading.Event) -> None:
        """Loop until `stop` is set; each turn leaves the database consistent."""
        next_housekeeping_s = 0.0
        while not stop.is_set():
            self._link.run(POLL_S)
            self._look_at_outbox()
            self._send()
            if time.monotonic() >= next_housekeeping_s:
                self._keep_house()
                next_housekeeping_s = time.monotonic() + HOUSEKEEPING_S
        self._link.close()

    def link_up(self) -> None:
        """Callback of the link."""
        self._machine, effects = link_machine.connected(self._machine)
        for effect in effects:
            self._perform(effect)
        self._state({"link": "up"})

    def link_down(self) -> None:
        """Callback of the link."""
        self._machine = link_machine.disconnected(self._machine)
        self._state({"link": "down"})

    def message(self, topic: str, payload: bytes) -> None:
        """Callback of the link: handle one message from the city; malformed ones are counted."""
        try:
            parsed = topics.parse(topic)
            if parsed.leaf is Leaf.DOWN_ACK:
                self._take_ack(wire.decode(payload, wire.Ack))
            elif parsed.leaf is Leaf.DOWN_EVENTS:
                self._take_events(wire.decode(payload, wire.Batch))
        except WireError as error:
            self._malformed[error.code] += 1
            log.warning("malformed message from the city topic=%s %s", topic, error)
            self._state({"malformed": str(self._malformed.total())})

    def _look_at_outbox(self) -> None:
        if not self._watcher.changed():
            return
        for lane, state in outbox.lanes(self._db).items():
            self._machine = link_machine.stored(
                self._machine, lane, last=state.last_seq, acked=state.acked_seq
            )

    def _send(self) -> None:
        jitter = random.uniform(0.5, 1.5)  # noqa: S311
        self._machine, effects = link_machine.tick(self._machine, time.monotonic(), jitter)
        for effect in effects:
            self._perform(effect)

    def _perform(self, effect: link_machine.Effect) -> None:
        match effect:
            case SendHello():
                self._link.publish(Leaf.UP_HELLO, self._hello(), qos=1)
            case SendBatch(lane, after):
                self._send_batch(lane, after)

    def _send_batch(self, lane: Lane, after: int) -> None:
        rows = outbox.after(
            self._db,
            lane,
            after,
            max_events=wire.BATCH_MAX_EVENTS,
            max_bytes=BATCH_MAX_PAYLOAD_BYTES,
        )
        batch = wire.Batch(
            epoch=self._epoch,
            lane=lane.value,
            first=rows[0].seq,
            sent=_clock(self._now()),
            events=[_event(row) for row in rows],
        )
        self._link.publish(Leaf.UP_EVENTS, batch, qos=1, lane=lane)
        self._machine = link_machine.sent(self._machine, lane, rows[-1].seq)
        log.info("sent lane=%s seq=%s..%s", lane, rows[0].seq, rows[-1].seq)

    def _take_ack(self, ack: wire.Ack) -> None:
        if not syncing.acknowledge(self._db, ack):
            log.warning("acknowledgement of another database epoch=%s", ack.epoch)
            return
        lane = Lane(ack.lane)
        before = self._machine.lanes[lane].acked
        self._machine = link_machine.acknowledged(
            self._machine, lane, ack.upto, want=ack.want, window=ack.window
        )
        for reject in ack.reject:
            log.error("the city set an event aside lane=%s seq=%s code=%s", lane, *_place(reject))
        if self._machine.lanes[lane].acked > before:
            log.info("acknowledged lane=%s upto=%s", lane, ack.upto)

    def _take_events(self, batch: wire.Batch) -> None:
        applied = casework.apply_batch(self._db, batch, self._now())
        for reject in applied.rejects:
            log.error("downlink event set aside seq=%s code=%s", *_place(reject))
        ack = wire.Ack(
            epoch=batch.epoch,
            lane=batch.lane,
            upto=applied.upto,
            want=applied.want,
            reject=list(applied.rejects),
        )
        self._link.publish(Leaf.UP_ACK, ack, qos=0)
        log.info("applied from the city seq=%s..%s", batch.first, applied.upto)

    def _hello(self) -> wire.Hello:
        down = inbox.latest(self._db)
        return wire.Hello(
            versions=[wire.VERSION],
            epoch=self._epoch,
            lanes={
                lane.value: wire.LaneRange(
                    first=min(1, state.last_seq), last=state.last_seq, acked=state.acked_seq
                )
                for lane, state in outbox.lanes(self._db).items()
            },
            clock=_clock(self._now()),
            down=wire.DownCursor(epoch=down[0], seq=down[1]) if down else None,
            features=["zlib"],
        )

    def _keep_house(self) -> None:
        self._checkpoint()
        resends = sum(lane.resends for lane in self._machine.lanes.values())
        self._state({"link": "up" if self._machine.is_up else "down", "resends": str(resends)})

    def _state(self, values: dict[str, str]) -> None:
        health.state(self._db, "sync", values, self._now())


def _place(reject: wire.Reject) -> tuple[int, str]:
    return reject.seq, reject.code


def _event(row: outbox.OutboxRow) -> wire.WireEvent:
    return wire.WireEvent(
        y=row.kind,
        c=wire.Clock(
            boot=row.boot_id,
            mono=row.mono_ms,
            wall=row.wall_ms,
            src=row.clock_source,
        ),
        d=wire.raw(row.payload),
        s=row.subject,
    )


def _clock(moment: Moment) -> wire.Clock:
    return wire.Clock(
        boot=moment.boot_id,
        mono=moment.mono_ms,
        wall=to_ms(moment.wall),
        src=moment.source,
    )
