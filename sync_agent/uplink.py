"""Carries the outbox up: does what the link machine decides, and tells it what came of it."""

import logging
import random
import sqlite3
from collections.abc import Callable
from typing import Protocol

from appliance.actions.box import health
from appliance.actions.city import syncing
from appliance.domain.blobs import ChunkPlace
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf
from appliance.domain.moment import Moment
from appliance.store.box import this_box as box
from appliance.store.city import outbox
from sync_agent import envelopes, link_machine
from sync_agent.link_machine import RenewEpoch, SendBatch, SendHello

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """What the agent needs of a connection; `sync_agent.link.Link` is the real one."""

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


class Uplink:
    """The events of one box on their way to the city; runs in the agent's thread."""

    def __init__(
        self,
        db: sqlite3.Connection,
        session: str,
        *,
        now: Callable[[], Moment],
        monotonic_s: Callable[[], float],
        new_epoch: Callable[[], str],
    ) -> None:
        self._db, self._session = db, session
        self._now, self._monotonic_s, self._new_epoch = now, monotonic_s, new_epoch
        self.epoch = box.epoch(db)
        self.state = link_machine.Link()
        self.look()

    def attach(self, link: Outlet) -> None:
        """Name the connection that messages go to."""
        self._link = link

    def up(self) -> None:
        """The broker has accepted us."""
        self.state, effects = link_machine.connected(self.state)
        self._perform(effects)

    def down(self) -> None:
        """The link is gone."""
        self.state = link_machine.disconnected(self.state)

    def look(self) -> None:
        """Read how far the outbox is numbered and acknowledged."""
        for lane, state in outbox.lanes(self._db).items():
            self.state = link_machine.stored(
                self.state, lane, last=state.last_seq, acked=state.acked_seq
            )

    def send(self) -> None:
        """Send what is due, as long as the broker takes it."""
        while self._link.has_room:
            jitter = random.uniform(0.5, 1.5)  # noqa: S311
            now_s = self._monotonic_s()
            self.state, effects = link_machine.tick(self.state, now_s, jitter)
            if not effects:
                return
            self._perform(effects)

    def say_hello(self) -> None:
        """Introduce this run of the box to the city."""
        hello = envelopes.hello(self._db, self._life, self._now())
        self._link.publish(Leaf.UP_HELLO, wire.encode(hello), qos=1)

    def acknowledged(self, ack: wire.Ack) -> bool:
        """The city has acknowledged events of this life; True if it now has more of them."""
        if ack.renew:
            self._renew_epoch()
            return False
        lane = Lane(ack.lane)
        if ack.upto > self.state.lanes[lane].last:
            self.look()  # a batch takes along what was stored since we last looked
        before = self.state.lanes[lane].acked
        syncing.acknowledge(self._db, ack, self._now())
        self.state, effects = link_machine.acknowledged(
            self.state,
            lane,
            ack.upto,
            self._monotonic_s(),
            want=ack.want,
            until=ack.until,
            window=ack.window,
        )
        _name_rejects(ack)
        is_progress = self.state.lanes[lane].acked > before
        if is_progress:
            log.info("acknowledged lane=%s upto=%s", lane, ack.upto)
        self._perform(effects)
        return is_progress

    @property
    def _life(self) -> envelopes.Life:
        return envelopes.Life(epoch=self.epoch, session=self._session)

    def _perform(self, effects: list[link_machine.Effect]) -> None:
        for effect in effects:
            match effect:
                case SendHello():
                    self.say_hello()
                case SendBatch():
                    self._send_batch(effect)
                case RenewEpoch():
                    self._renew_epoch()

    def _send_batch(self, effect: SendBatch) -> None:
        lane = effect.lane
        packed = envelopes.packed(self._db, self._life, effect, self._now())
        if packed is None:
            self._skip_lost(lane)
            return
        batch, payload = packed
        upto = batch.first + len(batch.events) - 1
        self._link.publish(Leaf.UP_EVENTS, payload, qos=1, lane=lane)
        self.state = link_machine.sent(
            self.state, lane, upto, size_bytes=len(payload), now_s=self._monotonic_s()
        )
        log.debug("sent lane=%s seq=%s..%s", lane, batch.first, upto)

    def _skip_lost(self, lane: Lane) -> None:
        """The city wants events that are compacted away: hello tells it where this lane begins."""
        log.error("the city wants events this box no longer has lane=%s", lane)
        last = self.state.lanes[lane].last
        self.state = link_machine.sent(
            self.state, lane, last, size_bytes=0, now_s=self._monotonic_s()
        )
        self.say_hello()

    def _renew_epoch(self) -> None:
        old, self.epoch = self.epoch, self._new_epoch()
        syncing.renew_epoch(self._db, self.epoch)
        log.error(
            "this database is an older copy of itself (restored or cloned card): "
            "went on under a new epoch old=%s new=%s",
            old,
            self.epoch,
        )
        health.state(self._db, "sync", {"epoch_renewed": self.epoch}, self._now())
        self.state = link_machine.Link()
        self.look()
        self.up()


def _name_rejects(ack: wire.Ack) -> None:
    for reject in ack.reject:
        log.error(
            "the city set an event aside lane=%s seq=%s code=%s", ack.lane, reject.seq, reject.code
        )
