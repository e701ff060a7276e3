"""The box's link against a real broker that comes, goes, freezes and forgets."""

import logging
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from appliance.domain.city import wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.runtime.broker_settings import Sync
from command_center.receiving.link import Link as CityLink
from command_center.receiving.receiver import Receiver
from command_center.store import database, migrate
from mqtt_link import keyring, session
from mqtt_link.access import Access
from mqtt_link.backoff import THROWN_OUT_BY_NODES
from mqtt_link.session import Session
from sync_agent import link as box_link
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.box_link import BoxLink, a_link
from tests.support.broker import Broker
from tests.support.city_broker import CityBroker
from tests.support.frozen_line import a_line
from tests.support.mqtt_peer import peer
from tests.support.ports import unused_ports
from tests.support.strict_broker import RECEIVE_MAXIMUM, a_strict_broker
from tests.support.waiting import wait_for
from tests.unit.command_center.city import rows

CONN = str(Topic(SITE, Leaf.STATE_CONN))
DOWN = str(Topic(SITE, Leaf.DOWN_ACK))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    yield made
    made.stop()


class Watcher:
    """A bare client that sees what the broker retains, and sends what a test says."""

    def __init__(self, port: int, will: bytes = b"") -> None:
        self.states: list[wire.Conn] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="watcher")
        if will:
            self._client.will_set(CONN, will, qos=1, retain=True)
        self._client.on_connect = self._subscribe
        self._client.on_message = lambda _c, _d, message: self.states.append(
            wire.decode(bytes(message.payload), wire.Conn)
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _subscribe(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(CONN, 1)

    def send(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1).wait_for_publish(10)

    def last(self) -> wire.Conn | None:
        return self.states[-1] if self.states else None

    def is_online(self) -> bool:
        return bool(self.states) and self.states[-1].on

    def die(self) -> None:
        """Vanish without a goodbye."""
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        self._client._reconnect_on_failure = False
        sock.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_a_broker_that_is_down_at_start_is_named_once_and_found_later(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    with a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.link._connection.failures > 2, "several attempts")
        assert box.code == "unreachable"
        assert len(box.reasons) == 1
        assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1
        broker.start()
        wait_for(lambda: box.is_up, "it is found", limit_s=60)


def test_a_name_that_the_dns_does_not_know_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with a_link(Sync(broker="posko.invalid", port=1)) as box:
        wait_for(lambda: box.reasons, "a reason")
        assert box.code == "dns"


def test_a_link_that_ends_on_purpose_says_so(broker: Broker) -> None:
    broker.start()
    watcher = Watcher(broker.port)
    with a_link(Sync(port=broker.port)):
        wait_for(watcher.is_online, "the birth")
    wait_for(lambda: not watcher.is_online(), "the goodbye")
    watcher.leave()


@pytest.mark.slow
def test_what_wakes_the_link_keeps_no_goodbye_busy(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who would read it waits for the goodbye himself."""
    monkeypatch.setattr(session, "GOODBYE_S", 0.5)
    turn, turns = Session.turn, []

    def counted(one: Session, timeout_s: float) -> bool:
        turns.append(timeout_s)
        return turn(one, timeout_s)

    broker.start()
    with os.fdopen(os.eventfd(0), "rb", buffering=0) as other, a_line(broker.port) as line:
        where = Access(host="127.0.0.1", port=line.port, client_id="box")
        with peer(where, DOWN, wakes=[other]) as box:
            line.freeze()
            assert box.connection.publish(CONN, b"never taken", qos=1)
            os.eventfd_write(other.fileno(), 1)
            monkeypatch.setattr(Session, "turn", counted)
        assert 1 < len(turns) < 20, "each waits for a tenth of a second"


@pytest.mark.slow
def test_a_broker_that_forgot_everything_has_the_birth_again_5_s_after_the_reconnect(
    broker: Broker,
) -> None:
    """Check 15."""
    broker.start()
    with a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up")
        broker.kill()
        wait_for(lambda: not box.is_up, "the loss is noticed")
        broker.start()
        wait_for(lambda: box.is_up, "up again", limit_s=60)
        watcher = Watcher(broker.port)
        wait_for(watcher.is_online, "the birth is retained", limit_s=5)
        last = watcher.last()
        assert last is not None
        assert last.n > 1
        watcher.leave()


@pytest.mark.slow
def test_a_late_will_of_an_older_connection_does_not_make_the_box_offline(
    broker: Broker, tmp_path: Path
) -> None:
    """Check 14."""
    broker.start()
    engine = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    city = CityLink(Access(host="127.0.0.1", port=broker.port, client_id="c"), SITE.city)
    receiver = Receiver(engine, city, now=lambda: datetime.now(UTC))
    receiver.start()
    city.start(on_message=receiver.offer, on_up=receiver.link_up)
    try:
        wait_for(lambda: city.is_up, "the city is connected")
        older = Watcher(broker.port, will=wire.encode(wire.Conn(on=False, boot="b", n=1)))
        with a_link(Sync(port=broker.port), n=2):
            wait_for(older.is_online, "the birth")
            older.die()
            later = Watcher(broker.port)
            wait_for(lambda: later.states and not later.is_online(), "the late will is retained")
            later.send(str(Topic(SITE, Leaf.UP_HELLO)), b"junk")
            wait_for(lambda: rows(engine, "SELECT id FROM quarantine"), "the city read on")
            assert rows(engine, "SELECT is_online, n FROM boxes") == [(1, 2)]
            later.leave()
    finally:
        receiver.stop()
        city.close()
        engine.dispose()


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("is_sending", [False, True], ids=["idle", "sending"])
def test_a_line_cut_halfway_is_noticed_within_35_s(broker: Broker, is_sending: bool) -> None:
    """Check 13: a frozen line takes every byte and passes none on."""
    broker.start()
    with a_line(broker.port) as line, a_link(Sync(port=line.port)) as box:
        wait_for(lambda: box.is_up, "up")
        watcher = Watcher(broker.port)
        wait_for(watcher.is_online, "the birth")
        watcher.leave()
        line.freeze()
        if is_sending:
            box.publish(b"never arrives")
        wait_for(lambda: not box.is_up, "noticed", limit_s=35)
        assert box.code == "silent"
        assert box.link._unanswered_since_s is None, "nothing was counted as taken by the broker"
        line.thaw()
        wait_for(lambda: box.is_up, "up again", limit_s=60)


@pytest.mark.slow
def test_a_broker_that_takes_everything_and_passes_nothing_on_is_told(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 4: what a 3.1.1 broker's ACL does; the real limit is 45 s, so within 60 s."""
    assert box_link.UNANSWERED_S <= 50
    monkeypatch.setattr(box_link, "UNANSWERED_S", 0.5)
    broker.start()
    watcher = Watcher(broker.port)
    with a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up")
        box.publish(b"a complaint")
        wait_for(lambda: box.alarms, "the alarm")
        assert "ACL" in box.alarms[0]
        assert box.is_up
        watcher.send(DOWN, b"an ack")
        wait_for(lambda: box.alarms[-1] == "", "the city's answer ends the alarm")
    watcher.leave()


@pytest.mark.slow
def test_a_copied_card_is_suspected(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check 12: somebody else comes with our client id, again and again."""
    monkeypatch.setattr("mqtt_link.backoff.PACE_S", 0.1)
    monkeypatch.setattr("mqtt_link.backoff.FIRST_CEILING_S", 0.01)
    broker.start()
    with a_link(Sync(port=broker.port)) as box:
        for turn in range(1, THROWN_OUT_BY_NODES + 2):
            wait_for(lambda: box.ups == turn and box.is_served, "served")
            clone = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=SITE.site)
            clone.connect("127.0.0.1", broker.port)
            wait_for(lambda: clone.loop(0.05) or len(box.reasons) >= turn, "kicked")
            sock = clone.socket()
            assert sock
            sock.close()
        assert box.code == "clone"
        assert "another machine" in box.alarms[-1]


@pytest.mark.slow
def test_a_failing_callback_is_counted_and_the_next_message_arrives(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 16."""
    broker.start()
    watcher = Watcher(broker.port)
    with a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up")

        def fail(_topic: str, _payload: bytes) -> None:
            raise RuntimeError("a bug")

        with monkeypatch.context() as patch:
            patch.setattr(box.link, "_on_message", fail)
            watcher.send(DOWN, b"poison")
            wait_for(lambda: box.link._connection.failed_callbacks, "it is counted")
        watcher.send(DOWN, b"follower")
        wait_for(lambda: box.messages == [(DOWN, b"follower")], "the follower arrives")
        assert box.ups == 1
    watcher.leave()


def test_an_owner_that_cannot_greet_is_tried_again_within_10_s(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 16."""
    broker.start()
    failures = iter([RuntimeError("a bug")])

    def fail_once(box: BoxLink) -> None:
        for error in failures:
            raise error
        box.is_up = True

    monkeypatch.setattr(BoxLink, "_up", fail_once)
    with a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up on the second try", limit_s=10)
        assert box.code == "bug"


@pytest.mark.slow
def test_a_new_certificate_is_used_by_itself_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keyring.LOOK_EVERY_S <= 60
    monkeypatch.setattr(keyring, "LOOK_EVERY_S", 0.1)
    broker = CityBroker(tmp_path)
    broker.certificates.make("box", SITE.site)
    certificate = tmp_path / f"{SITE.site}.pem"
    old = certificate.read_text()
    broker.start()
    try:
        with a_link(broker.certificates.access(broker.port, SITE.site)) as box:
            wait_for(lambda: box.is_up, "up")
            certificate.write_text("half a file")
            wait_for(lambda: box.alarms, "the broken file is told")
            assert "sync.tls_cert" in box.alarms[0]
            assert (box.is_up, box.ups) == (True, 1)
            certificate.unlink()
            broker.certificates.make("box", SITE.site)
            assert certificate.read_text() != old
            wait_for(lambda: box.ups == 2, "the new one is used")
            assert box.code == "renewing"
            wait_for(lambda: box.alarms[-1] == "", "the alarm ends")
    finally:
        broker.stop()


@pytest.mark.slow
def test_the_broker_never_holds_more_than_it_can_receive() -> None:
    """Check 5, at the link: 5,000 messages as fast as they are taken, Receive Maximum 20."""
    with a_strict_broker(drops=True) as broker, a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up")
        sent = 0

        def all_sent() -> bool:
            nonlocal sent
            for _ in range(100):
                if sent == 5_000:
                    return True
                if not box.link.has_room:
                    return False
                box.publish(b"x")
                sent += 1
            return False

        wait_for(all_sent, "5,000 messages", limit_s=60)
        assert broker.most_unacknowledged <= RECEIVE_MAXIMUM
        assert (broker.thrown_out, len(broker.connections), box.reasons) == (0, 1, [])


@pytest.mark.slow
def test_what_does_not_fit_the_window_is_not_queued() -> None:
    """Check 5: nothing waits in memory, where nobody would know of it."""
    with a_strict_broker(drops=True) as broker, a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: box.is_up, "up")
        for _ in range(1_000):
            box.publish(b"x")
        wait_for(lambda: box.link.has_room, "PUBACKs")
        assert (broker.thrown_out, broker.most_unacknowledged <= RECEIVE_MAXIMUM) == (0, True)


@pytest.mark.slow
def test_what_is_published_while_the_link_is_down_is_not_sent_later() -> None:
    """Check 17: whoever has it in a database sends it again, so a second copy would be a double."""
    [port] = unused_ports(1)
    with a_link(Sync(port=port)) as box:
        wait_for(lambda: box.reasons, "it has tried")
        for _ in range(1_000):
            box.publish(b"x")
        with a_strict_broker(drops=True, port=port) as broker:
            wait_for(lambda: box.is_up, "up", limit_s=60)
            box.publish(b"afterwards")
            wait_for(lambda: broker.taken >= 2, "it arrives")
        assert broker.taken == 2, "the birth and what came afterwards"


@pytest.mark.slow
def test_a_broker_that_hangs_up_at_once_is_not_hammered_nor_called_a_copied_card(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Check 12: the eighth connection waits for the pace, even were there no back-off."""
    monkeypatch.setattr("mqtt_link.backoff.FIRST_CEILING_S", 0.001)
    with a_strict_broker(kicks=True) as broker, a_link(Sync(port=broker.port)) as box:
        wait_for(lambda: len(broker.connections) >= 8, "eight connections", limit_s=30)
        assert broker.connections[7] - broker.connections[0] >= 9.9
        assert (box.code, box.alarms) == ("lost", [])


@pytest.mark.slow
def test_a_refused_subscription_is_named_and_asked_for_again_until_it_is_granted() -> None:
    with a_strict_broker() as broker:
        broker.refuses_subscriptions = True
        with a_link(Sync(port=broker.port)) as box:
            wait_for(lambda: box.alarms, "the refusal is told")
            assert f"posko/1/1471/{SITE.site}/down/#" in box.alarms[0]
            assert (box.is_up, box.ups) == (True, 1)
            broker.refuses_subscriptions = False
            wait_for(lambda: box.ups == 2, "the conversation begins anew")
            assert box.alarms[-1] == ""
            assert (len(broker.connections), box.reasons) == (1, [])
