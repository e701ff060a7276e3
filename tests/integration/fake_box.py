"""A box as the city sees it: a bare paho client that sends what a test tells it to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf, Topic, down_filters
from appliance.domain.ids import SiteCode
from tests.conftest import SITE
from tests.support.waiting import wait_for


class FakeBox:
    """Publishes on a box's topics and writes down what the city answers."""

    def __init__(self, port: int, site: SiteCode = SITE) -> None:
        self.site = site
        self.acks: list[wire.Ack] = []
        self.batches: list[wire.Batch] = []
        self._ready = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=site.site, protocol=mqtt.MQTTv311
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_disconnect = lambda *_: self._ready.clear()
        self._client.on_message = self._received
        self._client.connect_async("127.0.0.1", port, keepalive=10)
        self._client.loop_start()

    def wait_until_ready(self) -> None:
        """Connected and subscribed."""
        assert self._ready.wait(20)

    def send(self, message: wire.Batch | wire.Hello | wire.Ack | wire.Conn) -> None:
        """Send a message where it belongs."""
        match message:
            case wire.Batch():
                topic = Topic(self.site, Leaf.UP_EVENTS, Lane(message.lane))
            case wire.Hello():
                topic = Topic(self.site, Leaf.UP_HELLO)
            case wire.Ack():
                topic = Topic(self.site, Leaf.UP_ACK)
            case wire.Conn():
                topic = Topic(self.site, Leaf.STATE_CONN)
        self.send_raw(str(topic), wire.encode(message), retain=isinstance(message, wire.Conn))

    def send_raw(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send any bytes anywhere."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def wait_for_ack(self, upto: int, lane: str = "p1") -> wire.Ack:
        """The first ack of a lane that says at least `upto`."""

        def found() -> wire.Ack | None:
            return next((a for a in self.acks if a.lane == lane and a.upto >= upto), None)

        ack = wait_for(found, f"the city acknowledges {lane} up to {upto}")
        assert ack is not None
        return ack

    def send_until_acked(self, batch: wire.Batch) -> wire.Ack:
        """Repeat a batch, as a box does, until the city has it."""
        upto = batch.first + len(batch.events) - 1
        before = len(self.acks)

        def done() -> wire.Ack | None:
            self.send(batch)
            return next((ack for ack in self.acks[before:] if ack.upto >= upto), None)

        ack = wait_for(done, f"the city acknowledges up to {upto}", limit_s=60)
        assert ack is not None
        return ack

    def leave(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe([(topic, 1) for topic in down_filters(self.site)])

    def _received(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith(Leaf.DOWN_ACK):
            self.acks.append(wire.decode(bytes(message.payload), wire.Ack))
        elif message.topic.endswith(Leaf.DOWN_EVENTS):
            self.batches.append(wire.decode(bytes(message.payload), wire.Batch))


@contextmanager
def a_box(port: int, site: SiteCode = SITE) -> Iterator[FakeBox]:
    """A connected box."""
    box = FakeBox(port, site)
    try:
        box.wait_until_ready()
        yield box
    finally:
        box.leave()
