"""The command center's receiver behind a real broker, with boxes played by bare clients."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from command_center.cases import casework
from tests.builders import CITY_EPOCH
from tests.conftest import START
from tests.integration.fake_box import FakeBox, a_box
from tests.support.broker import Broker
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.unit.command_center.city import (
    BOX_EPOCH,
    CLOCK,
    a_batch,
    a_received,
    all_requests,
    rows,
    wire_event,
)

NEIGHBOUR = SiteCode("14.71.01")
HELLO = wire.Hello(
    versions=[1],
    epoch=BOX_EPOCH,
    lanes={"p1": wire.LaneRange(first=1, last=9, acked=0)},
    clock=CLOCK,
)


class City(RunningCity):
    """The city with an officer in it."""

    def decide(self, request_id: str, message: str) -> None:
        casework.change_status(
            self.engine, request_id, Status.IN_PROGRESS, message, by="x", now=START
        )
        self.receiver.wake()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def city(broker: Broker, engine: Engine) -> Iterator[City]:
    """A city that is connected to its broker."""
    broker.start()
    with City(engine, broker.port) as made:
        wait_for(lambda: made.link.is_up, "the city is connected")
        yield made


@pytest.fixture
def box(city: City, broker: Broker) -> Iterator[FakeBox]:
    with a_box(broker.port) as made:
        yield made


def report(box: FakeBox) -> str:
    """Bring one request to the city; return its id."""
    event = a_received()
    box.send_until_acked(a_batch(wire_event(event)))
    return event.request_id


def test_batches_of_two_boxes_are_stored_and_acknowledged(
    city: City, broker: Broker, box: FakeBox
) -> None:
    with a_box(broker.port, NEIGHBOUR) as other:
        for first in (1, 3, 5):
            box.send(a_batch(wire_event(), wire_event(), first=first))
            other.send(a_batch(wire_event(), wire_event(), first=first))
        box.wait_for_ack(6)
        other.wait_for_ack(6)
    assert len(all_requests(city.engine)) == 12
    assert all(ack.epoch == BOX_EPOCH for ack in box.acks)


def test_a_lost_batch_is_asked_for(city: City, box: FakeBox) -> None:
    box.send(a_batch(first=2))
    ack = box.wait_for_ack(0)
    assert (ack.upto, ack.want) == (0, 1)
    box.send(a_batch())
    box.send(a_batch(first=2))
    box.wait_for_ack(2)
    assert len(all_requests(city.engine)) == 2


def test_hello_is_answered_and_the_waiting_downlink_sent(city: City, box: FakeBox) -> None:
    city.decide(report(box), "satu")
    wait_for(lambda: box.batches, "the decision arrives")
    seen = len(box.batches)
    box.send(HELLO)
    wait_for(lambda: len(box.batches) > seen, "hello brings it again at once")
    assert box.acks[-1].upto == 1
    assert {batch.first for batch in box.batches} == {1}


def test_the_downlink_is_repeated_until_the_box_acknowledges(city: City, box: FakeBox) -> None:
    case = report(box)
    city.decide(case, "satu")
    wait_for(lambda: len(box.batches) >= 2, "silence is answered with a repetition")
    box.send(wire.Ack(epoch=CITY_EPOCH, lane="p1", upto=1))
    wait_for(
        lambda: rows(city.engine, "SELECT acked_seq FROM down_lanes") == [(1,)], "the cursor moves"
    )
    city.decide(case, "dua")
    last = wait_for(
        lambda: next((batch for batch in box.batches if batch.first == 2), None), "the next one"
    )
    assert last is not None
    assert b"dua" in bytes(last.events[0].d)


def test_malformed_messages_do_not_block_the_stream(city: City, box: FakeBox) -> None:
    up = "posko/1/1471/147107"
    box.send_raw(f"{up}/up/ev/p1", b"\x00\xff")
    box.send_raw(f"{up}/up/ev/p9", b"{}")
    box.send_raw(f"{up}/up/ev/p2", wire.encode(a_batch()))
    box.send_raw(f"{up}/up/hello", b"{" * 200_000)
    box.send_raw(f"{up}/state/conn", b"")
    box.send_raw("posko/1/1471/999999/up/hello", b"{}")
    box.send(a_batch())
    box.wait_for_ack(1)
    codes = [code for (code,) in rows(city.engine, "SELECT code FROM quarantine ORDER BY id")]
    assert codes == ["json", "topic", "lane", "size", "topic"]


def test_a_large_message_does_not_grow_the_city(city: City, box: FakeBox) -> None:
    box.send_raw("posko/1/1471/147107/up/hello", bytes(50_000_000))
    box.send(a_batch())
    box.wait_for_ack(1)
    assert rows(city.engine, "SELECT size_bytes FROM quarantine") == [(50_000_000,)]
    assert rows(city.engine, "SELECT length(payload_hex) FROM quarantine") == [(1024,)]


def test_a_box_that_came_and_went_is_known(city: City, box: FakeBox) -> None:
    box.send(wire.Conn(on=True, boot="b", n=1))
    box.send(wire.Conn(on=False, boot="b", n=1))
    wait_for(lambda: rows(city.engine, "SELECT is_online FROM boxes") == [(0,)], "the will")


def test_the_city_starts_without_a_broker_and_finds_it_later(
    engine: Engine, broker: Broker
) -> None:
    with City(engine, broker.port) as city:
        wait_for(lambda: city.link.failures, "the first attempt fails")
        broker.start()
        with a_box(broker.port) as box:
            box.send_until_acked(a_batch())


@pytest.mark.slow
def test_a_killed_broker_costs_nothing(city: City, broker: Broker, box: FakeBox) -> None:
    case = report(box)
    broker.kill()
    wait_for(lambda: not city.link.is_up, "the city notices")
    city.decide(case, "sementara broker mati")
    broker.start()
    box.wait_until_ready()
    box.send_until_acked(a_batch(wire_event(), wire_event(), first=2))
    wait_for(lambda: box.batches, "the decision arrives after the restart", limit_s=60)
    assert len(all_requests(city.engine)) == 3


def test_an_exception_in_a_callback_is_survived(
    city: City,
    box: FakeBox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(city.link, "_on_message", fail)
        box.send(a_batch())
        wait_for(lambda: "a bug" in caplog.text, "the failure is logged")
    box.send_until_acked(a_batch())


def test_a_city_that_stops_says_goodbye(engine: Engine, broker: Broker, tmp_path: Path) -> None:
    broker.start()
    with City(engine, broker.port) as city:
        wait_for(lambda: city.link.is_up, "the city is connected")
    log = tmp_path / "mosquitto.log"
    goodbye = "Client posko-center-1471 disconnected."
    wait_for(lambda: goodbye in log.read_text(), "a clean disconnect")


def test_nothing_of_the_traffic_is_logged(
    city: City, box: FakeBox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    event = a_received(text="rahasia sekali", reporter_name="Siti")
    box.send_until_acked(a_batch(wire_event(event)))
    assert "rahasia sekali" not in caplog.text
    assert "Siti" not in caplog.text


@pytest.mark.slow
def test_boxes_that_vanished_with_the_broker_are_not_called_connected(
    city: City, broker: Broker, box: FakeBox
) -> None:
    box.send(wire.Conn(on=True, boot="b", n=1))
    box.send_until_acked(a_batch())
    assert rows(city.engine, "SELECT is_online FROM boxes") == [(1,)]
    broker.kill()
    box.leave()
    wait_for(lambda: not city.link.is_up, "the city notices")
    broker.start()
    wait_for(
        lambda: rows(city.engine, "SELECT is_online FROM boxes") == [(None,)], "nobody knows now"
    )
