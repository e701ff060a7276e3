import logging
import sqlite3
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from appliance.actions.cases import intake, photos
from appliance.domain.cases.photo import Photo
from appliance.domain.city import topics, wire
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.events.requests import RequestReceived, RequestStatusChanged
from appliance.domain.ids import SiteCode
from appliance.domain.quota import Quota
from appliance.store.box import gauges
from appliance.store.cases import photos as stored_photos
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.errors import StoreFull
from sync_agent.agent import Agent, Machine
from tests.builders import CITY_EPOCH, a_batch, a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.unit.sync_agent.recording_link import RecordingLink, Stopwatch, run

NEW_EPOCH = "00000002"


@pytest.fixture
def agent(db: sqlite3.Connection, link: RecordingLink, watch: Stopwatch) -> Agent:
    machine = Machine(
        now=at,
        monotonic_s=lambda: watch.now_s,
        new_epoch=lambda: NEW_EPOCH,
        disk_free_bytes=lambda: 5_000_000,
        keep_house=lambda: None,
        is_undervolted=lambda: True,
    )
    agent = Agent(db, machine)
    agent.attach(link)
    return agent


def down(leaf: Leaf, message: wire.Batch | wire.Ack | wire.Welcome) -> tuple[str, bytes]:
    return str(Topic(SITE, leaf)), wire.encode(message)


def test_a_stored_request_is_sent_after_hello_and_acked_when_the_city_says_so(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    receipt = intake.receive(db, a_draft("lampu jalan mati"), at())
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
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    intake.receive(db, a_draft(), at())
    run(agent, link, agent.link_up)
    [hello] = link.of(Leaf.UP_HELLO)
    assert isinstance(hello, wire.Hello)
    assert hello.lanes["p1"] == wire.LaneRange(first=1, last=1, acked=0)
    assert hello.down is None


def test_a_large_backlog_is_cut_into_batches_the_wire_allows(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    for number in range(60):
        intake.receive(db, a_draft(f"{number} " + "💡" * 3900), at())
    acks = [
        lambda upto=upto: agent.message(
            *down(Leaf.DOWN_ACK, wire.Ack(epoch=EPOCH, lane="p1", upto=upto))
        )
        for upto in range(1, 61)
    ]
    run(agent, link, agent.link_up, *acks)
    batches = [batch for batch in link.of(Leaf.UP_EVENTS) if isinstance(batch, wire.Batch)]
    ends = [batch.first + len(batch.events) for batch in batches]
    assert [batch.first for batch in batches] == [1, *ends[:-1]]
    assert ends[-1] == 61


def test_an_old_copy_of_a_database_goes_on_under_a_new_epoch(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    """Check 11: a card restored from yesterday's image; the city knows more than it."""
    for text in ("satu", "dua", "tiga"):
        intake.receive(db, a_draft(text), at())
    old_ticket = max(request.ticket for request in requests.every(db))
    run(agent, link, agent.link_up, lambda: agent.message(*ack(2)), lambda: agent.message(*ack(9)))
    batch = link.of(Leaf.UP_EVENTS)[-1]
    assert isinstance(batch, wire.Batch)
    assert (batch.epoch, batch.first, len(batch.events)) == (NEW_EPOCH, 1, 1)
    assert [request.acked for request in requests.every(db)] == [True, True, False]
    receipt = intake.receive(db, a_draft("empat"), at())
    assert isinstance(receipt, intake.Receipt)
    assert int(receipt.request.ticket.digits[2:7]) >= int(old_ticket.digits[2:7]) + 1000


def test_a_clone_takes_a_new_epoch_when_the_city_asks(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    """Check 12: other events stand under our numbers."""
    intake.receive(db, a_draft("satu"), at())
    renew = wire.Ack(epoch=EPOCH, lane="p1", upto=1, renew=True)
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_ACK, renew)))
    batch = link.of(Leaf.UP_EVENTS)[-1]
    assert isinstance(batch, wire.Batch)
    assert (batch.epoch, batch.first) == (NEW_EPOCH, 1)


def test_an_ack_for_another_run_is_not_ours(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    intake.receive(db, a_draft("satu"), at())
    foreign = wire.Ack(epoch=EPOCH, lane="p1", upto=1, session="ffffffff")
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_ACK, foreign)))
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 0


def test_events_the_city_has_lost_are_sent_again(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    for text in ("satu", "dua", "tiga"):
        intake.receive(db, a_draft(text), at())
    run(agent, link, agent.link_up, lambda: agent.message(*ack(3)))
    assert all(request.acked for request in requests.every(db))
    run(agent, link, lambda: agent.message(*ack(1, want=2)))
    batch = link.of(Leaf.UP_EVENTS)[-1]
    assert isinstance(batch, wire.Batch)
    assert (batch.first, len(batch.events)) == (2, 2)
    assert [request.acked for request in requests.every(db)] == [True, False, False]


def test_a_replaced_box_does_not_reuse_its_predecessors_tickets(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    welcome = wire.Welcome(epoch=CITY_EPOCH, blocks=[0, 1, 3], now=0)
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_HELLO, welcome)))
    receipt = intake.receive(db, a_draft("satu"), at())
    assert isinstance(receipt, intake.Receipt)
    assert receipt.request.ticket.digits[2:4] == "02"


