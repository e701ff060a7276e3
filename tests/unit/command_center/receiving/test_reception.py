"""Messages as the network brings them: good ones answered after the commit, bad ones set aside."""

import logging
import random
import threading
import tracemalloc
import zlib
from datetime import datetime

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError

from appliance.domain.city import wire
from command_center.receiving import early, ingest
from command_center.receiving.inbound import cut
from command_center.receiving.receiver import GROUP_MAX_BYTES, QUEUE_MAX_MESSAGES, Receiver
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store.receiving import quarantine
from command_center.store.receiving.quarantine import Poison
from tests.conftest import START
from tests.support.waiting import wait_for
from tests.unit.command_center.city import (
    BOX_EPOCH,
    CLOCK,
    a_batch,
    a_received,
    all_requests,
    break_store,
    commit,
    rows,
    wire_event,
)

UP = "posko/1/1471/147107/up/ev/p1"
GOOD = wire.encode(a_batch())
BOMB = zlib.compress(b" " * 100_000_000)


class Desk:
    """A reception whose answers are written down."""

    def __init__(self, engine: Engine) -> None:
        self.acks: list[tuple[str, wire.Ack, int]] = []
        downlink = Downlink(engine, self.publish, now=now, jitter=lambda: 1.0)
        blobs = Blobs(engine, self.publish, now=now)
        self._reception = Reception(engine, self.publish, downlink, blobs, now=now)

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        if topic.endswith("/ack"):
            self.acks.append((topic, wire.decode(payload, wire.Ack), qos))

    def hello(self) -> None:
        ranges = {"p1": wire.LaneRange(first=1, last=9, acked=0)}
        hello = wire.Hello(versions=[1], epoch=BOX_EPOCH, lanes=ranges, clock=CLOCK)
        self.work(("posko/1/1471/147107/up/hello", wire.encode(hello)))

    def work(self, *messages: tuple[str, bytes]) -> None:
        self._reception.work([cut(topic, payload) for topic, payload in messages])


def now() -> datetime:
    return START


class Outlet:
    """A connection that is up and writes down the acks."""

    is_up = True

    def __init__(self) -> None:
        self.acks: list[wire.Ack] = []

    def publish(self, _topic: str, payload: bytes, _qos: int) -> None:
        self.acks.append(wire.decode(payload, wire.Ack))

    def keep_alive(self) -> None:
        """Nothing to keep."""


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_an_ack_goes_out_on_the_boxs_own_topic(desk: Desk) -> None:
    desk.work((UP, GOOD))
    topic, ack, qos = desk.acks[0]
    assert (topic, ack.upto, qos) == ("posko/1/1471/147107/down/ack", 1, 0)


MALFORMED = [
    pytest.param(UP, b"\x00\xff\x00", "json", id="bytes"),
    pytest.param(UP, b"{", "json", id="cut off"),
    pytest.param(UP, b"{}", "schema", id="no fields"),
    pytest.param(UP, b'{"v":2,"epoch":"0a1b2c3d"}', "schema", id="another version"),
    pytest.param(UP, b'{"v":1,"epoch":NaN}', "json", id="NaN"),
    pytest.param(UP, b'{"v":1,"x":' + b"[" * 60_000, "json", id="deep"),
    pytest.param(UP, b"x\x9c nonsense", "zlib", id="broken zlib"),
    pytest.param(UP, BOMB[:60_000], "size", id="zlib bomb"),
    pytest.param(UP, b"{" * 1_000_000, "size", id="too long"),
    pytest.param(UP.replace("p1", "p2"), GOOD, "lane", id="lane of another topic"),
    pytest.param(UP.replace("147107", "127107"), GOOD, "topic", id="site of another city"),
    pytest.param("posko/1/1471/147107/up/res", GOOD, "topic", id="unknown leaf"),
    pytest.param("posko/1/1471/147107/down/ack", GOOD, "topic", id="wrong direction"),
    pytest.param("(not UTF-8)", GOOD, "topic", id="topic that is no text"),
]


