"""From a complaint's commit to the city's acknowledgement applied on the box, on an idle link.

The baseline is the round trip of a bare MQTT message of QoS 1 over the same broker, to a subscriber
in the same process. Both ends of ours write to disk; the baseline does not.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from statistics import quantiles

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.runtime import clock, ids
from appliance.store.city import outbox
from bench.backlog import text

SAMPLES = 200
_GIVE_UP_S = 30.0
_LOOK_S = 0.0005
_PAUSE_S = (0.02, 0.06)
"""Between two samples, at random, so that they do not keep step with anybody's polling."""


def report(db: sqlite3.Connection, port: int) -> None:
    """Print both, in milliseconds."""
    ours = _percentiles(lambda number: _complain(db, number))
    bare = _bare(port)
    print(f"commit on the box to the city's commit applied there, {SAMPLES} single complaints")
    for name, (p50, p99) in (("bare MQTT message, QoS 1, and back", bare), ("posko", ours)):
        print(f"  {name:38}  p50 {p50:6.1f} ms   p99 {p99:6.1f} ms")
    print(f"  beyond the bare message                 p50 {ours[0] - bare[0]:6.1f} ms")


def _percentiles(sample: Callable[[int], float]) -> tuple[float, float]:
    taken_ms = []
    for number in range(SAMPLES):
        time.sleep(random.uniform(*_PAUSE_S))
        taken_ms.append(sample(number) * 1000)
    cuts = quantiles(taken_ms, n=100)
    return cuts[49], cuts[98]


def _complain(db: sqlite3.Connection, number: int) -> float:
    draft = Draft(channel=Channel.PORTAL, text=text(number), submission_id=ids.new_id())
    receipt = intake.receive(db, draft, clock.now())
    start_s = time.perf_counter()
    assert isinstance(receipt, intake.Receipt)
    place = outbox.place_of(db, receipt.request.id)
    while outbox.lanes(db)[place.lane].acked_seq < place.seq:
        time.sleep(_LOOK_S)
        assert time.perf_counter() - start_s < _GIVE_UP_S, "the city does not answer"
    return time.perf_counter() - start_s


def _bare(port: int) -> tuple[float, float]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    ready, back = threading.Event(), threading.Event()
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda *_: back.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe("bench/bare", qos=1)
    assert ready.wait(_GIVE_UP_S)

    def sample(number: int) -> float:
        back.clear()
        start_s = time.perf_counter()
        client.publish("bench/bare", f"{number:0500d}", qos=1)
        assert back.wait(_GIVE_UP_S)
        return time.perf_counter() - start_s

    found = _percentiles(sample)
    client.disconnect()
    client.loop_stop()
    return found
