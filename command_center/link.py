"""The MQTT connection of the city: subscribes what boxes send, publishes what they are told.

Knows paho. Does not know what the messages mean, and keeps none: what must not be lost is in the
database of one of the two ends. Callbacks run in paho's thread and never raise, since an exception
there would kill the thread silently.
"""

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from appliance.domain import topics

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
TCP_USER_TIMEOUT_MS = 15_000
"""Unacknowledged bytes older than this close the connection (tcp(7)): a half-open link shows."""
LONGEST_RETRY_S = 30
STABLE_AFTER_S = 30.0
"""A connection that lived shorter than this does not reset the back-off (kicked at once)."""
CLOSE_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and how to be let in."""

    host: str
    port: int
    client_id: str
    username: str = ""
    password: str | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Link:
    """A connection that is always trying to be up."""

    def __init__(self, broker: Broker, city: str) -> None:
        self._broker = broker
        self._filters = topics.up_filters(city)
        self.failures = 0
        """Attempts in a row that did not lead to a lasting connection."""
        self._is_closing = False
        self._up_since_s: float | None = None
        self._client = self._new_client()

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us, as far as we know."""
        return self._up_since_s is not None

    def start(self, *, on_message: Callable[[str, bytes], None], on_up: Callable[[], None]) -> None:
        """Begin connecting in the background; the broker need not be there yet.

        `on_message` and `on_up` are called in the connection's own thread.
        """
        self._on_message, self._on_up = on_message, on_up
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def keep_alive(self) -> None:
        """Start paho's thread again should it have died; call this now and then."""
        if not self._is_closing and self._client.loop_start() == mqtt.MQTT_ERR_SUCCESS:
            log.error("network thread had died; started again")

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Send if the link is up; what does not arrive is sent again by whoever needs it."""
        if self.is_up:
            self._client.publish(topic, payload, qos=qos)

    def close(self) -> None:
        """Disconnect cleanly; a broker that does not answer is left after a few seconds."""
        self._is_closing = True
        self._client.drop_out_messages()
        self._client.disconnect()
        leaving = threading.Thread(target=self._client.loop_stop, name="mqtt-stop", daemon=True)
        leaving.start()
        leaving.join(CLOSE_WITHIN_S)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            clean_session=True,
            protocol=mqtt.MQTTv311,
        )
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls_ca:
            context = ssl.create_default_context(cafile=self._broker.tls_ca)
            if self._broker.tls_cert:
                context.load_cert_chain(self._broker.tls_cert, self._broker.tls_key)
            client.tls_set_context(context)
        client.on_connect = self._connected
        client.on_connect_fail = self._connect_failed
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._received
        client.on_socket_open = _notice_dead_peers
        return client

    def _received(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            self._on_message(_topic_of(message), bytes(message.payload))
        except Exception:
            log.exception("message lost on its way to the queue; its sender will repeat it")

    def _connected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._back_off(client, f"refused: {reason}")
            return
        client.drop_out_messages()
        client.subscribe([(topic, 1) for topic in self._filters])
        self._up_since_s = time.monotonic()
        log.info("broker up host=%s:%s", self._broker.host, self._broker.port)
        self._on_up()

    def _subscribed(
        self,
        _client: mqtt.Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("broker refuses our subscription; let this user read %s", self._filters)

    def _disconnected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        up_since_s, self._up_since_s = self._up_since_s, None
        if up_since_s is not None and time.monotonic() - up_since_s > STABLE_AFTER_S:
            self.failures = 0
        if not self._is_closing:
            self._back_off(client, f"connection lost: {reason}")

    def _connect_failed(self, client: mqtt.Client, _data: object) -> None:
        self._back_off(client, "not reachable")

    def _back_off(self, client: mqtt.Client, reason: str) -> None:
        """Choose how long paho waits before the next attempt: full jitter, growing to 30 s."""
        if self.failures == 0:
            log.warning(
                "broker down host=%s:%s reason=%s; boxes keep their events meanwhile",
                self._broker.host,
                self._broker.port,
                reason,
            )
        self.failures += 1
        longest_s = min(2 ** min(self.failures, 10), LONGEST_RETRY_S)
        wait_s = random.uniform(1, longest_s)  # noqa: S311
        # paho doubles its delay without jitter; the same minimum and maximum make it ours.
        client.reconnect_delay_set(wait_s, wait_s)  # type: ignore[arg-type]


def _topic_of(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "(not UTF-8)"


def _notice_dead_peers(_client: mqtt.Client, _data: object, sock: "mqtt.SocketLike") -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
