import logging
import sqlite3
import threading
from collections.abc import Callable

import msgspec
import pytest

from appliance.actions import intake
from appliance.domain import topics, wire
from appliance.domain.events import RequestReceived, RequestStatusChanged
from appliance.domain.ids import SiteCode
from appliance.domain.topics import Lane, Leaf, Topic
from appliance.store import gauges, outbox, requests
from sync_agent.agent import Agent
from tests.builders import a_batch, a_draft
from tests.conftest import EPOCH, SITE, START, at

Message = wire.Batch | wire.Ack | wire.Hello


class RecordingLink:
    """An uplink that only remembers what it was told to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[Leaf, Message]] = []
        self.turns: list[Callable[[], None]] = []
        self.stop = threading.Event()
        self.is_closed = False

    def run(self, timeout_s: float) -> None:
        if self.turns:
            self.turns.pop(0)()
        else:
            self.stop.set()

    def publish(self, leaf: Leaf, message: Message, *, qos: int, lane: Lane | None = None) -> None:
        encoded = wire.encode(message)
        assert len(encoded) <= wire.MESSAGE_MAX_BYTES
        self.sent.append((leaf, wire.decode(encoded, type(message))))

    def close(self) -> None:
        self.is_closed = True

    def of(self, leaf: Leaf) -> list[Message]:
        return [message for sent_leaf, message in self.sent if sent_leaf is leaf]


@pytest.fixture
def link() -> RecordingLink:
    return RecordingLink()


@pytest.fixture
def agent(db: sqlite3.Connection, link: RecordingLink) -> Agent:
    agent = Agent(db, at, lambda: False)
    agent.attach(link)
    return agent


def run(agent: Agent, link: RecordingLink, *turns: Callable[[], None]) -> None:
    link.turns = list(turns)
    link.stop.clear()
    agent.run(link.stop)


def down(leaf: Leaf, message: wire.Batch | wire.Ack) -> tuple[str, bytes]:
    return str(Topic(SITE, leaf)), wire.encode(message)


def test_a_stored_request_is_sent_after_hello_and_acked_when_the_city_says_so(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str]
) -> None:
    receipt = intake.receive(db, a_draft("lampu jalan mati"), at(), new_id)
    assert isinstance(receipt, intake.Receipt)
    run(agent, link, agent.link_up)
    assert [leaf for leaf, _ in link.sent] == [Leaf.UP_HELLO, Leaf.UP_EVENTS]
    [batch] = link.of(Leaf.UP_EVENTS)
    assert isinstance(batch, wire.Batch)
    assert (batch.epoch, batch.lane, batch.first) == (EPOCH, "p1", 1)
    event = wire.decode_event(batch.events[0].y, bytes(batch.events[0].d))
    assert isinstance(event, RequestReceived)
    assert (event.text, event.ticket) == ("lampu jalan mati", receipt.request.ticket.digits)
    ack = wire.Ack(epoch=EPOCH, lane="p1", upto=1)
    run(agent, link, lambda: agent.message(*down(Leaf.DOWN_ACK, ack)))
    stored = requests.by_ticket(db, receipt.request.ticket)
    assert stored is not None
    assert stored.acked


def test_hello_names_what_the_box_has(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str]
) -> None:
    intake.receive(db, a_draft(), at(), new_id)
    run(agent, link, agent.link_up)
    [hello] = link.of(Leaf.UP_HELLO)
    assert isinstance(hello, wire.Hello)
    assert hello.lanes["p1"] == wire.LaneRange(first=1, last=1, acked=0)
    assert hello.down is None


def test_a_large_backlog_is_cut_into_batches_the_wire_allows(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str]
) -> None:
    for number in range(60):
        intake.receive(db, a_draft(f"{number} " + "💡" * 3900), at(), new_id)
    run(agent, link, agent.link_up, *[lambda: None] * 10)
    batches = [batch for batch in link.of(Leaf.UP_EVENTS) if isinstance(batch, wire.Batch)]
    assert len(batches) == 4
    ends = [batch.first + len(batch.events) for batch in batches]
    assert [batch.first for batch in batches] == [1, *ends[:-1]]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("posko/1/1471/147107/down/ev", b"\xff\xfe"),
        ("posko/1/1471/147107/down/ev", b'{"v":1}'),
        ("posko/1/1471/147107/down/ack", b"{" * 200_000),
        ("posko/1/1471/147107/down/ack", b"\x78\x9cbroken"),
        ("posko/1/1471/147107/down/what", b"{}"),
        ("something/else", b"{}"),
    ],
)
def test_a_malformed_message_is_counted_and_the_next_one_is_applied(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str],
    topic: str, payload: bytes, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    receipt = intake.receive(db, a_draft(), at(), new_id)
    assert isinstance(receipt, intake.Receipt)
    change = RequestStatusChanged(
        request_id=receipt.request.id, ticket=receipt.request.ticket.digits, status="diproses",
        message="m", changed_at=START,
    )  # fmt: skip
    with caplog.at_level(logging.WARNING):
        run(
            agent,
            link,
            lambda: agent.message(topic, payload),
            lambda: agent.message(*down(Leaf.DOWN_EVENTS, a_batch(change))),
        )
    assert "malformed" in caplog.text
    assert gauges.every(db)["sync"]["malformed"][0] == "1"
    [ack] = link.of(Leaf.UP_ACK)
    assert isinstance(ack, wire.Ack)
    assert ack.upto == 1


def test_an_event_the_city_sets_aside_is_marked_and_the_stream_goes_on(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str]
) -> None:
    intake.receive(db, a_draft(), at(), new_id)
    ack = wire.Ack(epoch=EPOCH, lane="p1", upto=1, reject=[wire.Reject(seq=1, code="event")])
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_ACK, ack)))
    [row] = outbox.every(db)
    assert row.reject_code == "event"
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 1


def test_an_acknowledgement_for_another_life_of_the_database_moves_nothing(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, new_id: Callable[[], str]
) -> None:
    intake.receive(db, a_draft(), at(), new_id)
    ack = wire.Ack(epoch="ffffffff", lane="p1", upto=1)
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_ACK, ack)))
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 0


def test_the_link_is_closed_on_the_way_out(agent: Agent, link: RecordingLink) -> None:
    run(agent, link)
    assert link.is_closed


def test_a_box_subscribes_only_below_its_own_site() -> None:
    assert topics.down_filters(SiteCode("14.71.07")) == ["posko/1/1471/147107/down/#"]


def test_payload_json_is_carried_as_it_was_stored() -> None:
    event = wire.WireEvent(y="k", c=wire.Clock(boot="b", mono=1), d=wire.raw('{"a":"\\u00e9"}'))
    assert msgspec.json.encode(event).endswith(b'"d":{"a":"\\u00e9"}}')
