"""The agent: joins the outbox, the link machine and the MQTT link in one loop, in one thread."""

import logging
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from appliance.actions import casework, health, syncing
from appliance.domain import topics, wire
from appliance.domain.blobs import ChunkPlace
from appliance.domain.errors import WireError
from appliance.domain.moment import Moment
from appliance.domain.remote_command import CityTime
from appliance.domain.topics import Lane, Leaf
from appliance.store import box, outbox
from appliance.store.commands import Command
from appliance.store.connection import BoxConnection
from appliance.store.database import Watcher
from appliance.store.errors import StoreFull
from sync_agent import envelopes, gatekeeper, link_machine, runner
from sync_agent.blobs import Blobs
from sync_agent.commands import HANDLERS, Task
from sync_agent.gatekeeper import Gatekeeper
from sync_agent.link_machine import RenewEpoch, SendBatch, SendHello
from sync_agent.runner import Runner

log = logging.getLogger(__name__)

POLL_S = 0.02
"""How soon a commit of another process is noticed; a poll costs microseconds."""
STORE_RETRY_S = 1.0
HOUSEKEEPING_S = 30.0
FIRST_HEARTBEAT_S = 10.0
HEARTBEAT_S = 300.0
HELLO_AGAIN_S = 10.0
"""How soon another hello may follow when the city still speaks to an earlier run."""


class Uplink(Protocol):
    """What the agent needs of a link; `sync_agent.link.Link` is the real one."""

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for about that long."""

    @property
    def has_room(self) -> bool:
        """Whether the broker's own window takes another message now."""

    def publish(
        self,
        leaf: Leaf,
        payload: bytes,
        *,
        qos: int,
        lane: Lane | None = None,
        chunk: ChunkPlace | None = None,
    ) -> None:
        """Send a payload; it may be lost."""

    def close(self) -> None:
        """Say goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the agent needs of the machine it runs on."""

    now: Callable[[], Moment]
    monotonic_s: Callable[[], float]
    new_epoch: Callable[[], str]
    disk_free_bytes: Callable[[], int]
    keep_house: Callable[[], object]
    """Checkpoint and compact the store; called every half minute."""


