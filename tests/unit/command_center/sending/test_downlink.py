"""The sender's timing, with a clock that the test moves."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from command_center.cases import casework
from command_center.receiving import ingest
from command_center.sending.downlink import BATCH_MAX_BYTES, BATCH_MAX_EVENTS, Downlink
from command_center.store.database import reading
from command_center.store.sending import downlinks
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.unit.command_center.city import change, commit, received


class Wire:
    """A network that writes down what was sent, and a clock."""

    def __init__(self, engine: Engine) -> None:
        self.now_s = 0.0
        self.sent: list[tuple[str, wire.Batch, int]] = []
        self.downlink = Downlink(
            engine,
            self._publish,
            now=lambda: START,
            jitter=lambda: 1.0,
            monotonic_s=lambda: self.now_s,
        )

    def _publish(self, topic: str, payload: bytes, qos: int) -> None:
        self.sent.append((topic, wire.decode(payload, wire.Batch), qos))

    def tick(self, now_s: float) -> int:
        self.now_s = now_s
        return self.downlink.tick()


@pytest.fixture
def net(engine: Engine) -> Wire:
    return Wire(engine)


@pytest.fixture
def decide(engine: Engine) -> Callable[[int], None]:
    """Send some events down about one request."""
    case = received(engine)

    def act(times: int) -> None:
        for n in range(times):
            casework.change_status(
                engine, case.request_id, Status.IN_PROGRESS, f"kabar {n}", by="x", now=START
            )

    return act


def ack(engine: Engine, upto: int) -> None:
    commit(engine, ingest.ack_down, SITE, wire.Ack(epoch=CITY_EPOCH, lane="p1", upto=upto), START)


def test_nothing_waiting_sends_nothing(net: Wire) -> None:
    assert net.tick(0) == 0


def test_waiting_events_go_out_in_one_batch(net: Wire, decide: Callable[[int], None]) -> None:
    decide(3)
    net.tick(0)
    topic, batch, qos = net.sent[0]
    assert (topic, qos) == ("posko/1/1471/147107/down/ev", 0)
    assert (batch.epoch, batch.lane, batch.first, len(batch.events)) == (CITY_EPOCH, "p1", 1, 3)


def test_one_batch_is_in_flight_until_it_is_acknowledged(
    engine: Engine, net: Wire, decide: Callable[[int], None]
) -> None:
    decide(1)
    net.tick(0)
    decide(1)
    assert net.tick(1) == 0
    ack(engine, 1)
    net.tick(1)
    assert [batch.first for _, batch, _ in net.sent] == [1, 2]


def test_silence_is_answered_later_and_later(net: Wire, decide: Callable[[int], None]) -> None:
    decide(1)
    times = [second for second in range(400) if net.tick(second)]
    assert times == [0, 3, 9, 21, 45, 93, 153, 213, 273, 333, 393]


def test_progress_resets_the_delay(
    engine: Engine, net: Wire, decide: Callable[[int], None]
) -> None:
    decide(1)
    for second in (0, 3, 9):
        assert net.tick(second)
    ack(engine, 1)
    decide(1)
    assert [second for second in range(10, 20) if net.tick(second)] == [10, 13, 19]


def test_a_box_that_says_hello_is_served_at_once(net: Wire, decide: Callable[[int], None]) -> None:
    decide(1)
    net.tick(0)
    net.downlink.forget(SITE)
    assert net.tick(0.1) == 1


def test_a_new_connection_sends_to_all_again(net: Wire, decide: Callable[[int], None]) -> None:
    decide(1)
    net.tick(0)
    net.downlink.forget()
    assert net.tick(0.1) == 1


def test_what_is_acknowledged_is_not_sent_again(
    engine: Engine, net: Wire, decide: Callable[[int], None]
) -> None:
    decide(2)
    net.tick(0)
    ack(engine, 2)
    assert net.tick(1_000) == 0


def test_a_batch_is_bounded_in_events_and_bytes(
    engine: Engine, net: Wire, decide: Callable[[int], None]
) -> None:
    decide(BATCH_MAX_EVENTS + 1)
    net.tick(0)
    assert len(net.sent[0][1].events) == BATCH_MAX_EVENTS
    large = '"' + "x" * (BATCH_MAX_BYTES // 3) + '"'
    change(engine, "UPDATE down_outbox SET payload = :large", large=large)
    with reading(engine) as connection:
        found = downlinks.after(
            connection, SITE, 0, max_events=BATCH_MAX_EVENTS, max_bytes=BATCH_MAX_BYTES
        )
    assert len(found) == 2
