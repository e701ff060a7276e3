"""MQTT message ids have 16 bits; a box that talks for months on one connection uses them again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.runtime.broker_settings import Sync
from tests.conftest import SITE
from tests.support.box_link import BoxLink
from tests.support.broker import Broker
from tests.support.waiting import wait_for

EVENTS = str(Topic(SITE, Leaf.UP_EVENTS, Lane.COMPLAINTS))
ACK = str(Topic(SITE, Leaf.DOWN_ACK))
MESSAGES = 66_000
LIMIT_S = 90.0


@contextmanager
def a_city(port: int) -> Iterator[list[bytes]]:
    """A fast city that acknowledges every hundredth message; what it has received."""
    got: list[bytes] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="city")

    def received(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        got.append(bytes(message.payload))
        if len(got) % 100 == 0:
            client.publish(ACK, message.payload)

    client.on_message = received
    subscribed: list[int] = []
    client.on_subscribe = lambda _c, _d, mid, *_: subscribed.append(mid)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe(EVENTS, 0)
    wait_for(lambda: subscribed, "the city listens")
    try:
        yield got
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.slow
def test_more_messages_than_there_are_ids_all_arrive_in_order(tmp_path: Path) -> None:
    """Check 22; as the agent does it, sending and listening in one thread."""
    broker = Broker(tmp_path)
    broker.start()
    box = BoxLink(Sync(port=broker.port))
    sent = 0
    try:
        with a_city(broker.port) as got:
            deadline_s = time.monotonic() + LIMIT_S
            while len(got) < MESSAGES and time.monotonic() < deadline_s:
                box.link.run(0.05)
                while sent < MESSAGES and box.link.has_room:
                    box.publish(b"%d" % sent)
                    sent += 1
            box.link.close()
            assert got == [b"%d" % number for number in range(MESSAGES)]
            assert (box.ups, box.reasons, box.alarms) == (1, [], [])
    finally:
        broker.stop()
