"""What a box says of itself: hello, birth and last will, and acks of the downlink."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.ids import Ticket
from appliance.domain.moment import to_ms
from command_center.cases import casework
from command_center.receiving import ingest
from command_center.store.cases import case_history
from command_center.store.database import reading
from command_center.store.fleet import boxes
from command_center.store.fleet.boxes import Box
from command_center.store.sending import downlinks
from command_center.store.sending.downlinks import DownLane
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    BOX_EPOCH,
    CLOCK,
    a_batch,
    a_received,
    commit,
    received,
    request,
    rows,
    store,
    wire_event,
)


def a_hello(*, first: int = 1, last: int = 0, acked: int = 0, **changes: object) -> wire.Hello:
    values: dict[str, object] = {
        "versions": [1],
        "epoch": BOX_EPOCH,
        "lanes": {"p1": wire.LaneRange(first=first, last=last, acked=acked)},
        "clock": CLOCK,
    }
    return wire.Hello(**{**values, **changes})  # type: ignore[arg-type]


def hello(engine: Engine, message: wire.Hello) -> list[wire.Ack]:
    return commit(engine, ingest.hello, SITE, message, START)[1]


def the_box(engine: Engine) -> Box:
    with reading(engine) as connection:
        return next(box for box in boxes.every(connection) if box.site == SITE)


def the_lane(engine: Engine) -> DownLane:
    with reading(engine) as connection:
        return next(lane for lane in downlinks.lanes(connection) if lane.site == SITE)


def decide(engine: Engine, times: int) -> str:
    """Send `times` events down about one request; return its id."""
    found = received(engine)
    for _ in range(times):
        casework.change_status(
            engine, found.request_id, Status.IN_PROGRESS, "ya", by="x", now=START
        )
    return found.request_id


def down_ack(upto: int, **changes: object) -> wire.Ack:
    return wire.Ack(**{"epoch": CITY_EPOCH, "lane": "p1", "upto": upto, **changes})  # type: ignore[arg-type]


def test_hello_is_answered_with_where_each_lane_stands(engine: Engine) -> None:
    store(engine, a_batch(wire_event(), wire_event()))
    lanes = {lane: wire.LaneRange(first=1, last=4, acked=0) for lane in ("p0", "p1")}
    acks = hello(engine, a_hello(lanes=lanes))
    assert [(ack.lane, ack.upto, ack.epoch) for ack in acks] == [
        ("p0", 0, BOX_EPOCH),
        ("p1", 2, BOX_EPOCH),
    ]


def test_hello_of_a_fresh_database_starts_at_zero(engine: Engine) -> None:
    store(engine, a_batch())
    assert [ack.upto for ack in hello(engine, a_hello(epoch="ffffffff"))] == [0]


def test_hello_tells_rejects_whose_ack_was_lost(engine: Engine) -> None:
    store(engine, a_batch(wire_event(data="{}"), wire_event()))
    ack = hello(engine, a_hello(last=2))[0]
    assert [reject.seq for reject in ack.reject] == [1]


def test_events_that_a_box_no_longer_has_are_not_asked_for_forever(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    assert hello(engine, a_hello(first=41, last=50, acked=40))[0].upto == 40
    assert "events are gone" in caplog.text
    assert store(engine, a_batch(first=41)).upto == 41


def test_hello_is_remembered(engine: Engine) -> None:
    hello(engine, a_hello())
    box = the_box(engine)
    assert (box.epoch, box.last_seen_at, box.is_online) == (BOX_EPOCH, START, True)


def test_a_box_of_another_version_is_told_of_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    hello(engine, a_hello(versions=[7]))
    assert "no version of ours" in caplog.text


@pytest.mark.parametrize(
    ("said", "is_online"),
    [
        pytest.param([(True, "a", 1)], True, id="birth"),
        pytest.param([(True, "a", 1), (False, "a", 1)], False, id="birth, then its will"),
        pytest.param([(True, "a", 2), (False, "a", 1)], True, id="late will of connection 1"),
        pytest.param([(False, "a", 2), (True, "a", 1)], False, id="late birth of connection 1"),
        pytest.param([(True, "a", 9), (True, "b", 1)], True, id="birth after a reboot"),
        pytest.param([(True, "b", 1), (False, "a", 9)], True, id="late will of the boot before"),
        pytest.param([(False, "a", 3)], False, id="only a will is known"),
    ],
)
def test_the_newest_connection_decides_the_online_hint(
    engine: Engine, said: list[tuple[bool, str, int]], is_online: bool
) -> None:
    for on, boot, n in said:
        commit(engine, boxes.connection_changed, SITE, wire.Conn(on=on, boot=boot, n=n))
    assert the_box(engine).is_online is is_online


def test_a_box_that_speaks_is_there_whatever_was_hinted(engine: Engine) -> None:
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=False, boot="a", n=1))
    store(engine, a_batch())
    assert the_box(engine).is_online is True


def test_after_a_new_connection_to_the_broker_hints_start_anew(engine: Engine) -> None:
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=True, boot="a", n=3))
    commit(engine, boxes.forget_hints)
    assert the_box(engine).is_online is None
    assert not commit(engine, boxes.connection_changed, SITE, wire.Conn(on=False, boot="a", n=2))
    assert commit(engine, boxes.connection_changed, SITE, wire.Conn(on=True, boot="a", n=3))
    assert the_box(engine).is_online is True


def test_a_retained_birth_is_no_news_of_when_the_box_was_heard(engine: Engine) -> None:
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=True, boot="a", n=1, sw="0.1.0"))
    box = the_box(engine)
    assert (box.last_seen_at, box.software) == (None, "0.1.0")


def test_an_ack_moves_the_downlink_forward(engine: Engine) -> None:
    decide(engine, 3)
    assert commit(engine, ingest.ack_down, SITE, down_ack(2), START)
    assert the_lane(engine) == DownLane(site=SITE, last_seq=3, acked_seq=2)


def test_an_older_ack_does_not_move_it_back_unless_the_box_asks(engine: Engine) -> None:
    decide(engine, 3)
    commit(engine, ingest.ack_down, SITE, down_ack(3), START)
    commit(engine, ingest.ack_down, SITE, down_ack(1), START)
    assert the_lane(engine).acked_seq == 3
    commit(engine, ingest.ack_down, SITE, down_ack(1, want=2), START)
    assert the_lane(engine).acked_seq == 1


@pytest.mark.parametrize(
    "ack",
    [
        pytest.param(down_ack(1, epoch="ffffffff"), id="another epoch"),
        pytest.param(down_ack(9), id="more than was sent"),
    ],
)
def test_an_ack_of_what_was_not_sent_is_ignored(engine: Engine, ack: wire.Ack) -> None:
    decide(engine, 1)
    assert not commit(engine, ingest.ack_down, SITE, ack, START)
    assert the_lane(engine).acked_seq == 0


def test_what_the_box_sets_aside_is_shown_in_the_case(engine: Engine) -> None:
    case = request(engine, decide(engine, 1))
    commit(
        engine, ingest.ack_down, SITE, down_ack(1, reject=[wire.Reject(seq=1, code="event")]), START
    )
    with reading(engine) as connection:
        entry = case_history.of_request(connection, case)[-1]
    assert (entry.is_delivered, entry.reject_code) == (True, "event")


def test_hello_says_how_far_the_downlink_is_applied(engine: Engine) -> None:
    decide(engine, 3)
    hello(engine, a_hello(down=wire.DownCursor(epoch=CITY_EPOCH, seq=2)))
    assert the_lane(engine).acked_seq == 2


@pytest.mark.parametrize("down", [None, wire.DownCursor(epoch="ffffffff", seq=2)])
def test_a_box_that_knows_nothing_of_us_gets_everything_again(
    engine: Engine, down: wire.DownCursor | None
) -> None:
    decide(engine, 3)
    commit(engine, ingest.ack_down, SITE, down_ack(3), START)
    hello(engine, a_hello(down=down))
    assert the_lane(engine).acked_seq == 0


def test_after_a_restored_backup_no_number_is_used_twice(engine: Engine) -> None:
    """The box has applied 7; we remember 2 delivered of 4, so 3 and 4 would be skipped."""
    case = request(engine, decide(engine, 4))
    commit(engine, ingest.ack_down, SITE, down_ack(2), START)
    hello(engine, a_hello(down=wire.DownCursor(epoch=CITY_EPOCH, seq=7)))
    assert the_lane(engine) == DownLane(site=SITE, last_seq=9, acked_seq=7)
    with reading(engine) as connection:
        waiting = downlinks.after(connection, SITE, 7, max_events=10, max_bytes=10_000)
        history = case_history.of_request(connection, case)
    assert [event.seq for event in waiting] == [8, 9]
    assert [entry.down_seq for entry in history] == [None, 1, 2, 8, 9]


def test_heard_is_the_time_of_the_last_word(engine: Engine) -> None:
    later = START + timedelta(minutes=5)
    store(engine, a_batch())
    commit(engine, ingest.ack_down, SITE, down_ack(0), later)
    assert the_box(engine).last_seen_at == later
    assert rows(engine, "SELECT COUNT(*) FROM boxes") == [(1,)]


def test_a_new_database_of_a_site_is_told_which_tickets_are_used(engine: Engine) -> None:
    """Check 11: a factory-fresh box takes over a site code."""
    for serial in (7, 2_500):
        received(engine, ticket=Ticket.issue("07", serial).digits)
    welcome, _ = commit(engine, ingest.hello, SITE, a_hello(epoch="ffffffff"), START)
    assert welcome == wire.Welcome(epoch=CITY_EPOCH, blocks=[0, 2], now=to_ms(START))
    welcome, _ = commit(engine, ingest.hello, SITE, a_hello(epoch=BOX_EPOCH), START)
    assert welcome.blocks == []


def test_a_city_that_has_lost_events_asks_for_them_again(engine: Engine) -> None:
    received(engine)
    [ack] = hello(engine, a_hello(epoch=BOX_EPOCH, last=9, acked=9))
    assert (ack.upto, ack.want) == (1, 2)


def boot(name: str) -> wire.Hello:
    return a_hello(clock=wire.Clock(boot=name, mono=1))


def is_cloned(engine: Engine) -> bool:
    return the_box(engine).clone_seen_at is not None


def test_a_boot_that_comes_back_after_another_is_a_cloned_card(engine: Engine) -> None:
    """Check 12: two clones of one SD card are named."""
    for name in ("monday", "monday", "tuesday"):
        hello(engine, boot(name))
    assert not is_cloned(engine)
    hello(engine, boot("monday"))
    assert is_cloned(engine)


def test_other_events_under_the_same_numbers_are_never_acknowledged(engine: Engine) -> None:
    """Check 12: what a clone sends is not taken for a repetition."""
    store(engine, a_batch(wire_event(a_received(text="satu"))))
    before = rows(engine, "SELECT payload FROM events")
    ack = store(engine, a_batch(wire_event(a_received(text="lain"))))
    assert ack.renew
    assert rows(engine, "SELECT payload FROM events") == before
    assert is_cloned(engine)
