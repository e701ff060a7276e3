import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.city import trusting
from appliance.domain.city import signature, wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import CommandResult
from appliance.store.box import gauges
from appliance.store.database import transaction
from sync_agent.agent import Agent, Machine
from sync_agent.gatekeeper import Gatekeeper
from tests.builders import CITY_EPOCH, a_batch, a_command
from tests.conftest import EPOCH, SITE, at
from tests.unit.sync_agent.recording_link import RecordingLink, Stopwatch, run

SECRETS = [bytes([number]) * 32 for number in range(1, 4)]
OURS, NEXT, FOREIGN = (signature.public_key(secret) for secret in SECRETS)
SESSION = "00000002"
ACK = wire.Ack(epoch=EPOCH, lane="p1", upto=9, session=SESSION)
"""It would make the box take a new epoch, if it were taken."""


@pytest.fixture
def open_agent(
    db: sqlite3.Connection, link: RecordingLink, watch: Stopwatch
) -> Callable[..., Agent]:
    def open_it(*keys: str) -> Agent:
        machine = Machine(
            now=at,
            monotonic_s=lambda: watch.now_s,
            new_epoch=lambda: SESSION,
            disk_free_bytes=lambda: 5_000_000,
            keep_house=lambda: None,
        )
        agent = Agent(db, machine, city_keys=keys, start=lambda work: work())
        agent.attach(link)
        return agent

    return open_it


def signed(
    leaf: Leaf, message: wire.Ack | wire.Batch | wire.Welcome, secret: bytes = SECRETS[0]
) -> tuple[str, bytes]:
    topic = str(Topic(SITE, leaf))
    return topic, signature.sign(secret, topic, wire.encode(message))


def said(db: sqlite3.Connection, name: str) -> str:
    return gauges.every(db)["sync"][name][0]


def hellos(link: RecordingLink) -> int:
    return len(link.of(Leaf.UP_HELLO))


