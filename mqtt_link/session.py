"""One connection to the broker from its TCP handshake to its end, on a paho client of its own.

A client that is never used twice cannot send again what an earlier connection left in it, and new
passwords and certificates need no special case. Only `turn` touches the socket, so `publish` may
come from any thread.
"""

import random
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import LogLevel
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from mqtt_link import fault
from mqtt_link.access import Access, Credentials
from mqtt_link.client import KEEPALIVE_S, new_client, topic_of
from mqtt_link.fault import Fault
from mqtt_link.subscription import Subscription
from mqtt_link.waker import Waker

GOODBYE_S = 3.0
SUBSCRIBE_QOS = 0
"""A QoS 1 subscription leaves a queue or a consumer behind on clusters, which keeps the client out
when a node dies (docs/brokers.md). What QoS 0 may lose, our own acknowledgements notice."""
_HUNG_UP = ("reset by peer", "Broken pipe", "EOF")
"""How a socket tells that the other end closed it, other than by an end of file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What a session tells its owner, inside `turn`; they do not raise."""

    accepted: Callable[[], None]
    received: Callable[[str, bytes], None]
    stored: Callable[[int], None]
    """The broker has taken the QoS 1 message of this id (PUBACK)."""
    subscribed: Callable[[bool], None]
    """The broker has granted all our filters; True when it had refused one at first."""
    refused: Callable[[Sequence[str]], None]
    """The broker does not let us read these filters; they are asked for again now and then."""


class Session:
    """A paho client and how its connection ended."""

    def __init__(
        self,
        where: Access,
        credentials: Credentials,
        handlers: Handlers,
        *,
        filters: Sequence[str],
        last_will: tuple[str, bytes] | None,
        window: int | None,
        waker: Waker,
    ) -> None:
        """Connect; raises OSError or ValueError. The broker's answer comes in a later turn."""
        self._handlers, self._subscription = handlers, Subscription(filters)
        self._asked: dict[int, list[str]] = {}
        self._window, self._waker = window, waker
        self._accepted_at_s: float | None = None
        self._socket_told, self._refusal, self._is_silence = "", "", False
        self._flying: list[mqtt.MQTTMessageInfo] = []
        self._client = new_client(where, credentials)
        self._listen(self._client)
        if last_will:
            self._client.will_set(*last_will, qos=1, retain=True)
        try:
            self._client.connect(where.host, where.port, keepalive=KEEPALIVE_S)
        except (OSError, ValueError):
            credentials.abandon()
            raise
        self._asked_at_s = time.monotonic()

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us, as far as we know."""
        return self._accepted_at_s is not None

    @property
    def lived_s(self) -> float:
        """How long ago the broker accepted us."""
        return 0.0 if self._accepted_at_s is None else time.monotonic() - self._accepted_at_s

    @property
    def held_s(self) -> float:
        """For how long the broker has had our CONNECT without any answer."""
        is_answered = self.is_up or bool(self._refusal)
        return 0.0 if is_answered else time.monotonic() - self._asked_at_s

    @property
    def has_room(self) -> bool:
        """Whether fewer QoS 1 messages than the window wait for their PUBACK."""
        return self._window is None or self._count_flying() < self._window

    def ending(self, *, is_known: bool) -> Fault:
        """Why it ended; `is_known`: the broker has let us in before."""
        if self._refusal:
            return fault.of_refusal(self._refusal)
        return fault.of_loss(
            self._socket_told,
            was_accepted=self.is_up,
            was_served=self.was_served,
            is_known=is_known,
            is_silence=self._is_silence,
        )

    @property
    def was_served(self) -> bool:
        """Whether the broker has done more for us than to let us in."""
        return self._subscription.is_answered

    @property
    def was_thrown_out(self) -> bool:
        """Whether the broker had served us and then closed the connection by itself."""
        told = self._socket_told
        hung_up = not told or any(words in told for words in _HUNG_UP)
        return self.was_served and hung_up and not self._is_silence

    def turn(self, timeout_s: float) -> bool:
        """Do what the network has for us, for about that long; False when the session is over."""
        client, sock = self._client, self._client.socket()
        if sock is not None:
            poll = select.poll()
            poll.register(sock, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
            self._waker.register(poll)
            has_more = bool(getattr(sock, "pending", int)())  # TLS may hold decrypted bytes back
            ready = dict(poll.poll(0 if has_more else timeout_s * 1000))
            if self._waker.fileno() in ready:
                self._waker.clear()
            if has_more or sock.fileno() in ready:
                client.loop_read()
            if client.want_write():
                client.loop_write()
            client.loop_misc()
            if self.is_up and self._subscription.is_due(time.monotonic()):
                self._subscribe()
        return client.socket() is not None

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int | None:
        """Hand a message over unless the window is full; returns its id (any thread)."""
        if qos and not self.has_room:
            return None
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            return None
        if qos and self._window is not None:
            self._flying.append(info)
        self._waker.wake()
        return info.mid

    def say_goodbye(self) -> None:
        """Disconnect, so that the last will stays unspoken; a deaf broker is left after a while.

        PUBACKs are waited for: closing a socket with unread bytes takes back what was sent last.
        """
        self._waker = Waker()  # nobody reads meanwhile what else would end a wait
        deadline_s, is_open = time.monotonic() + GOODBYE_S, True
        while is_open and self._count_flying() and time.monotonic() < deadline_s:
            is_open = self.turn(0.1)
        self._client.disconnect()
        while is_open and time.monotonic() < deadline_s:
            is_open = self.turn(0.1)

    def drop(self) -> None:
        """Close whatever is still open."""
        if sock := self._client.socket():
            sock.close()

    def _count_flying(self) -> int:
        self._flying = [info for info in self._flying if not info.is_published()]
        return len(self._flying)

    def _listen(self, client: mqtt.Client) -> None:
        client.on_log = self._logged
        client.on_connect = self._answered
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_publish = lambda _c, _d, mid, *_: self._handlers.stored(mid)
        client.on_message = lambda _c, _d, message: self._handlers.received(
            topic_of(message), bytes(message.payload)
        )

    def _answered(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        self._accepted_at_s = time.monotonic()
        self._subscribe()
        self._handlers.accepted()

    def _subscribe(self) -> None:
        asked = self._subscription.ask(time.monotonic(), random.random())  # noqa: S311
        _, mid = self._client.subscribe([(topic, SUBSCRIBE_QOS) for topic in asked])
        if mid is not None:
            self._asked[mid] = asked

    def _subscribed(
        self,
        _client: mqtt.Client,
        _data: object,
        mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        was_refused = bool(self._subscription.refused)
        answers = zip(self._asked.pop(mid, []), reasons, strict=False)
        self._subscription.answer({topic: not reason.is_failure for topic, reason in answers})
        if self._subscription.refused:
            self._handlers.refused(self._subscription.refused)
        else:
            self._handlers.subscribed(was_refused)

    def _disconnected(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._is_silence = str(reason) == "Keep alive timeout"

    def _logged(self, _client: mqtt.Client, _data: object, level: int, words: str) -> None:
        """The only place where paho tells why a socket broke."""
        if level == LogLevel.MQTT_LOG_ERR:
            self._socket_told = words
