"""What each message from a box leads to: commits first, answers after them.

Runs in the receiver's thread, knows no queue and no network. A group of messages shares one
transaction, so that a city of boxes that returns at once costs few fsyncs; a message that breaks
the store is set aside, and its neighbours go on.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from appliance.domain.city import wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.ids import SiteCode
from command_center.receiving import applying, inbound, ingest
from command_center.receiving.applying import Arrival
from command_center.receiving.early import Early
from command_center.receiving.inbound import Inbound, Raw
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink, Publish
from command_center.store.database import receiving
from command_center.store.fleet import barred, boxes
from command_center.store.receiving import quarantine
from command_center.store.receiving.quarantine import Poison

log = logging.getLogger(__name__)

Answer = Callable[[], None]
"""What may be said or done only once the transaction is committed."""


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
        """Take in messages in their order: commit first, answer after.

        Raises OperationalError when the database refuses: then nobody is answered.
        """
        read = [known for raw in group if (known := inbound.read(raw)) is not None]
        answers = self._take_in(read) if read else []
        for answer in answers:
            answer()

    def _take_in(self, group: Sequence[Inbound | Poison]) -> list[Answer]:
        try:
            return self._commit(group)
        except OperationalError:
            raise
        except Exception:
            log.exception("messages broke the store, now one by one count=%s", len(group))
        return [answer for one in group for answer in self._take_in_carefully(one)]

    def _take_in_carefully(self, one: Inbound | Poison) -> list[Answer]:
        """What breaks the store is set aside: an event of a batch, otherwise the whole message."""
        try:
            return self._commit([one], apply=applying.apply_or_reject)
        except OperationalError:
            raise
        except Exception:
            log.exception("message breaks the store site=%s", one.site)
        if isinstance(one, Poison):
            return []
        return self._take_in_carefully(inbound.poison(one.raw, one.site, "store"))

    def _commit(
        self, group: Sequence[Inbound | Poison], *, apply: applying.Apply = applying.apply
    ) -> list[Answer]:
        """Store messages in one transaction (one fsync); return what is to be done after it."""
        early = self._early.copy()
        with receiving(self._engine, {str(one.site) for one in group if one.site}) as connection:
            refused = barred.every(connection)
            answers = [
                answer
                for one in group
                for answer in self._store(connection, early, inbound.heeded(one, refused), apply)
            ]
        self._early = early
        return answers

    def _store(
        self, connection: Connection, early: Early, one: Inbound | Poison, apply: applying.Apply
    ) -> list[Answer]:
        if isinstance(one, Poison):
            quarantine.add(connection, one, self._now())
            return [partial(_report, one)]
        site, message = one.site, one.message
        match message:
            case wire.Batch():
                store = partial(ingest.store, connection, now=self._now(), apply=apply)
                acks = early.settle(Arrival(site=site, batch=message), store)
                return [partial(self._acknowledge, site, ack) for ack in acks]
            case wire.Hello():
                early.forget(site)
                welcome, acks = ingest.hello(connection, site, message, self._now())
                log.info("hello site=%s epoch=%s", site, message.epoch)
                return [partial(self._greet, site, welcome, acks)]
            case wire.Want():
                return [partial(self._blobs.asked, site, message)]
            case inbound.Chunk():
                return [partial(self._blobs.arrived, site, message.place, message.data)]
        self._note(connection, site, message)
        return []

    def _note(self, connection: Connection, site: SiteCode, message: wire.Ack | wire.Conn) -> None:
        """Store what nobody answers."""
        match message:
            case wire.Ack():
                if not ingest.ack_down(connection, site, message, self._now()):
                    log.warning("ack for what was not sent site=%s upto=%s", site, message.upto)
            case wire.Conn():
                if boxes.connection_changed(connection, site, message):
                    log.info("box site=%s is_online=%s n=%s", site, message.on, message.n)

    def _greet(self, site: SiteCode, welcome: wire.Welcome, acks: Sequence[wire.Ack]) -> None:
        self._publish(str(Topic(site, Leaf.DOWN_HELLO)), wire.encode(welcome), 0)
        for ack in acks:
            self._acknowledge(site, ack)
        self._downlink.forget(site)
        self._blobs.connected(site)

    def _acknowledge(self, site: SiteCode, ack: wire.Ack) -> None:
        ack = replace(ack, window=self._window())
        self._publish(str(Topic(site, Leaf.DOWN_ACK)), wire.encode(ack), 0)
        log.debug("ack site=%s lane=%s upto=%s want=%s", site, ack.lane, ack.upto, ack.want)


def _report(poison: Poison) -> None:
    log.warning(
        "message set aside site=%s code=%s bytes=%s", poison.site, poison.code, poison.size_bytes
    )
