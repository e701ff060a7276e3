"""The city's signature and its commands, with a real agent, a real receiver and a real broker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine

from appliance.domain.city import signature, wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.ids import SiteCode
from appliance.runtime import ids
from appliance.runtime.broker_settings import Sync
from command_center.commands import orders
from command_center.sending import commanding
from command_center.store import database
from command_center.store.sending import commands, downlinks
from command_center.store.sending.commands import Issued
from tests.builders import a_batch, a_command
from tests.conftest import SITE, START
from tests.support import asyncapi
from tests.support.broker import Broker
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.support.wiretap import Captured, wiretap

SECRETS = [bytes([number]) * 32 for number in range(1, 4)]
OURS, NEXT, FOREIGN = (signature.public_key(secret) for secret in SECRETS)
DOWN_EVENTS = str(Topic(SITE, Leaf.DOWN_EVENTS))


@contextmanager
def a_city(engine: Engine, broker: Broker, secret: bytes) -> Iterator[None]:
    """A connected city with a signing key."""
    with RunningCity(
        engine, broker.port, sign=lambda topic, body: signature.sign(secret, topic, body)
    ) as city:
        wait_for(lambda: city.link.is_up, "the city is connected")
        yield


def a_box(folder: Path, broker: Broker, *keys: str) -> RunningAgent:
    folder.mkdir(exist_ok=True)
    return RunningAgent(folder, Sync(port=broker.port, city_keys=keys))


def order(engine: Engine, name: str, *, expires_s: int = 3600, **args: str) -> Callable[[], Issued]:
    """Give the box a command; return what asks how far it is."""
    sites = wait_for_site(engine)
    [id_] = commanding.issue(
        engine,
        sites,
        name,
        args,
        expires_s=expires_s,
        now=datetime.now(UTC),
        new_id=ids.new_id,
    )
    return lambda: next(one for one in given(engine) if one.command_id == id_)


def wait_for_site(engine: Engine) -> list[SiteCode]:
    def found() -> list[SiteCode]:
        try:
            return list(commanding.sites(engine, str(SITE)))
        except commanding.UnknownSite:
            return []

    return wait_for(found, "the box has reported")


def given(engine: Engine) -> list[Issued]:
    with database.reading(engine) as connection:
        return commands.every(connection, SITE, limit=99)


def wait_for_outcome(command: Callable[[], Issued], outcome: str) -> Issued:
    wait_for(lambda: command().outcome, f"the box answers {command().name}", limit_s=30)
    assert command().outcome == outcome, command().detail
    return command()


@contextmanager
def an_intruder(broker: Broker) -> Iterator[Callable[[str, bytes], None]]:
    """Somebody who may publish anything: what a broker in wrong hands can do."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="intruder")
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    yield lambda topic, payload: client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def batches(captured: Captured) -> list[bytes]:
    return [payload for topic, payload in captured if topic == DOWN_EVENTS]


def test_a_forged_message_is_refused_and_named_and_the_citys_own_is_taken(
    engine: Engine, broker: Broker, tmp_path: Path
) -> None:
    order_bytes = wire.encode(a_batch(a_command("trust_key", args={"key": FOREIGN})))
    forget = wire.encode(wire.Ack(epoch="00000000", lane="p1", upto=99))
    with (
        a_city(engine, broker, SECRETS[0]),
        a_box(tmp_path / "box", broker, OURS) as box,
        an_intruder(broker) as publish,
        wiretap(broker.port) as captured,
    ):
        wait_for_site(engine)
        publish(DOWN_EVENTS, order_bytes)
        publish(DOWN_EVENTS, signature.sign(SECRETS[2], DOWN_EVENTS, order_bytes))
        publish(str(Topic(SITE, Leaf.DOWN_ACK)), forget)
        wait_for(lambda: "1 signed by no" in box.gauge("refused"), "the forgery is named")
        wait_for_outcome(order(engine, "report"), "done")
        assert box.outcomes() == ["done"]
        assert "without a signature" in box.gauge("refused")
        assert OURS[:16] in box.gauge("city_signature")
    for topic, payload in captured:
        asyncapi.check(topic, payload)


def test_a_recorded_order_means_nothing_the_second_time(
    engine: Engine, broker: Broker, tmp_path: Path
) -> None:
    """Neither to the same run, nor to a factory-fresh box that has no cursor and no clock."""
    with (
        a_city(engine, broker, SECRETS[0]),
        an_intruder(broker) as publish,
        wiretap(broker.port) as captured,
        a_box(tmp_path / "box", broker, OURS) as box,
    ):
        wait_for_outcome(order(engine, "report"), "done")
        for payload in batches(captured):
            publish(DOWN_EVENTS, payload)
        wait_for_outcome(order(engine, "report"), "done")
        assert box.outcomes() == ["done", "done"]
        assert [one.duplicates for one in given(engine)] == [0, 0]
    with a_box(tmp_path / "fresh", broker, OURS) as fresh, an_intruder(broker) as publish:
        wait_for(lambda: fresh.gauge("link") == "up", "the fresh box is connected")
        for payload in batches(captured):
            publish(DOWN_EVENTS, payload)
        publish(DOWN_EVENTS, b"{}")
        wait_for(lambda: "1 without" in fresh.gauge("refused"), "it has read all of that")
        assert fresh.outcomes() == []


def test_the_citys_key_is_changed_without_a_visit(
    engine: Engine, broker: Broker, tmp_path: Path
) -> None:
    with a_box(tmp_path / "box", broker, OURS) as box:
        with a_city(engine, broker, SECRETS[0]):
            wait_for_outcome(order(engine, "trust_key", key=NEXT), "done")
        with a_city(engine, broker, SECRETS[1]):
            wait_for_outcome(order(engine, "drop_key", key=NEXT), "failed")
            wait_for_outcome(order(engine, "drop_key", key=OURS), "done")
        late = order(engine, "report")
        with a_city(engine, broker, SECRETS[0]):
            wait_for(lambda: "no trusted key" in box.gauge("refused"), "the old key is refused")
            assert late().outcome is None
        with a_city(engine, broker, SECRETS[1]):
            wait_for_outcome(late, "done")
    with a_box(tmp_path / "box", broker, OURS) as box:
        wait_for(lambda: NEXT[:16] in box.gauge("city_signature"), "it remembers the new key")
        assert "still names what the city has dropped" in box.gauge("city_signature")


def test_a_command_given_while_the_box_is_away_is_executed_once_after_its_return(
    engine: Engine, broker: Broker, tmp_path: Path
) -> None:
    """Check 23: executed once with a visible result, the expired one not, and the replay
    of the same id is a duplicate."""
    box = a_box(tmp_path / "box", broker, OURS)
    with a_city(engine, broker, SECRETS[0]):
        with box:
            wait_for_site(engine)
        report, late = order(engine, "report"), order(engine, "report", expires_s=1)
        wait_for(
            lambda: orders.state(late(), datetime.now(UTC)) == "waiting, expired", "its time passes"
        )
        with box:
            assert "outbox" in wait_for_outcome(report, "done").detail
            wait_for_outcome(late, "expired")
            replay(engine, report())
            wait_for(lambda: report().duplicates == 1, "the replay is answered")
            assert (report().outcome, box.outcomes()) == ("done", ["done", "expired"])


def replay(engine: Engine, command: Issued) -> None:
    """The city gives the same command again, under a new number."""
    event = a_command(command.name, command_id=command.command_id, issued_at=datetime.now(UTC))
    with database.writing(engine) as connection:
        downlinks.append(connection, SITE, event, subject=command.command_id, now=START)
