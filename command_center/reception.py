"""What each message from a box leads to: commits first, answers after them.

Runs in the receiver's thread, knows no queue and no network. Several batches are committed
together, so that a city of boxes that returns at once costs few fsyncs; a batch that breaks the
store is set aside, and its neighbours go on.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from appliance.domain import wire
from appliance.domain.ids import SiteCode
from appliance.domain.topics import Leaf, Topic
from command_center import inbound, ingest
from command_center.applying import Arrival
from command_center.blobs import Blobs
from command_center.downlink import Downlink, Publish
from command_center.early import Early
from command_center.inbound import Inbound, Raw
from command_center.store.quarantine import Poison

log = logging.getLogger(__name__)


class Reception:
    """Stores what the boxes say and answers them through `publish`.

    `window` tells how many events beyond its ack a box may send now; None: as many as it likes.
    """

    def __init__(
        self,
        engine: Engine,
        publish: Publish,
        downlink: Downlink,
        blobs: Blobs,
        *,
        now: Callable[[], datetime],
        window: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._engine, self._publish, self._downlink = engine, publish, downlink
        self._blobs, self._now, self._window = blobs, now, window
        self._early = Early()

    def work(self, group: Sequence[Raw]) -> None:
        """Handle messages in their order; neighbouring batches share one transaction.

        Raises OperationalError when the database refuses: nothing of the rest is acknowledged.
        """
        arrivals: list[Arrival] = []
        for raw in group:
            read = inbound.read(raw)
            if isinstance(read, Inbound) and isinstance(read.message, wire.Batch):
                arrivals.append(Arrival(site=read.site, batch=read.message))
                continue
            self._store(arrivals)
            arrivals = []
            if isinstance(read, Inbound):
                self._handle(read.site, read.message)
            elif isinstance(read, Poison):
                self._set_aside(read)
        self._store(arrivals)

    def _store(self, arrivals: list[Arrival], *, were_held: bool = False) -> None:
        if not arrivals:
            return
        try:
            acks = ingest.store_batches(self._engine, arrivals, self._now())
        except OperationalError:
            raise
        except Exception:
            log.exception("batches broke the store count=%s", len(arrivals))
            self._store_one_by_one(arrivals, were_held=were_held)
            return
        self._settle(arrivals, acks, were_held=were_held)

    def _store_one_by_one(self, arrivals: list[Arrival], *, were_held: bool) -> None:
        if len(arrivals) > 1:
            for arrival in arrivals:
                self._store([arrival], were_held=were_held)
            return
        ack = ingest.store_carefully(self._engine, arrivals[0], self._now())
        self._settle(arrivals, [ack], were_held=were_held)

    def _settle(self, arrivals: list[Arrival], acks: list[wire.Ack], *, were_held: bool) -> None:
        """Acknowledge what is committed, hold what came early, go on with what waited for it."""
        ready: list[Arrival] = []
        for arrival, ack in zip(arrivals, acks, strict=True):
            is_news = False
            if ack.want is not None:
                is_news = self._early.hold(arrival)
            elif (successor := self._early.take(arrival, ack.upto)) is not None:
                ready.append(successor)
            else:
                is_news = were_held
            until = self._early.until(arrival) if is_news else None
            want = ack.upto + 1 if until is not None else None
            self._acknowledge(arrival.site, replace(ack, want=want, until=until))
        self._store(ready, were_held=True)

    def _handle(self, site: SiteCode, message: inbound.Message) -> None:
        match message:
            case wire.Hello():
                self._early.forget(site)
                welcome, acks = ingest.hello(self._engine, site, message, self._now())
                self._publish(str(Topic(site, Leaf.DOWN_HELLO)), wire.encode(welcome), 1)
                for ack in acks:
                    self._acknowledge(site, ack)
                self._downlink.forget(site)
                self._blobs.connected(site)
                log.info("hello site=%s epoch=%s", site, message.epoch)
            case wire.Ack():
                if not ingest.ack_down(self._engine, site, message, self._now()):
                    log.warning("ack for what was not sent site=%s upto=%s", site, message.upto)
            case wire.Want():
                self._blobs.asked(site, message)
            case inbound.Chunk():
                self._blobs.arrived(site, message.place, message.data)
            case wire.Conn():
                if ingest.conn(self._engine, site, message):
                    log.info("box site=%s is_online=%s n=%s", site, message.on, message.n)

    def _acknowledge(self, site: SiteCode, ack: wire.Ack) -> None:
        ack = replace(ack, window=self._window())
        self._publish(str(Topic(site, Leaf.DOWN_ACK)), wire.encode(ack), 0)
        log.debug("ack site=%s lane=%s upto=%s want=%s", site, ack.lane, ack.upto, ack.want)

    def _set_aside(self, poison: Poison) -> None:
        ingest.set_aside(self._engine, poison, self._now())
        log.warning(
            "message set aside site=%s code=%s bytes=%s",
            poison.site,
            poison.code,
            poison.size_bytes,
        )
