"""A connection to the broker that is always trying to be up.

It knows when to try again, which credentials to use and what to call a trouble. It queues nothing:
what must not be lost is in the database of one of the two ends. All its work is done inside `run`,
in the thread that calls it; no exception leaves it, for a dead network thread is a deaf box.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence

from mqtt_link import diagnosis, fault
from mqtt_link.access import Access, AccessError
from mqtt_link.backoff import LASTING_S, Backoff
from mqtt_link.fault import Code, Fault
from mqtt_link.keyring import Keyring
from mqtt_link.owner import Callbacks, Owner
from mqtt_link.session import Handlers, Session
from mqtt_link.waker import HasFileno, Waker

log = logging.getLogger(__name__)

CLONE_OVER_S = 180.0
"""The alarm of a copied card ends when a connection has lived this long."""


class Connection:
    """One client id at one broker."""

    def __init__(
        self,
        where: Access,
        callbacks: Callbacks,
        *,
        filters: Sequence[str],
        last_will: Callable[[], tuple[str, bytes] | None] = lambda: None,
        window: int | None = None,
        longest_retry_s: float = 60.0,
        wakes: Sequence[HasFileno] = (),
    ) -> None:
        """`wakes` end the wait of `run` while they are readable; who gave them reads them."""
        self._where, self._owner = where, Owner(callbacks)
        self._filters, self._last_will, self._window = filters, last_will, window
        self._handlers = Handlers(
            accepted=self._accepted,
            received=self._owner.received,
            stored=self._owner.stored,
            subscribed=self._subscribed,
            refused=self._not_subscribed,
        )
        self._backoff = Backoff(longest_retry_s)
        self._keyring = Keyring(where, self._owner.alarm)
        self._session: Session | None = None
        self._tried_at_s = self._retry_at_s = 0.0
        self._is_known = False
        self._waker = Waker(wakes)
        self.fault: Fault | None = None

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us, as far as we know."""
        session = self._session
        return session is not None and session.is_up

    @property
    def failures(self) -> int:
        """Failures in a row since the last connection that lasted."""
        return self._backoff.failures

    @property
    def failed_callbacks(self) -> int:
        """How often the owner has failed when it was told something."""
        return self._owner.failed_callbacks

    @property
    def has_room(self) -> bool:
        """Whether a QoS 1 message would be sent now."""
        session = self._session
        return session is not None and session.is_up and session.has_room

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for at most about `timeout_s`."""
        try:
            if self._session is None:
                self._connect_when_due(timeout_s)
            elif self._session.turn(timeout_s):
                self._look_after(self._session)
            else:
                self._lost(self._session)
        except Exception:
            log.exception("the connection broke in a way nobody foresaw; making it anew")
            self._failed(Fault(Code.BUG, "an error of the program; see the log"))

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int | None:
        """Send if the link is up and the window open; returns the message's id (any thread)."""
        session = self._session
        if session is None or not session.is_up:
            return None
        return session.publish(topic, payload, qos=qos, retain=retain)

    def alarm(self, name: str, words: str) -> None:
        """State a trouble of this name or, with empty words, its end."""
        self._owner.alarm(name, words)

    def wake(self) -> None:
        """Let `run` return early (any thread)."""
        self._waker.wake()

    def close(self) -> None:
        """Say goodbye; a broker that does not listen is left after a few seconds."""
        if session := self._session:
            session.say_goodbye()
            self._drop()

    def _connect_when_due(self, timeout_s: float) -> None:
        wait_s = self._retry_at_s - time.monotonic()
        if wait_s > 0:
            self._waker.wait(min(wait_s, timeout_s))
            return
        self._tried_at_s = time.monotonic()
        try:
            self._session = Session(
                self._where,
                self._keyring.take(),
                self._handlers,
                filters=self._filters,
                last_will=self._last_will(),
                window=self._window,
                waker=self._waker,
            )
        except AccessError as error:
            self._failed(error.fault)
        except (OSError, ValueError) as error:
            self._failed(diagnosis.of_attempt(error, self._where))

    def _look_after(self, session: Session) -> None:
        """What an open connection asks for now and then."""
        if not session.is_up:
            return
        if session.lived_s >= LASTING_S and self._backoff.failures:
            self._backoff = self._backoff.lasting()
        if session.lived_s >= CLONE_OVER_S:
            self._owner.alarm("clone", "")
        if self._keyring.has_new():
            session.say_goodbye()
            self._rest(Fault(Code.RENEWING, "passwords or certificates are new; using them"), 0.0)

    def _lost(self, session: Session) -> None:
        ending = session.ending(is_known=self._is_known)
        if not session.is_up:
            self._failed(ending, held_s=session.held_s)
            return
        self._backoff = self._backoff.lost(session.lived_s, was_thrown_out=session.was_thrown_out)
        if self._backoff.is_disputed:
            ending = fault.clone(self._where.client_id)
            self._owner.alarm("clone", ending.words)
        self._rest(ending, self._wait_s())

    def _failed(self, why: Fault, *, held_s: float = 0.0) -> None:
        self._backoff = self._backoff.failed(held_s=held_s)
        self._rest(why, self._wait_s(tried_s=time.monotonic() - self._tried_at_s))

    def _wait_s(self, *, tried_s: float = 0.0) -> float:
        chance = random.random()  # noqa: S311
        return self._backoff.wait_s(time.monotonic(), chance, tried_s=tried_s)

    def _rest(self, why: Fault, wait_s: float) -> None:
        """Wait before the next attempt; say why once, not at every attempt."""
        self._drop()
        self._retry_at_s = time.monotonic() + wait_s
        if why == self.fault:
            return
        self.fault = why
        log.warning("link down broker=%s %s; nothing stored is lost", self._where, why)
        self._owner.down(str(why))

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session:
            session.drop()

    def _accepted(self) -> None:
        self.fault, self._is_known = None, True
        self._backoff = self._backoff.accepted(time.monotonic())
        log.info("link up broker=%s", self._where)
        self._greet()

    def _greet(self) -> None:
        if not self._owner.up():
            raise RuntimeError("the owner could not greet the broker")

    def _subscribed(self, was_refused: bool) -> None:
        self._owner.alarm("subscription", "")
        if was_refused:
            self._greet()  # what was answered meanwhile did not reach us

    def _not_subscribed(self, filters: Sequence[str]) -> None:
        self._owner.alarm(
            "subscription",
            f"the broker's ACL does not let us read {', '.join(filters)}; correct the ACL, "
            "it is asked again by itself",
        )
