"""A listener on the broker that keeps every message of the protocol."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

Captured = list[tuple[str, bytes]]


@contextmanager
def wiretap(port: int, topics: str = "posko/#") -> Iterator[Captured]:
    """Collect (topic, payload) of all messages of these topics while the block runs."""
    captured: Captured = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="wiretap")
    client.on_connect = lambda tap, *_: tap.subscribe(topics, qos=0)
    listening = threading.Event()
    client.on_subscribe = lambda *_: listening.set()
    client.on_message = lambda _c, _d, m: captured.append((m.topic, bytes(m.payload)))
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert listening.wait(10), "the broker lets nobody listen"
        yield captured
    finally:
        client.disconnect()
        client.loop_stop()
