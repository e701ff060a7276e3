"""Messages that came together: one commit for all of them, and no answer before it."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from appliance.domain.city import wire
from command_center.receiving.inbound import cut
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from tests.builders import CITY_EPOCH
from tests.conftest import START
from tests.unit.command_center.city import BOX_EPOCH, CLOCK, a_batch, break_store, rows, wire_event

Message = tuple[str, wire.Hello | wire.Batch | wire.Conn | wire.Ack]
SITES = ("147101", "147102", "147103")


class Desk:
    """A reception; `told` is what it did in which order: commits, and answers by site and leaf."""

    def __init__(self, engine: Engine) -> None:
        self.told: list[str] = []
        self.acks: list[wire.Ack] = []
        self.refuses = False
        downlink = Downlink(engine, self._publish, now=_now, jitter=lambda: 1.0)
        blobs = Blobs(engine, self._publish, now=_now)
        self._reception = Reception(engine, self._publish, downlink, blobs, now=_now)
        event.listen(engine, "commit", self._commit)

    def work(self, *messages: Message) -> None:
        self._reception.work(
            [cut(f"posko/1/1471/{topic}", wire.encode(message)) for topic, message in messages]
        )

    def asked(self) -> list[tuple[int, int | None, int | None]]:
        return [(ack.upto, ack.want, ack.until) for ack in self.acks]

    def _commit(self, _connection: Connection) -> None:
        if self.refuses:
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        self.told.append("commit")

    def _publish(self, topic: str, payload: bytes, _qos: int) -> None:
        self.told.append(topic.removeprefix("posko/1/1471/"))
        if topic.endswith("/ack"):
            self.acks.append(wire.decode(payload, wire.Ack))


def _now() -> datetime:
    return START


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def hello(site: str, *, boot: str = CLOCK.boot) -> Message:
    lanes = {"p1": wire.LaneRange(first=1, last=9, acked=0)}
    clock = wire.Clock(boot=boot, mono=1)
    said = wire.Hello(versions=[1], epoch=BOX_EPOCH, lanes=lanes, clock=clock)
    return f"{site}/up/hello", said


def batch(site: str, first: int = 1, *, kind: str = "x") -> Message:
    """Two events."""
    events = [wire_event(kind=kind, data=str(seq)) for seq in (first, first + 1)]
    return f"{site}/up/ev/p1", a_batch(*events, first=first)


def conn(site: str, *, boot: str = CLOCK.boot) -> Message:
    return f"{site}/state/conn", wire.Conn(on=True, boot=boot, n=1)


def down_ack(site: str) -> Message:
    return f"{site}/up/ack", wire.Ack(epoch=CITY_EPOCH, lane="p1", upto=0)


def break_stores(engine: Engine) -> None:
    """A bug that shows for boots and kinds named poison."""
    for table, column in (("boxes", "boot"), ("box_boots", "boot"), ("events", "kind")):
        for on in ("INSERT", "UPDATE"):
            break_store(engine, table, column, on=on)


def test_a_group_of_all_kinds_is_one_commit_and_answered_in_order_after_it(desk: Desk) -> None:
    a, b, c = SITES
    unreadable = (f"{c}/up/ev/p2", a_batch())
    desk.work(conn(a), hello(a), batch(b), unreadable, batch(a), down_ack(b), hello(c), conn(c))
    answers = [f"{a}/down/hello", f"{a}/down/ack", f"{b}/down/ack", f"{a}/down/ack"]
    assert desk.told == ["commit", *answers, f"{c}/down/hello", f"{c}/down/ack"]
    assert [ack.upto for ack in desk.acks] == [0, 2, 2, 0]


def test_what_was_held_is_stored_in_the_commit_that_fills_its_gap(desk: Desk) -> None:
    site = SITES[0]
    desk.work(batch(site, 3), batch(site, 7), batch(site, 1))
    assert desk.told.count("commit") == 1
    assert desk.asked() == [(0, 1, 2), (0, None, None), (2, None, None), (4, 5, 6)]


def test_a_hello_drops_what_was_held_before_it_in_its_group(desk: Desk) -> None:
    site = SITES[0]
    desk.work(batch(site, 3), hello(site), batch(site, 1))
    assert desk.asked() == [(0, 1, 2), (0, None, None), (2, None, None)]


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(conn(SITES[1], boot="poison"), id="conn"),
        pytest.param(hello(SITES[1], boot="poison"), id="hello"),
        pytest.param(batch(SITES[1], kind="poison"), id="batch"),
    ],
)
def test_a_message_that_breaks_the_store_is_set_aside_alone(
    engine: Engine, desk: Desk, poison: Message
) -> None:
    break_stores(engine)
    a, _, c = SITES
    desk.told.clear()
    desk.work(batch(a), poison, hello(c), batch(c))
    answers = [told for told in desk.told if told != "commit"]
    assert answers == [f"{a}/down/ack", f"{c}/down/hello", f"{c}/down/ack", f"{c}/down/ack"]
    assert rows(engine, "SELECT site, code FROM quarantine") == [("14.71.02", "store")]
    assert rows(engine, "SELECT site FROM boxes ORDER BY 1") == [("14.71.01",), ("14.71.03",)]


def test_a_group_that_fails_forgets_nothing_that_was_held(engine: Engine, desk: Desk) -> None:
    break_stores(engine)
    site = SITES[0]
    desk.work(batch(site, 3))
    desk.work(batch(site, 1), conn(SITES[1], boot="poison"))
    assert [ack.upto for ack in desk.acks] == [0, 2, 4]


def test_a_database_that_refuses_answers_nobody_and_holds_nothing(
    engine: Engine, desk: Desk
) -> None:
    a, b, c = SITES
    group = [conn(a), hello(a), batch(a), batch(b, 3), (f"{c}/up/ev/p2", a_batch())]
    desk.refuses = True
    with pytest.raises(OperationalError):
        desk.work(*group)
    assert desk.told == []
    assert rows(engine, "SELECT site FROM boxes UNION SELECT code FROM quarantine") == []
    desk.refuses = False
    desk.work(*group)
    assert [ack.upto for ack in desk.acks] == [0, 2, 0]
    assert desk.asked()[-1] == (0, 1, 2)
