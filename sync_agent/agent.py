"""The agent: joins uplink, downlink, commands and files in one loop, in one thread."""

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.actions.box import health, shedding
from appliance.actions.cases import casework
from appliance.actions.city import syncing
from appliance.actions.privacy import sealing
from appliance.domain.city import topics, wire
from appliance.domain.city.pushed_settings import Layer
from appliance.domain.city.remote_command import CityTime
from appliance.domain.city.topics import Leaf
from appliance.domain.errors import WireError
from appliance.domain.moment import Moment
from appliance.store.city.commands import Command
from appliance.store.commits import Listener
from appliance.store.connection import BoxConnection
from appliance.store.errors import StoreFull
from sync_agent import gatekeeper, runner
from sync_agent.blobs import Blobs
from sync_agent.commands import HANDLERS, Task
from sync_agent.gatekeeper import Gatekeeper
from sync_agent.pulse import Pulse
from sync_agent.runner import Runner
from sync_agent.settings_keeper import SettingsKeeper
from sync_agent.uplink import Outlet, Uplink

log = logging.getLogger(__name__)

TURN_S = 0.2
"""How often the clock is looked at; the network and commits of other processes end the wait."""
STORE_RETRY_S = 1.0
HOUSEKEEPING_S = 30.0
HELLO_AGAIN_S = 10.0
"""How soon another hello may follow when the city still speaks to an earlier run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the agent needs of the machine it runs on."""

    now: Callable[[], Moment]
    monotonic_s: Callable[[], float]
    new_epoch: Callable[[], str]
    disk_free_bytes: Callable[[], int]
    keep_house: Callable[[], object]
    """Checkpoint and compact the store; called every half minute."""
    is_undervolted: Callable[[], bool | None] = lambda: None
    """Whether the supply gives too little; None where the machine does not tell."""