def test_an_ack_of_what_was_stored_since_the_last_look_does_not_end_the_epoch(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    """A batch is read after the look at the outbox, so it may take a newer event along."""
    run(agent, link, agent.link_up)
    intake.receive(db, a_draft("satu"), at())
    agent.message(*ack(1))
    assert [request.acked for request in requests.every(db)] == [True]
    assert db.execute("SELECT epoch FROM box").fetchone()["epoch"] == EPOCH


def test_the_city_is_told_how_the_box_is_doing(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink, watch: Stopwatch,
) -> None:  # fmt: skip
    intake.receive(db, a_draft("satu"), at())
    agent.link_up()
    watch.now_s = 60.0
    run(agent, link)
    [row] = [row for row in outbox.every(db) if row.lane is Lane.STATISTICS]
    event = wire.decode_event(row.kind, row.payload.encode())
    assert isinstance(event, BoxHeartbeat)
    assert event.backlog["p1"] == 1
    assert event.gauges["sync"]["link"] == "up"
    assert event.gauges["sync"]["power"] == "low"


def ack(upto: int, *, want: int | None = None) -> tuple[str, bytes]:
    return down(Leaf.DOWN_ACK, wire.Ack(epoch=EPOCH, lane="p1", upto=upto, want=want))


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
    db: sqlite3.Connection, agent: Agent, link: RecordingLink,
    topic: str, payload: bytes, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    receipt = intake.receive(db, a_draft(), at())
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
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    intake.receive(db, a_draft(), at())
    ack = wire.Ack(epoch=EPOCH, lane="p1", upto=1, reject=[wire.Reject(seq=1, code="event")])
    run(agent, link, agent.link_up, lambda: agent.message(*down(Leaf.DOWN_ACK, ack)))
    [row] = outbox.every(db)
    assert row.reject_code == "event"
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 1


def test_an_acknowledgement_for_another_life_of_the_database_moves_nothing(
    db: sqlite3.Connection, agent: Agent, link: RecordingLink
) -> None:
    intake.receive(db, a_draft(), at())
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


class HastyLink(RecordingLink):
    """The city's ack is handled inside `publish`, before the agent has noted what it sent."""

    def __init__(self) -> None:
        super().__init__()
        self.agent: Agent | None = None

    def publish(self, leaf: Leaf, payload: bytes, *, qos: int, **options: Any) -> None:
        super().publish(leaf, payload, qos=qos, **options)
        batch = self.sent[-1][1]
        if isinstance(batch, wire.Batch) and self.agent:
            upto = batch.first + len(batch.events) - 1
            ack = wire.Ack(epoch=batch.epoch, lane=batch.lane, upto=upto)
            self.agent.message(*down(Leaf.DOWN_ACK, ack))


def test_an_ack_that_comes_before_its_batch_is_noted_leaves_no_row_behind(
    db: sqlite3.Connection, agent: Agent, watch: Stopwatch
) -> None:
    """Check 18."""
    hasty = HastyLink()
    hasty.agent = agent
    agent.attach(hasty)
    numbers = range(30)

    def report(number: int) -> None:
        intake.receive(db, a_draft(f"lampu jalan mati {number}"), at())
        watch.now_s += 1.0

    run(agent, hasty, agent.link_up, *[lambda n=number: report(n) for number in numbers])
    for _ in range(10):
        watch.now_s += 10.0
        run(agent, hasty, lambda: None)
    assert all(request.acked for request in requests.every(db))
    sent = [
        seq
        for batch in hasty.of(Leaf.UP_EVENTS)
        if isinstance(batch, wire.Batch) and batch.lane == Lane.COMPLAINTS
        for seq in range(batch.first, batch.first + len(batch.events))
    ]
    assert sent == [number + 1 for number in numbers], "each once, in order"


def test_photos_make_room_before_the_store_needs_it(
    db: sqlite3.Connection, link: RecordingLink, watch: Stopwatch
) -> None:
    def refuse() -> None:
        raise StoreFull("the disk is full")

    photo = Photo(content=b"x", media_type="image/png")
    limit = Quota(limit=1, window=timedelta(hours=1))
    staged = photos.stage(db, photo, at(), origin=None, limit=limit)
    receipt = intake.receive(db, a_draft(), at(), photo=staged)
    assert isinstance(receipt, intake.Receipt)
    machine = Machine(
        now=at,
        monotonic_s=lambda: watch.now_s,
        new_epoch=lambda: NEW_EPOCH,
        disk_free_bytes=lambda: 0,
        keep_house=refuse,
    )
    agent = Agent(db, machine)
    agent.attach(link)
    run(agent, link)
    assert stored_photos.state_of(db, receipt.request.id) == "lost"
