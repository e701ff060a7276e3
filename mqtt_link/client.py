"""A paho client for one connection, set up alike at both ends."""

import socket

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from mqtt_link.access import Access, Credentials

CONNECT_TIMEOUT_S = 10.0
KEEPALIVE_S = 15
"""A broker that is silent for two of these is gone: a line cut halfway shows within 30 s."""
TCP_USER_TIMEOUT_MS = 15_000
"""Bytes that stay unacknowledged longer close the connection (tcp(7))."""


def new_client(where: Access, credentials: Credentials) -> mqtt.Client:
    """A client that has not connected yet and never connects again by itself."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=where.client_id,
        clean_session=True,
        protocol=mqtt.MQTTv311,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_TIMEOUT_S
    if where.username:
        client.username_pw_set(where.username, credentials.password)
    if credentials.context:
        client.tls_set_context(credentials.context)
    client.on_socket_open = _notice_dead_peers
    client.on_socket_register_write = _leave_writing_to_the_loop
    return client


def _notice_dead_peers(_client: mqtt.Client, _data: object, sock: "mqtt.SocketLike") -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)


def _leave_writing_to_the_loop(*_: object) -> None:
    """Its presence keeps paho from writing to the socket inside `publish`."""


def topic_of(message: mqtt.MQTTMessage) -> str:
    """The topic of a received message, whatever bytes it was made of."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return "(not UTF-8)"