class Agent:
    """Carries events up and decisions down until it is told to stop."""

    def __init__(
        self,
        db: sqlite3.Connection,
        machine: Machine,
        *,
        city_keys: Sequence[str] = (),
        keeper: SettingsKeeper | None = None,
        start: runner.Start = runner.in_thread,
    ) -> None:
        self._db = db
        self._host = machine
        session = machine.new_epoch()
        self.listener = Listener(db)
        self._uplink = Uplink(
            db,
            session,
            now=machine.now,
            monotonic_s=machine.monotonic_s,
            new_epoch=machine.new_epoch,
        )
        self._gate = Gatekeeper(db, session, city_keys)
        self._runner = Runner(db, HANDLERS, start=start)
        self._city_time = CityTime()
        self._hello_again_at_s = 0.0
        self._malformed: Counter[str] = Counter()
        self._pulse = Pulse(machine.monotonic_s())
        self._refusal = ""
        self._keeper = keeper
        self._told_settings: dict[str, str] = {}

    def attach(self, link: Outlet) -> None:
        """Name the link that messages go to; its callbacks are this agent's methods."""
        self._link = link
        self._uplink.attach(link)
        self._blobs = Blobs(
            self._db, link.publish, now=self._host.now, monotonic_s=self._host.monotonic_s
        )

    def run(self, stop: threading.Event, on_turn: Callable[[], None] = lambda: None) -> None:
        """Loop until `stop` is set; each turn leaves the database consistent."""
        next_housekeeping_s = 0.0
        while not stop.is_set():
            on_turn()
            try:
                self._link.run(TURN_S)
                self._look_at_outbox()
                self._uplink.send()
                if self._blobs.work(self._uplink.state, has_room=self._link.has_room):
                    self._uplink.look()
                self._obey()
                if self._host.monotonic_s() >= next_housekeeping_s:
                    next_housekeeping_s = self._host.monotonic_s() + HOUSEKEEPING_S
                    self._keep_house()
                self._beat()
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
        self._uplink.up()
        self._blobs.link_up()
        self._pulse.soon(self._host.monotonic_s())
        self._state({"link": "up", "link_reason": ""})

    def link_down(self, reason: str) -> None:
        """Callback of the link; `reason` is for the technician."""
        self._uplink.down()
        self._state({"link": "down", "link_reason": reason})

    def message(self, topic: str, payload: bytes) -> None:
        """Callback of the link: handle one message from the city; malformed ones are counted."""
        try:
            body, signed_by = self._gate.open(topic, payload)
            parsed = topics.parse(topic)
            leaf = parsed.leaf
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

    def _look_at_outbox(self) -> None:
        if self.listener.changed():
            self._uplink.look()
            self._blobs.look()

    def _take_ack(self, ack: wire.Ack) -> None:
        if ack.epoch != self._uplink.epoch or not self._gate.is_for_us(ack.session):
            log.warning("acknowledgement for another run epoch=%s", ack.epoch)
            return
        self._hear(ack.now)
        if self._uplink.acknowledged(ack):
            self._note_progress(has_rejects=bool(ack.reject))

    def _note_progress(self, *, has_rejects: bool) -> None:
        now_s = self._host.monotonic_s()
        if has_rejects:
            self._pulse.soon(now_s)
        if self._uplink.state.is_drained:
            self._pulse.drained(now_s)

    def _take_welcome(self, welcome: wire.Welcome) -> None:
        if self._gate.is_for_us(welcome.session):
            self._hear(welcome.now)
            syncing.welcomed(self._db, welcome)

    def _accept_settings(self, layer: Layer) -> None:
        if self._keeper:
            self._keeper.accept(layer)

    def _keep_settings(self) -> None:
        """Bring into force what the city has set; it is told of a change."""
        if self._keeper:
            told = self._keeper.look(self._host.monotonic_s())
            if told != self._told_settings:
                self._told_settings = told
                self._state(told)
                self._pulse.soon(self._host.monotonic_s())

    def _hear(self, city_ms: int | None) -> None:
        if self._keeper:
            self._keeper.heard(self._host.monotonic_s())
        if city_ms is not None:
            self._city_time = self._city_time.heard(city_ms, self._host.now())

    def _take_events(self, batch: wire.Batch, signed_by: str) -> None:
        if not self._gate.is_for_us(batch.session):
            self._greet_again()
            return
        self._hear(batch.sent.wall)
        applied = casework.apply_batch(
            self._db,
            batch,
            self._host.now(),
            signed_by=signed_by,
            accept_settings=self._accept_settings,
        )
        self._keep_settings()
        self._runner.look()
        self._uplink.look()
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
        now_s = self._host.monotonic_s()
        if now_s >= self._hello_again_at_s:
            log.warning("events for another run; saying hello again")
            self._hello_again_at_s = now_s + HELLO_AGAIN_S
            self._uplink.say_hello()

    def _obey(self) -> None:
        """Execute what the city has ordered."""
        now_s = self._host.monotonic_s()
        if not self._runner.is_due(now_s):
            return
        if self._runner.turn(self._city_time, self._host.now(), now_s, self._task):
            self._gate.read_keys()
            self._state(self._gate.gauges())
            self._uplink.look()

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

    def _keep_house(self) -> None:
        """Room first: on a disk that is full to the last byte nothing can be written before."""
        shedding.make_room(self._db, self._host.disk_free_bytes())
        if self._blobs.keep_house(self._host.disk_free_bytes()):
            self._uplink.look()
        self._host.keep_house()
        self._keep_settings()
        sealed = sealing.gauges(self._db)
        self._state({**self._counts(), **self._gate.gauges(), **sealed})
        shedding.state(self._db, self._host.disk_free_bytes(), self._host.now())

    def _counts(self) -> dict[str, str]:
        resends = sum(lane.resends for lane in self._uplink.state.lanes.values())
        power = {True: "low", False: "good", None: ""}[self._host.is_undervolted()]
        return {
            "resends": str(resends),
            "clock_source": self._host.now().source,
            "power": power,
        }

    def _beat(self) -> None:
        """Tell the city how the box is doing, with the numbers that `posko status` shows."""
        if not (self._uplink.state.is_up and self._pulse.take(self._host.monotonic_s())):
            return
        self._state(self._counts())
        told = syncing.append_heartbeat(self._db, self._host.disk_free_bytes(), self._host.now())
        self._pulse.told(has_backlog=any(told.backlog.values()))
        self._uplink.look()

    def _state(self, values: dict[str, str]) -> None:
        health.state(self._db, "sync", values, self._host.now())