@pytest.mark.parametrize(("topic", "payload", "code"), MALFORMED)
def test_a_malformed_message_is_set_aside_and_its_neighbours_go_on(
    engine: Engine, desk: Desk, topic: str, payload: bytes, code: str
) -> None:
    after = wire.encode(a_batch(first=2))
    desk.work((UP, wire.encode(a_batch())), (topic, payload), (UP, after))
    assert [ack.upto for _, ack, _ in desk.acks] == [1, 2]
    kept = rows(engine, "SELECT code, size_bytes, length(payload_hex) <= 131072 FROM quarantine")
    assert kept == [(code, len(payload), 1)]
    assert rows(engine, "SELECT quarantined FROM city") == [(1,)]


def test_a_huge_message_is_not_kept_in_memory() -> None:
    payload = bytes(300_000_000)
    tracemalloc.start()
    cut(UP, payload)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_logs_never_hold_what_a_malformed_message_said(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.work((UP, b'{"text": "rahasia sekali"'), ("rahasia sekali", b"{}"))
    assert "json" in caplog.text
    assert "rahasia sekali" not in caplog.text


def test_the_empty_message_that_clears_a_retained_state_means_nothing(
    engine: Engine, desk: Desk
) -> None:
    desk.work(("posko/1/1471/147107/state/conn", b""))
    assert rows(engine, "SELECT quarantined FROM city") == [(0,)]


def test_the_quarantine_forgets_the_oldest(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "ROWS_KEPT", 3)
    for n in range(5):
        poison = Poison(site=None, topic=str(n), code="x", payload=b"", size_bytes=0)
        commit(engine, quarantine.add, poison, START)
    assert rows(engine, "SELECT topic FROM quarantine") == [("2",), ("3",), ("4",)]
    assert rows(engine, "SELECT quarantined FROM city") == [(5,)]


def test_an_event_that_breaks_the_store_is_set_aside_and_blocks_nothing(
    engine: Engine, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    break_store(engine, "requests", "text")
    texts = ("satu", "poison", "tiga")
    batch = a_batch(*[wire_event(a_received(text=text)) for text in texts])
    desk.work((UP, GOOD), (UP, wire.encode(replace(batch, first=2))))
    desk.work((UP, wire.encode(a_batch(first=5))))
    acks = [ack for _, ack, _ in desk.acks]
    assert [ack.upto for ack in acks] == [1, 4, 5]
    assert [(reject.seq, reject.code) for reject in acks[1].reject] == [(3, "store")]
    assert rows(engine, "SELECT count(*) FROM requests") == [(4,)]
    assert "a bug" in caplog.text


def batches(desk: Desk, *firsts: int) -> list[tuple[int, int | None, int | None]]:
    """Batches of two events each; what each ack says."""
    before = len(desk.acks)
    for first in firsts:
        events = [wire_event(kind="x", data=str(seq)) for seq in (first, first + 1)]
        desk.work((UP, wire.encode(a_batch(*events, first=first))))
    return [(ack.upto, ack.want, ack.until) for _, ack, _ in desk.acks[before:]]


def test_what_came_early_is_held_and_only_the_gap_is_asked_for(engine: Engine, desk: Desk) -> None:
    """Check 20."""
    assert batches(desk, 1, 5, 7) == [(2, None, None), (2, 3, 4), (2, None, None)]
    assert batches(desk, 3) == [(4, None, None), (6, None, None), (8, None, None)]
    assert rows(engine, "SELECT seq FROM events ORDER BY received_at, id") == [
        (seq,) for seq in range(1, 9)
    ]


def test_a_second_gap_is_asked_for_when_the_first_is_filled(desk: Desk) -> None:
    assert batches(desk, 3, 7) == [(0, 1, 2), (0, None, None)]
    assert batches(desk, 1) == [(2, None, None), (4, 5, 6)]
    assert batches(desk, 5)[-1] == (8, None, None)


def test_a_box_that_starts_over_is_asked_again(desk: Desk) -> None:
    assert batches(desk, 3, 5, 3) == [(0, 1, 2), (0, None, None), (0, 1, 2)]


def test_early_batches_are_bounded_and_the_newest_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "HELD_MAX_BATCHES", 2)
    batches(desk, 3, 5, 7)
    assert batches(desk, 1) == [(2, None, None)]
    assert batches(desk, 3)[-1] == (8, None, None)


def test_a_hello_drops_what_was_held(desk: Desk) -> None:
    batches(desk, 3)
    desk.hello()
    assert batches(desk, 1)[-1] == (2, None, None)


def test_when_the_database_refuses_nothing_is_acknowledged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> wire.Ack:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(ingest, "store", full)
    with pytest.raises(OperationalError):
        desk.work((UP, GOOD))
    assert desk.acks == []


def test_the_worker_outlives_a_database_that_refuses(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outlet = Outlet()
    receiver = Receiver(engine, outlet, now=now)
    real, refusals = ingest.store, threading.Event()

    def store(*args: object, **more: object) -> wire.Ack:
        if not refusals.is_set():
            refusals.set()
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ingest, "store", store)
    receiver.start()
    receiver.offer(UP, GOOD)
    assert refusals.wait(10)
    receiver.offer(UP, GOOD)
    wait_for(lambda: outlet.acks, "the second attempt is acknowledged")
    receiver.stop()
    assert "database refuses" in caplog.text
    assert len(all_requests(engine)) == 1


def test_a_full_queue_holds_the_network_back_and_loses_nothing(engine: Engine) -> None:
    outlet = Outlet()
    receiver = Receiver(engine, outlet, now=now)
    total = QUEUE_MAX_MESSAGES + 10
    offered = threading.Event()

    def network() -> None:
        for seq in range(1, total + 1):
            receiver.offer(UP, wire.encode(a_batch(wire_event(kind="x", data="1"), first=seq)))
        offered.set()

    thread = threading.Thread(target=network)
    thread.start()
    assert not offered.wait(0.3), "the network thread must wait while nobody works"
    receiver.start()
    thread.join()
    wait_for(lambda: len(outlet.acks) == total, "everything is acknowledged", limit_s=60)
    receiver.stop()
    assert outlet.acks[-1].upto == total
    windows = [ack.window for ack in outlet.acks]
    assert windows[0] == wire.BATCH_MAX_EVENTS, "under pressure a box is told to send less"
    assert windows[-1] is None


def test_a_large_backlog_is_acknowledged_in_steps_so_that_its_box_can_go_on(
    engine: Engine,
) -> None:
    outlet = Outlet()
    told: list[int] = []
    listen(engine, "commit", lambda _connection: told.append(len(outlet.acks)))
    receiver = Receiver(engine, outlet, now=now)
    for seq in range(1, 5):
        text = random.Random(seq).randbytes(GROUP_MAX_BYTES // 2).hex()
        event = wire_event(kind="x", data=f'"{text}"')
        receiver.offer(UP, wire.encode(a_batch(event, first=seq)))
    receiver.start()
    wait_for(lambda: len(outlet.acks) == 4, "everything is acknowledged")
    receiver.stop()
    assert 2 in told, "the third waited for the first two to be acknowledged"


def test_stopping_frees_a_network_thread_that_waits(engine: Engine) -> None:
    receiver = Receiver(engine, Outlet(), now=now)
    receiver.start()
    receiver.stop()
    thread = threading.Thread(
        target=lambda: [receiver.offer(UP, GOOD) for _ in range(QUEUE_MAX_MESSAGES + 1)]
    )
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_chores_are_done_in_between_and_a_failing_one_stops_nothing(engine: Engine) -> None:
    outlet, done = Outlet(), threading.Semaphore(0)

    def chores() -> None:
        done.release()
        raise RuntimeError("a chore that fails")

    receiver = Receiver(engine, outlet, now=now, chores=chores, chores_every_s=0.01)
    receiver.start()
    assert done.acquire(timeout=10)
    receiver.offer(UP, GOOD)
    wait_for(lambda: outlet.acks, "the message is acknowledged")
    assert done.acquire(timeout=10)
    receiver.stop()
