"""The worker between the network and the database: one thread that never gives up.

The network thread only fills a bounded queue; when it is full the network waits, the broker fills,
and the boxes keep what is not acknowledged. What a message does is `reception`'s business.
"""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from appliance.domain.city import wire
from command_center.cases import watching
from command_center.dashboard import raising
from command_center.privacy import erasing, retaining
from command_center.receiving import inbound
from command_center.receiving.inbound import Raw
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.sharing.share import Share, Whole, heeds
from command_center.store import database
from command_center.store.fleet import boxes

log = logging.getLogger(__name__)

QUEUE_MAX_MESSAGES = 256
"""Times 64 KiB: at most 16 MiB wait in memory."""
PRESSED_FROM_MESSAGES = QUEUE_MAX_MESSAGES // 2
"""From here on each lane of a box may have one batch under way."""
GROUP_MAX_MESSAGES = 32
"""Committed together: bounds the longest transaction; larger groups save nothing more."""
GROUP_MAX_BYTES = 64 * 1024
"""Two large batches: while they are stored, their box packs the next ones."""
POLL_S = 0.5
STORE_RETRY_S = 1.0
"""Pause when the database refuses (disk full, locked); the boxes send again."""
CHECKPOINT_EVERY_S = 30.0
RETENTION_EVERY_S = 3600.0
PATTERNS_EVERY_S = 30.0


class Outlet(Protocol):
    """The connection, as far as the worker needs it."""

    @property
    def is_up(self) -> bool: ...
    def publish(self, topic: str, payload: bytes, qos: int) -> None: ...
    def keep_alive(self) -> None: ...


class Receiver:
    """Takes messages from `offer`, stores them, and hands acks and downlink to the outlet.

    In between it does the `chores`: what the passing of time alone asks for. One of several does
    its `share`.
    """

    def __init__(
        self,
        engine: Engine,
        outlet: Outlet,
        *,
        now: Callable[[], datetime],
        chores: Callable[[], object] = lambda: None,
        chores_every_s: float = CHECKPOINT_EVERY_S,
        share: Share | None = None,
    ) -> None:
        self._share = share or Whole()
        self._engine, self._outlet, self._now = engine, outlet, now
        self._queue: queue.Queue[Raw | None] = queue.Queue(QUEUE_MAX_MESSAGES)
        self._stopping, self._reconnected = threading.Event(), threading.Event()
        self._downlink = Downlink(
            engine,
            outlet.publish,
            now=now,
            jitter=lambda: random.uniform(0.8, 1.2),  # noqa: S311
            serves=self._share.serves,
        )
        self._blobs = Blobs(engine, outlet.publish, now=now, serves=self._share.serves)
        self._reception = Reception(
            engine, outlet.publish, self._downlink, self._blobs, now=now, window=self._window
        )
        self._chores, self._chores_every_s = chores, chores_every_s
        self._next_chores_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="receiver")
        self._store_failed = False
        self._retain_at_s = 0.0
        self._patterns_at_s = 0.0

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker finish its transaction and end; what is still queued is not acked."""
        self._stopping.set()
        self.wake()
        self._thread.join()

    def offer(self, topic: str, payload: bytes) -> None:
        """Queue a message (network thread); waits while the queue is full."""
        if not heeds(self._share, topic):
            return
        raw = inbound.cut(topic, payload)
        while not self._stopping.is_set():
            try:
                self._queue.put(raw, timeout=POLL_S)
            except queue.Full:
                continue
            return

    def link_up(self) -> None:
        """The broker has accepted us (network thread): everything unacknowledged goes out again."""
        self._reconnected.set()
        self.wake()

    def wake(self) -> None:
        """Look at the downlink now (any thread)."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            return  # the worker is awake anyway

    def _run(self) -> None:
        next_checkpoint_s = time.monotonic() + CHECKPOINT_EVERY_S
        while not self._stopping.is_set():
            self._turn()
            self._outlet.keep_alive()
            if time.monotonic() >= next_checkpoint_s:
                database.checkpoint(self._engine)
                if self._share.leads:
                    self._keep_house()
                next_checkpoint_s = time.monotonic() + CHECKPOINT_EVERY_S

    def _keep_house(self) -> None:
        try:
            if time.monotonic() >= self._retain_at_s and not retaining.retain(
                self._engine, self._now()
            ):
                self._retain_at_s = time.monotonic() + RETENTION_EVERY_S
            erasing.scrub(self._engine)
        except OperationalError as error:
            log.error("database refuses; nothing is forgotten reason=%s", error.orig)

    def _turn(self) -> None:
        try:
            self._share.look()
            group = self._waiting_messages()
            self._greet_broker()
            self._reception.work(group)
            if self._share.leads and time.monotonic() >= self._next_chores_s:
                self._next_chores_s = time.monotonic() + self._chores_every_s
                self._chores()
            if self._outlet.is_up:
                self._downlink.tick()
                self._blobs.tick()
            if self._share.leads and not group:
                self._watch()
            self._store_failed = False
        except OperationalError as error:
            if not self._store_failed:
                log.error("database refuses; nothing is acknowledged reason=%s", error.orig)
            self._store_failed = True
            self._stopping.wait(STORE_RETRY_S)
        except Exception:
            log.exception("receiver turn failed; the boxes will repeat what it held")
            self._stopping.wait(STORE_RETRY_S)

    def _watch(self) -> None:
        """Look at what has come while nothing else is to be done."""
        watching.link(self._engine, self._now())
        if time.monotonic() >= self._patterns_at_s:
            self._patterns_at_s = time.monotonic() + PATTERNS_EVERY_S
            watching.find_patterns(self._engine, self._now())
            raising.raise_new(self._engine, self._now())

    def _waiting_messages(self) -> list[Raw]:
        try:
            group = [self._queue.get(timeout=POLL_S)]
        except queue.Empty:
            return []
        while len(group) < GROUP_MAX_MESSAGES and _size_bytes(group) < GROUP_MAX_BYTES:
            try:
                group.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return [raw for raw in group if raw is not None]

    def _window(self) -> int | None:
        is_pressed = self._queue.qsize() >= PRESSED_FROM_MESSAGES
        return wire.BATCH_MAX_EVENTS if is_pressed else None

    def _greet_broker(self) -> None:
        """Forget what the last connection knew, before any message of the new one is handled."""
        if self._reconnected.is_set():
            self._reconnected.clear()
            self._downlink.forget()
            with database.writing(self._engine) as connection:
                boxes.forget_hints(connection, self._share.serves)


def _size_bytes(group: list[Raw | None]) -> int:
    return sum(raw.size_bytes for raw in group if raw is not None)
