"""The MQTT link: one paho client in one thread, driven by the agent's loop.

It knows connecting, back-off, birth and last will. It queues nothing: what must not be lost is in
the outbox. Everything runs in the caller's thread, so no callback can die unseen.
"""

import logging
import random
import socket
import ssl
import time
from collections.abc import Callable

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from appliance.domain import topics, wire
from appliance.domain.ids import SiteCode
from appliance.domain.topics import Lane, Leaf, Topic
from appliance.runtime.settings import Sync

log = logging.getLogger(__name__)

KEEPALIVE_S = 20
CONNECT_TIMEOUT_S = 10.0
TCP_USER_TIMEOUT_MS = 15_000
"""Unacknowledged bytes older than this close the connection (tcp(7)): a half-open link shows."""
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0


class Link:
    """A connection to the broker that is always trying to be up."""

    def __init__(
        self,
        settings: Sync,
        site: SiteCode,
        *,
        boot_id: str,
        connection_number: Callable[[], int],
        password: str | None,
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        on_message: Callable[[str, bytes], None],
    ) -> None:
        self._settings = settings
        self._site = site
        self._boot_id = boot_id
        self._connection_number = connection_number
        self._on_up, self._on_down, self._on_message = on_up, on_down, on_message
        self._is_up = False
        self._failure = ""
        self._retry_s = FIRST_RETRY_S
        self._retry_at_s = 0.0
        self._client = self._new_client(password)

    def _new_client(self, password: str | None) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._settings.client_id or self._site.site,
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if self._settings.username:
            client.username_pw_set(self._settings.username, password)
        if self._settings.tls_ca:
            context = ssl.create_default_context(cafile=self._settings.tls_ca)
            if self._settings.tls_cert:
                context.load_cert_chain(self._settings.tls_cert, self._settings.tls_key)
            client.tls_set_context(context)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = lambda _c, _u, message: self._on_message(
            message.topic, bytes(message.payload)
        )
        client.on_socket_open = _notice_dead_peers
        return client

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for at most about `timeout_s`."""
        if self._client.socket() is None:
            self._connect_when_due(timeout_s)
            return
        result = self._client.loop(timeout_s)
        if result != mqtt.MQTT_ERR_SUCCESS and self._client.socket() is None:
            self._back_off(mqtt.error_string(result))

    def publish(self, leaf: Leaf, payload: bytes, *, qos: int, lane: Lane | None = None) -> None:
        """Send a payload on this box's own topic; what does not arrive is sent again later."""
        self._client.publish(str(Topic(self._site, leaf, lane)), payload, qos=qos)

    def close(self) -> None:
        """Say goodbye: the city learns at once that this box went down on purpose."""
        if self._is_up:
            self._client.publish(self._conn_topic, self._conn(on=False), qos=1, retain=True)
            self._client.disconnect()

    def _connect_when_due(self, timeout_s: float) -> None:
        wait_s = self._retry_at_s - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            return
        self._number = self._connection_number()
        self._client.will_set(self._conn_topic, self._conn(on=False), qos=1, retain=True)
        try:
            self._client.connect(self._settings.broker, self._settings.port, keepalive=KEEPALIVE_S)
        except OSError as error:
            self._back_off(str(error))

    def _back_off(self, reason: str) -> None:
        """Wait with full jitter before the next attempt; say so once, not at every attempt."""
        if reason != self._failure:
            log.warning(
                "uplink down broker=%s:%s reason=%s; check the cable, [sync] broker and port; "
                "reports are kept and sent later",
                self._settings.broker,
                self._settings.port,
                reason,
            )
        self._failure = reason
        self._retry_at_s = time.monotonic() + random.uniform(0.1, self._retry_s)  # noqa: S311
        self._retry_s = min(self._retry_s * 2, LONGEST_RETRY_S)
        if self._is_up:
            self._is_up = False
            self._on_down(reason)

    def _connected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._back_off(f"refused: {reason}")
            return
        client.drop_out_messages()
        for topic in topics.down_filters(self._site):
            client.subscribe(topic, qos=1)
        client.publish(self._conn_topic, self._conn(on=True), qos=1, retain=True)
        self._is_up, self._failure, self._retry_s = True, "", FIRST_RETRY_S
        log.info("uplink up broker=%s:%s", self._settings.broker, self._settings.port)
        self._on_up()

    def _disconnected(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._is_up:
            self._back_off(f"connection lost: {reason}")

    @property
    def _conn_topic(self) -> str:
        return str(Topic(self._site, Leaf.STATE_CONN))

    def _conn(self, *, on: bool) -> bytes:
        return wire.encode(wire.Conn(on=on, boot=self._boot_id, n=self._number))


def _notice_dead_peers(_client: mqtt.Client, _data: object, sock: object) -> None:
    assert isinstance(sock, socket.socket)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
