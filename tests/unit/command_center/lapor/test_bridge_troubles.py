"""A country that is slow, dead, wrong or forgetful: nothing is lost, nothing is told twice."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from command_center.lapor import sending
from command_center.lapor.bridge import Bridge
from command_center.lapor.client import HttpService
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_outbox
from tests.sim.lapor import TOKEN, FakeLapor
from tests.unit.command_center.city import all_requests, received
from tests.unit.command_center.lapor.bridges import Clock, a_bridge, give, lines, link_of, state


@pytest.mark.parametrize("what", ["500", "503", "garbage", "huge"])
def test_trouble_is_tried_again_by_the_same_id_ever_later(
    city: Engine, lapor: FakeLapor, bridge: Bridge, clock: Clock, what: str
) -> None:
    case = received(city)
    give(city, case.request_id)
    lapor.lists_ours = False
    lapor.fail("addreport", what, what, what)
    waits = []
    for _ in range(3):
        bridge.turn()
        with reading(city) as connection:
            [entry] = lapor_outbox.unsent(connection, 9)
        waits.append(entry.next_at - clock())
        bridge.turn()  # not yet
        clock.at = entry.next_at
    assert bridge.turn()
    told = lapor.told("addreport")
    assert len(told) == 4
    assert len({body["transaksiid"] for body in told}) == 1
    assert waits == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert len(lapor.reports) == 1


def test_an_answer_that_is_lost_makes_no_second_report(
    city: Engine, lapor: FakeLapor, clock: Clock
) -> None:
    bridge, lapor.lists_ours = a_bridge(city, lapor, clock), False
    case = received(city)
    give(city, case.request_id)
    lapor.fail("addreport", "silent")
    bridge.turn()
    assert list(lapor.reports) == ["1916449"]
    clock.on()
    assert bridge.turn()
    assert len(lapor.reports) == len(all_requests(city)) == 1
    assert link_of(city, case.request_id).tracking_id == "1916449"
    told = [m for _, m in lines(city, case.request_id) if m.startswith("Diteruskan")]
    assert len(told) == 1


def test_a_report_that_comes_back_before_its_answer_is_recognised(
    city: Engine, lapor: FakeLapor, bridge: Bridge, clock: Clock
) -> None:
    case = received(city)
    give(city, case.request_id)
    lapor.fail("addreport", "silent")
    bridge.turn()
    bridge.turn()  # asks, while what it has sent is not due again
    assert link_of(city, case.request_id).tracking_id == "1916449"
    clock.on()
    bridge.turn()
    assert len(lapor.told("addreport")) == 1
    assert len(all_requests(city)) == 1


def test_a_slow_answer_counts_as_none(city: Engine, lapor: FakeLapor, clock: Clock) -> None:
    lapor.lists_ours = False
    give(city, received(city).request_id)
    lapor.fail("addreport", "slow")
    assert a_bridge(city, lapor, clock, timeout_s=0.1).turn()
    with reading(city) as connection:
        [entry] = lapor_outbox.unsent(connection, 9)
    assert "dalam 0.1 detik" in entry.error
    clock.on()
    assert a_bridge(city, lapor, clock).turn()
    assert len(lapor.reports) == 1


@pytest.mark.parametrize(("what", "word"), [("401", "token"), ("429", "lebih jarang")])
def test_what_holds_for_all_stops_the_turn_and_tells_the_operator(
    city: Engine, lapor: FakeLapor, bridge: Bridge, clock: Clock, what: str, word: str
) -> None:
    for _ in range(3):
        give(city, received(city).request_id)
    lapor.fail("addreport", what)
    assert not bridge.turn()
    assert word in state(city).error
    assert len(lapor.told("addreport")) == 1
    clock.on()
    assert bridge.turn()
    assert state(city).error == ""
    assert len(lapor.reports) == 3


def test_a_wrong_token_and_a_dead_host_are_told_in_words(
    city: Engine, lapor: FakeLapor, clock: Clock
) -> None:
    assert not a_bridge(city, lapor, clock, token="another").turn()
    assert "lapor.token_file" in state(city).error
    dead = HttpService("http://127.0.0.1:9", TOKEN, timeout_s=1)
    assert not Bridge(city, dead, sealing_keys={}, every_s=60, timeout_s=5, now=clock).turn()
    assert "tidak terjangkau" in state(city).error
    assert "another" not in state(city).error


def test_what_lapor_refuses_waits_for_the_operator_and_holds_up_nothing(
    city: Engine, lapor: FakeLapor, bridge: Bridge, clock: Clock
) -> None:
    first, second = received(city, reporter_name="Siti"), received(city)
    for case in (first, second):
        give(city, case.request_id)
    lapor.fail("addreport", "refused")
    assert bridge.turn()
    with reading(city) as connection:
        [entry] = lapor_outbox.unsent(connection, 9)
    assert (entry.state, entry.request_id) == ("failed", first.request_id)
    assert entry.error == "ditolak SP4N-LAPOR!", "it is secret: no word of it may stay"
    clock.on()
    assert bridge.turn()
    assert len(lapor.reports) == 1
    with writing(city) as connection:
        assert lapor_outbox.again(connection, entry.id, clock())
    assert bridge.turn()
    assert len(lapor.reports) == 2


def test_two_processes_do_not_send_the_same(city: Engine, lapor: FakeLapor, clock: Clock) -> None:
    give(city, received(city).request_id)
    with reading(city) as connection:
        [entry] = lapor_outbox.due(connection, clock(), 9)
    claimed = []
    for _ in range(2):
        with writing(city) as connection:
            claimed.append(lapor_outbox.claim(connection, entry, clock() + timedelta(minutes=3)))
    assert claimed == [True, False]


def test_more_than_a_thousand_do_not_wait(city: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WAITING_MAX", 2)
    for _ in range(2):
        give(city, received(city).request_id)
    with pytest.raises(BadInput, match="penuh"):
        give(city, received(city).request_id)