def test_what_the_city_has_signed_is_taken(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    agent = open_agent(FOREIGN, OURS)
    run(agent, link, agent.link_up, lambda: agent.message(*signed(Leaf.DOWN_ACK, ACK)))
    assert "epoch_renewed" in gauges.every(db)["sync"]
    assert said(db, "refused") == ""
    assert said(db, "city_signature").startswith("checked, trusted: ed25519:")


def test_what_somebody_else_says_is_refused_and_named(
    db: sqlite3.Connection,
    open_agent: Callable[..., Agent],
    link: RecordingLink,
    caplog: pytest.LogCaptureFixture,
) -> None:
    agent = open_agent(OURS)
    topic, payload = signed(Leaf.DOWN_ACK, ACK, SECRETS[2])
    moved = signed(Leaf.DOWN_EVENTS, ACK)[1]
    for forged in (payload, payload, moved, signature.unsigned(payload)):
        agent.message(topic, forged)
    run(agent, link, agent.link_up)
    assert "epoch_renewed" not in gauges.every(db)["sync"]
    assert "3 signed by no trusted key" in said(db, "refused")
    assert "1 without a signature" in said(db, "refused")
    assert "sync.city_keys" in said(db, "refused")
    assert len([r for r in caplog.records if "message refused" in r.message]) == 2


def test_without_keys_everything_is_taken_and_the_status_says_so(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    agent = open_agent()
    agent.message(*signed(Leaf.DOWN_HELLO, welcome(4), SECRETS[2]))
    agent.message(str(Topic(SITE, Leaf.DOWN_HELLO)), wire.encode(welcome(5, session=None)))
    run(agent, link, agent.link_up)
    assert [row["block"] for row in db.execute("SELECT block FROM used_blocks")] == [4, 5]
    assert said(db, "city_signature").startswith("not checked")


def welcome(block: int, session: str | None = SESSION) -> wire.Welcome:
    return wire.Welcome(epoch=CITY_EPOCH, blocks=[block], now=0, session=session)


@pytest.mark.parametrize("session", ["ffffffff", None])
def test_what_was_signed_for_another_run_is_not_taken(
    db: sqlite3.Connection,
    open_agent: Callable[..., Agent],
    link: RecordingLink,
    session: str | None,
) -> None:
    """A recorded message proves nothing, not even to a factory-fresh box without a cursor."""
    agent = open_agent(OURS)
    old = wire.Ack(epoch=EPOCH, lane="p1", upto=9, session=session, renew=True)
    agent.message(*signed(Leaf.DOWN_ACK, old))
    agent.message(*signed(Leaf.DOWN_HELLO, welcome(4, session)))
    batch = wire.Batch(
        epoch=CITY_EPOCH,
        lane="p1",
        first=1,
        sent=at_city(),
        events=[wire.WireEvent(y="x", c=at_city(), d=wire.raw("{}"))],
        session=session,
    )
    agent.message(*signed(Leaf.DOWN_EVENTS, batch))
    run(agent, link)
    assert "epoch_renewed" not in gauges.every(db)["sync"]
    assert db.execute("SELECT 1 FROM used_blocks UNION SELECT 1 FROM inbox").fetchone() is None
    assert said(db, "for_other_runs") == "3"


def at_city() -> wire.Clock:
    return wire.Clock(boot=CITY_EPOCH, mono=1, wall=1)


def test_a_city_that_speaks_to_an_earlier_run_is_greeted_again_but_not_at_every_message(
    open_agent: Callable[..., Agent], link: RecordingLink, watch: Stopwatch
) -> None:
    agent = open_agent(OURS)
    event = wire.WireEvent(y="x", c=at_city(), d=wire.raw("{}"))
    batch = wire.Batch(
        epoch=CITY_EPOCH, lane="p1", first=1, sent=at_city(), events=[event], session="ffffffff"
    )
    for _ in range(3):
        agent.message(*signed(Leaf.DOWN_EVENTS, batch))
    assert hellos(link) == 1
    watch.now_s += 10
    agent.message(*signed(Leaf.DOWN_EVENTS, batch))
    assert hellos(link) == 2


def test_malformed_but_signed_is_malformed(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    agent = open_agent(OURS)
    topic = str(Topic(SITE, Leaf.DOWN_ACK))
    agent.message(topic, signature.sign(SECRETS[0], topic, b"{"))
    run(agent, link)
    assert said(db, "malformed") == "1"
    assert said(db, "refused") == ""


def test_a_key_the_city_has_dropped_stays_dropped_although_the_settings_name_it(
    db: sqlite3.Connection,
) -> None:
    with transaction(db):
        trusting.trust(db, NEXT, [OURS], at())
        trusting.drop(db, OURS, [OURS], at(), signed_by=NEXT)
    assert trusting.trusted(db, [OURS]) == [NEXT]
    gate = Gatekeeper(db, SESSION, [OURS])
    assert "still names what the city has dropped" in gate.gauges()["city_signature"]
    with transaction(db):
        trusting.trust(db, OURS, [OURS], at())
    assert trusting.trusted(db, [OURS]) == [OURS, NEXT]


def test_a_box_whose_every_key_was_dropped_takes_nothing_rather_than_everything(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    """An old posko.toml is put back, and names but the key that the city has dropped since."""
    with transaction(db):
        trusting.drop(db, OURS, [OURS, NEXT], at(), signed_by=NEXT)
    agent = open_agent(OURS)
    agent.message(str(Topic(SITE, Leaf.DOWN_HELLO)), wire.encode(welcome(4)))
    agent.message(*signed(Leaf.DOWN_HELLO, welcome(5)))
    run(agent, link)
    assert db.execute("SELECT block FROM used_blocks").fetchall() == []
    assert said(db, "city_signature").startswith("checked, trusted: none; sync.city_keys still")


@pytest.mark.parametrize(
    ("configured", "dropped", "reason"),
    [
        ([OURS, NEXT], NEXT, "signed by that key"),
        ([OURS], OURS, "last key"),
        ([OURS, NEXT], FOREIGN, "not trusted anyway"),
        ([], OURS, "sync.city_keys"),
    ],
)
def test_no_drop_can_lock_the_city_out(
    db: sqlite3.Connection, configured: list[str], dropped: str, reason: str
) -> None:
    with transaction(db), pytest.raises(BadInput, match=reason):
        trusting.drop(db, dropped, configured, at(), signed_by=NEXT)
    assert trusting.trusted(db, configured) == configured


def test_a_box_that_checks_nothing_is_handed_no_key(db: sqlite3.Connection) -> None:
    with transaction(db), pytest.raises(BadInput, match=r"sync\.city_keys"):
        trusting.trust(db, FOREIGN, [], at())


def test_keys_are_bounded(db: sqlite3.Connection) -> None:
    with transaction(db):
        for number in range(1, trusting.KEYS_MAX):
            trusting.trust(db, signature.public_key(bytes([number + 9]) * 32), [OURS], at())
        with pytest.raises(BadInput, match="drop one first"):
            trusting.trust(db, NEXT, [OURS], at())


def test_who_has_not_signed_gets_no_further_than_the_signature(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    """Neither the topic nor the body is read before; so forgeries cost no commit each."""
    agent = open_agent(OURS)
    for topic in ("posko/1/1471/147107/down/x", str(Topic(SITE, Leaf.DOWN_ACK))):
        agent.message(topic, b"{")
    run(agent, link)
    assert "malformed" not in gauges.every(db)["sync"]
    assert said(db, "refused").startswith("2 without a signature")


def test_an_unsigned_batch_orders_nothing(
    db: sqlite3.Connection, open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    agent = open_agent(OURS)
    agent.message(str(Topic(SITE, Leaf.DOWN_EVENTS)), wire.encode(a_batch(a_command())))
    run(agent, link)
    assert link.of(Leaf.UP_ACK) == []


def test_a_command_that_comes_again_is_answered_at_once(
    open_agent: Callable[..., Agent], link: RecordingLink
) -> None:
    """The answer is written by this very connection, which is not told of its own commits."""
    agent, command = open_agent(), a_command()
    for first in (1, 2):
        batch = a_batch(command, first=first)
        run(agent, link, agent.link_up, lambda b=batch: agent.message(*unsigned(b)))
    sent = link.of(Leaf.UP_EVENTS)
    results = [
        wire.decode_event(event.y, bytes(event.d))
        for batch in sent
        if isinstance(batch, wire.Batch)
        for event in batch.events
    ]
    assert {r.outcome for r in results if isinstance(r, CommandResult)} == {"done", "duplicate"}


def unsigned(batch: wire.Batch) -> tuple[str, bytes]:
    return str(Topic(SITE, Leaf.DOWN_EVENTS)), wire.encode(batch)