class Agent:
    """Carries events up and decisions down until it is told to stop."""

    def __init__(
        self,
        db: sqlite3.Connection,
        machine: Machine,
        *,
        city_keys: Sequence[str] = (),
        start: runner.Start = runner.in_thread,
    ) -> None:
        self._db = db
        self._host = machine
        self._epoch = box.epoch(db)
        self._session = machine.new_epoch()
        self._watcher = Watcher(db)
        self._gate = Gatekeeper(db, self._session, city_keys)
        self._runner = Runner(db, HANDLERS, start=start)
        self._city_time = CityTime()
        self._hello_again_at_s = 0.0
        self._machine = link_machine.Link()
        self._malformed: Counter[str] = Counter()
        self._heartbeat_at_s = machine.monotonic_s() + FIRST_HEARTBEAT_S
        self._refusal = ""
        self._read_lanes()

    def attach(self, link: Uplink) -> None:
        """Name the link that effects go to; its callbacks are this agent's methods."""
        self._link = link
        self._blobs = Blobs(
            self._db, link.publish, now=self._host.now, monotonic_s=self._host.monotonic_s
        )

    def run(self, stop: threading.Event) -> None:
        """Loop until `stop` is set; each turn leaves the database consistent."""
        next_housekeeping_s = 0.0
        while not stop.is_set():
            try:
                self._link.run(POLL_S)
                self._look_at_outbox()
                self._send()
                if self._blobs.work(self._machine, has_room=self._link.has_room):
                    self._read_lanes()
                self._obey()
                if self._host.monotonic_s() >= next_housekeeping_s:
                    next_housekeeping_s = self._host.monotonic_s() + HOUSEKEEPING_S
                    self._keep_house()
                self._refusal = ""
            except (sqlite3.OperationalError, StoreFull) as error:
                self._wait_for_store(error, stop)
        self._link.close()

    def _wait_for_store(self, error: Exception, stop: threading.Event) -> None:
        """The database is busy or the disk full: what was not applied is sent again by the city."""
        if str(error) != self._refusal:
            log.error(
                "database refuses reason=%s; free disk space, tried again every second", error
            )
        self._refusal = str(error)
        stop.wait(STORE_RETRY_S)

    def link_up(self) -> None:
        """Callback of the link."""
        self._machine, effects = link_machine.connected(self._machine)
        self._perform(effects)
        self._blobs.link_up()
        self._state({"link": "up", "link_reason": ""})

    def link_down(self, reason: str) -> None:
        """Callback of the link; `reason` is for the technician."""
        self._machine = link_machine.disconnected(self._machine)
        self._state({"link": "down", "link_reason": reason})

    def message(self, topic: str, payload: bytes) -> None:
        """Callback of the link: handle one message from the city; malformed ones are counted."""
        try:
            parsed = topics.parse(topic)
            leaf = parsed.leaf
            body, signed_by = self._gate.open(topic, payload)
            if leaf is Leaf.DOWN_ACK:
                self._take_ack(wire.decode(body, wire.Ack))
            elif leaf is Leaf.DOWN_EVENTS:
                self._take_events(wire.decode(body, wire.Batch), signed_by)
            elif leaf is Leaf.DOWN_HELLO:
                self._take_welcome(wire.decode(body, wire.Welcome))
            elif leaf is Leaf.DOWN_WANT:
                self._blobs.asked(wire.decode(body, wire.Want))
            elif parsed.chunk is not None:
                self._blobs.arrived(parsed.chunk, body)
        except WireError as error:
            self._set_aside(topic, error.code)

    def _set_aside(self, topic: str, code: str) -> None:
        if code in gatekeeper.CODES:
            if self._gate.refuse(code):
                self._state(self._gate.gauges())
            return
        self._malformed[code] += 1
        log.warning("malformed message from the city leaf=%s code=%s", topic[-20:], code)
        self._state({"malformed": str(self._malformed.total())})

    @property
    def _life(self) -> envelopes.Life:
        return envelopes.Life(epoch=self._epoch, session=self._session)

    def _look_at_outbox(self) -> None:
        if self._watcher.changed():
            self._read_lanes()
            self._blobs.look()

    def _read_lanes(self) -> None:
        for lane, state in outbox.lanes(self._db).items():
            self._machine = link_machine.stored(
                self._machine, lane, last=state.last_seq, acked=state.acked_seq
            )

    def _send(self) -> None:
        while self._link.has_room:
            jitter = random.uniform(0.5, 1.5)  # noqa: S311
            now_s = self._host.monotonic_s()
            self._machine, effects = link_machine.tick(self._machine, now_s, jitter)
            if not effects:
                return
            self._perform(effects)

    def _perform(self, effects: list[link_machine.Effect]) -> None:
        for effect in effects:
            match effect:
                case SendHello():
                    hello = envelopes.hello(self._db, self._life, self._host.now())
                    self._link.publish(Leaf.UP_HELLO, wire.encode(hello), qos=1)
                case SendBatch():
                    self._send_batch(effect)
                case RenewEpoch():
                    self._renew_epoch()

    def _send_batch(self, effect: SendBatch) -> None:
        lane = effect.lane
        packed = envelopes.packed(self._db, self._life, effect, self._host.now())
        if packed is None:
            self._skip_lost(lane)
            return
        batch, payload = packed
        upto = batch.first + len(batch.events) - 1
        self._link.publish(Leaf.UP_EVENTS, payload, qos=1, lane=lane)
        self._machine = link_machine.sent(
            self._machine, lane, upto, size_bytes=len(payload), now_s=self._host.monotonic_s()
        )
        log.debug("sent lane=%s seq=%s..%s", lane, batch.first, upto)

    def _skip_lost(self, lane: Lane) -> None:
        """The city wants events that are compacted away: hello tells it where this lane begins."""
        log.error("the city wants events this box no longer has lane=%s", lane)
        last = self._machine.lanes[lane].last
        self._machine = link_machine.sent(
            self._machine, lane, last, size_bytes=0, now_s=self._host.monotonic_s()
        )
        self._perform([SendHello()])

    def _take_ack(self, ack: wire.Ack) -> None:
        if ack.epoch != self._epoch or not self._gate.is_for_us(ack.session):
            log.warning("acknowledgement for another run epoch=%s", ack.epoch)
            return
        self._hear(ack.now)
        if ack.renew:
            self._renew_epoch()
            return
        lane = Lane(ack.lane)
        before = self._machine.lanes[lane].acked
        syncing.acknowledge(self._db, ack, self._host.now())
        self._machine, effects = link_machine.acknowledged(
            self._machine,
            lane,
            ack.upto,
            self._host.monotonic_s(),
            want=ack.want,
            until=ack.until,
            window=ack.window,
        )
        for reject in ack.reject:
            log.error(
                "the city set an event aside lane=%s seq=%s code=%s", lane, reject.seq, reject.code
            )
        if self._machine.lanes[lane].acked > before:
            log.info("acknowledged lane=%s upto=%s", lane, ack.upto)
        self._perform(effects)

    def _take_welcome(self, welcome: wire.Welcome) -> None:
        if self._gate.is_for_us(welcome.session):
            self._hear(welcome.now)
            syncing.welcomed(self._db, welcome)

    def _hear(self, city_ms: int | None) -> None:
        if city_ms is not None:
            self._city_time = self._city_time.heard(city_ms, self._host.now())

    def _take_events(self, batch: wire.Batch, signed_by: str) -> None:
        if not self._gate.is_for_us(batch.session):
            self._greet_again()
            return
        self._hear(batch.sent.wall)
        applied = casework.apply_batch(self._db, batch, self._host.now(), signed_by=signed_by)
        self._runner.look()
        self._read_lanes()
        self._blobs.look()
        for reject in applied.rejects:
            log.error("downlink event set aside seq=%s code=%s", reject.seq, reject.code)
        ack = wire.Ack(
            epoch=batch.epoch,
            lane=batch.lane,
            upto=applied.upto,
            want=applied.want,
            reject=list(applied.rejects),
            session=batch.session,
        )
        self._link.publish(Leaf.UP_ACK, wire.encode(ack), qos=0)
        log.info("applied from the city seq=%s..%s", batch.first, applied.upto)

    def _greet_again(self) -> None:
        """The city has not heard of this run: our hello was lost, or an old message comes again."""
        log.warning("events for another run; saying hello again")
        now_s = self._host.monotonic_s()
        if now_s >= self._hello_again_at_s:
            self._hello_again_at_s = now_s + HELLO_AGAIN_S
            self._perform([SendHello()])

    def _obey(self) -> None:
        """Execute what the city has ordered."""
        now_s = self._host.monotonic_s()
        if not self._runner.is_due(now_s):
            return
        if self._runner.turn(self._city_time, self._host.now(), now_s, self._task):
            self._gate.read_keys()
            self._state(self._gate.gauges())
            self._read_lanes()

    def _task(self, command: Command) -> Task:
        assert isinstance(self._db, BoxConnection), "only connections of `connect` may write"
        return Task(
            args=command.args,
            signed_by=command.signed_by,
            now=self._host.now(),
            path=self._db.path,
            configured_keys=self._gate.configured,
            disk_free_bytes=self._host.disk_free_bytes,
        )

    def _renew_epoch(self) -> None:
        old, self._epoch = self._epoch, self._host.new_epoch()
        syncing.renew_epoch(self._db, self._epoch)
        log.error(
            "this database is an older copy of itself (restored or cloned card): "
            "went on under a new epoch old=%s new=%s",
            old,
            self._epoch,
        )
        self._state({"epoch_renewed": self._epoch})
        self._machine = link_machine.Link()
        self._read_lanes()
        self._machine, effects = link_machine.connected(self._machine)
        self._perform(effects)

    def _keep_house(self) -> None:
        self._host.keep_house()
        if self._blobs.keep_house(self._host.disk_free_bytes()):
            self._read_lanes()
        resends = sum(lane.resends for lane in self._machine.lanes.values())
        self._state({"resends": str(resends), **self._gate.gauges()})
        if self._machine.is_up and self._host.monotonic_s() >= self._heartbeat_at_s:
            syncing.append_heartbeat(self._db, self._host.disk_free_bytes(), self._host.now())
            self._heartbeat_at_s = self._host.monotonic_s() + HEARTBEAT_S
            self._read_lanes()

    def _state(self, values: dict[str, str]) -> None:
        health.state(self._db, "sync", values, self._host.now())
