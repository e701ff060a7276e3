"""The uplink against a lossy, duplicating, reordering link and a city that dies: model-checked."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from appliance.domain.city.topics import Lane
from sync_agent import link_machine
from sync_agent.link_machine import (
    BATCHES_IN_FLIGHT,
    FIRST_BUDGET_BYTES,
    LARGEST_BUDGET_BYTES,
    SMALLEST_BUDGET_BYTES,
    Effect,
    Link,
    RenewEpoch,
    SendBatch,
    SendHello,
)

BATCH = 3
P1 = Lane.COMPLAINTS


def link_with(last: int = 0, acked: int = 0) -> Link:
    link, effects = link_machine.connected(link_machine.stored(Link(), P1, last=last, acked=acked))
    assert effects == [SendHello()]
    return link


def tick(link: Link, now_s: float = 0.0) -> tuple[Link, list[Effect]]:
    return link_machine.tick(link, now_s, 1.0)


def places(effects: list[Effect]) -> list[tuple[Lane, int]]:
    return [(e.lane, e.after) for e in effects if isinstance(e, SendBatch)]


def sent(link: Link, upto: int, *, lane: Lane = P1, size: int = 100, at_s: float = 0.0) -> Link:
    return link_machine.sent(link, lane, upto, size_bytes=size, now_s=at_s)


def acked(
    link: Link,
    upto: int,
    *,
    want: int | None = None,
    until: int | None = None,
    window: int | None = None,
    at_s: float = 0.0,
) -> Link:
    link, effects = link_machine.acknowledged(
        link, P1, upto, at_s, want=want, until=until, window=window
    )
    assert effects == []
    return link


def test_nothing_is_sent_while_the_link_is_down() -> None:
    link = link_machine.stored(Link(), P1, last=5, acked=0)
    assert tick(link) == (link, [])


def test_an_outbox_that_was_set_back_is_sent_again_from_there() -> None:
    """The city's command `resend`: nothing that was in flight counts any more."""
    link = sent(link_with(last=10, acked=6), 10)
    link = link_machine.stored(link, P1, last=10, acked=2)
    assert link.lanes[P1].flights == ()
    assert places(tick(link)[1]) == [(P1, 2)]


def test_the_most_urgent_lane_goes_first() -> None:
    link = link_machine.stored(link_with(last=100), Lane.URGENT, last=1, acked=0)
    assert places(tick(link)[1]) == [(Lane.URGENT, 0)]


def test_the_least_urgent_lane_gets_every_eighth_turn() -> None:
    link = link_machine.stored(link_with(last=100), Lane.STATISTICS, last=100, acked=0)
    served = []
    for _ in range(16):
        [(lane, after)] = places(tick(link)[1])
        served.append(lane)
        link = sent(link, after + 1, lane=lane)
        link = link_machine.stored(link, lane, last=100, acked=after + 1)
        link, _ = link_machine.acknowledged(link, lane, after + 1, 0.0)
    assert served.count(Lane.STATISTICS) == 2


def test_the_window_bounds_what_waits_for_the_city() -> None:
    link = link_with(last=100)
    for number in range(1, BATCHES_IN_FLIGHT + 1):
        assert places(tick(link)[1]) == [(P1, number - 1)]
        link = sent(link, number)
    assert tick(link)[1] == []
    assert places(tick(acked(link, 1))[1]) == [(P1, BATCHES_IN_FLIGHT)]


def test_bytes_in_flight_stay_within_the_budget_except_for_the_urgent_lane() -> None:
    link = sent(link_with(last=100), 1, size=FIRST_BUDGET_BYTES)
    assert tick(link)[1] == []
    link = link_machine.stored(link, Lane.URGENT, last=1, acked=0)
    assert places(tick(link)[1]) == [(Lane.URGENT, 0)]


def test_the_budget_grows_on_a_fast_link_and_shrinks_on_a_slow_one() -> None:
    link = link_with(last=10_000)
    for number in range(1, 200):
        link = acked(sent(link, number, size=9000, at_s=number), number, at_s=number + 0.1)
    assert link.budget_bytes == LARGEST_BUDGET_BYTES
    for number in range(200, 220):
        link = acked(sent(link, number, size=9000, at_s=number), number, at_s=number + 5)
    assert link.budget_bytes == SMALLEST_BUDGET_BYTES


def test_the_city_can_stop_the_flow_and_is_asked_again_later() -> None:
    link = acked(link_with(last=9), 0, window=0)
    link, effects = tick(link)
    assert effects == []
    assert places(tick(acked(link, 0, window=5))[1]) == [(P1, 0)]
    assert places(tick(link, 100.0)[1]) == [(P1, 0)]


def test_a_batch_ends_where_the_window_ends() -> None:
    link = acked(link_with(last=9), 0, window=5)
    assert [e.upto for e in tick(link)[1] if isinstance(e, SendBatch)] == [5]


def test_silence_rewinds_and_doubles_the_patience() -> None:
    link, _ = tick(sent(link_with(last=1), 1), 0.0)
    assert tick(link, 2.9)[1] == []
    link, effects = tick(link, 3.0)
    assert places(effects) == [(P1, 0)]
    assert link.lanes[P1].timeout_s == 6.0
    assert link.lanes[P1].resends == 1


def test_a_batch_whose_ack_came_first_waits_for_nothing() -> None:
    """Its deadline would pass, and everything after it be sent again."""
    link = sent(acked(link_with(last=9), 5), 5)
    assert link.lanes[P1].flights == ()
    assert places(tick(link)[1]) == [(P1, 5)]


def test_a_gap_is_resent_from_where_the_city_wants_it() -> None:
    link = acked(sent(link_with(last=9), 9), 4, want=5)
    assert places(tick(link)[1]) == [(P1, 4)]


def test_of_a_gap_with_an_end_only_that_range_is_resent() -> None:
    """Check 20."""
    link = link_with(last=100)
    for upto in (10, 20, 30, 40):
        link = sent(link, upto)
    link = acked(link, 10, want=11, until=20)
    link, effects = tick(link)
    assert effects == [SendBatch(P1, after=10, upto=20, max_bytes=link.room_bytes)]
    link = sent(link, 15)
    assert [(e.after, e.upto) for e in tick(link)[1] if isinstance(e, SendBatch)] == [(15, 20)]
    link = sent(link, 20)
    assert places(tick(link)[1]) == [(P1, 40)]
    assert link.lanes[P1].resends == 1


def test_a_gap_that_is_filled_meanwhile_is_not_resent() -> None:
    link = acked(sent(sent(link_with(last=40), 20), 40), 0, want=1, until=20)
    assert places(tick(acked(link, 40))[1]) == []


def test_a_lost_resend_is_noticed_by_its_deadline() -> None:
    link, _ = tick(sent(sent(link_with(last=40), 20), 40))
    link = sent(acked(link, 0, want=1, until=20), 20)
    assert places(tick(link, 3.1)[1]) == [(P1, 0)]


def test_a_city_that_lost_its_newest_events_gets_them_again() -> None:
    link = acked(link_with(last=9, acked=9), 4, want=5)
    assert link.lanes[P1].acked == 4
    assert places(tick(link)[1]) == [(P1, 4)]


def test_numbers_never_given_mean_that_this_database_is_an_old_copy() -> None:
    link = link_with(last=3)
    again, effects = link_machine.acknowledged(link, P1, 9, 0.0)
    assert again == link
    assert effects == [RenewEpoch()]


def test_a_reconnect_starts_again_from_what_the_city_has() -> None:
    link = sent(link_with(last=9, acked=2), 9)
    link, effects = link_machine.connected(link_machine.disconnected(link))
    assert effects == [SendHello()]
    assert places(tick(link)[1]) == [(P1, 2)]


Ack = tuple[int, int | None, int | None]


@dataclass
class City:
    """A receiver that stores in order, holds what came early, and may forget to answer."""

    stored: list[int] = field(default_factory=list)
    early: dict[int, int] = field(default_factory=dict)

    def receive(self, first: int, last: int) -> Ack:
        upto = len(self.stored)
        if first > upto + 1:
            self.early[first] = last
            return upto, upto + 1, min(self.early) - 1
        self.stored.extend(range(upto + 1, last + 1))
        while ready := [first for first in self.early if first <= len(self.stored) + 1]:
            last = self.early.pop(ready[0])
            self.stored.extend(range(len(self.stored) + 1, last + 1))
        if self.early:
            return len(self.stored), len(self.stored) + 1, min(self.early) - 1
        return len(self.stored), None, None


class Uplink(RuleBasedStateMachine):
    """Random commits, losses, duplicates, reorderings, reconnects and crashes of the agent."""

    @initialize()
    def start(self) -> None:
        self.city, self.last, self.acked, self.now_s = City(), 0, 0, 0.0
        self.link, _ = link_machine.connected(Link())
        self.up: list[tuple[int, int]] = []
        self.down: list[Ack] = []

    def _turn(self) -> None:
        self.link = link_machine.stored(self.link, P1, last=self.last, acked=self.acked)
        self.link, effects = link_machine.tick(self.link, self.now_s, 1.0)
        for effect in effects:
            if isinstance(effect, SendBatch):
                upto = min(effect.after + BATCH, effect.upto or self.last, self.last)
                assert effect.after < upto
                self.up.append((effect.after + 1, upto))
                self.link = sent(self.link, upto, at_s=self.now_s)

    def _take_ack(self, upto: int, want: int | None, until: int | None) -> None:
        self.acked = max(self.acked, upto) if want is None else upto
        self.link = acked(self.link, upto, want=want, until=until, at_s=self.now_s)

    @rule(count=st.integers(1, 8))
    def commit(self, count: int) -> None:
        self.last += count
        self._turn()

    @rule(pause=st.floats(0.1, 100))
    def wait(self, pause: float) -> None:
        self.now_s += pause
        self._turn()

    @rule(data=st.data(), duplicate=st.booleans())
    def deliver_up(self, data: st.DataObject, *, duplicate: bool) -> None:
        if self.up:
            place = data.draw(st.integers(0, len(self.up) - 1))
            batch = self.up[place] if duplicate else self.up.pop(place)
            self.down.append(self.city.receive(*batch))

    @rule(data=st.data())
    def deliver_down(self, data: st.DataObject) -> None:
        if self.down:
            self._take_ack(*self.down.pop(data.draw(st.integers(0, len(self.down) - 1))))
            self._turn()

    @rule()
    def lose_everything_in_flight(self) -> None:
        self.up, self.down = [], []

    @rule()
    def reconnect(self) -> None:
        self.link, _ = link_machine.connected(link_machine.disconnected(self.link))

    @rule()
    def lose_the_newest_events_of_the_city(self) -> None:
        """A restored backup: the city speaks of less than it has acknowledged."""
        self.city = City(self.city.stored[: len(self.city.stored) // 2])
        self.up, self.down = [], []
        self._say_hello()

    def _say_hello(self) -> None:
        self.link, _ = link_machine.connected(link_machine.disconnected(self.link))
        upto = len(self.city.stored)
        self._take_ack(upto, upto + 1 if upto < self.acked else None, None)

    @rule()
    def restart_the_city(self) -> None:
        self.city.early = {}

    @rule()
    def crash(self) -> None:
        fresh = link_machine.stored(Link(), P1, last=self.last, acked=self.acked)
        self.link, _ = link_machine.connected(fresh)

    @invariant()
    def the_city_has_each_event_once_in_order(self) -> None:
        assert self.city.stored == list(range(1, len(self.city.stored) + 1))

    @invariant()
    def nothing_is_acknowledged_that_the_city_lacks(self) -> None:
        assert self.acked <= len(self.city.stored)

    @invariant()
    def the_window_is_bounded(self) -> None:
        assert len(self.link.lanes[P1].flights) <= BATCHES_IN_FLIGHT

    def teardown(self) -> None:
        """However it went, a healthy link brings everything to the city."""
        for _ in range(self.last + 60):
            self.now_s += 100
            self._turn()
            for batch in self.up:
                self.down.append(self.city.receive(*batch))
            for ack in self.down:
                self._take_ack(*ack)
            self.up, self.down = [], []
        assert len(self.city.stored) == self.last
        assert self.acked == self.last


Uplink.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_every_event_arrives_once_and_in_order = Uplink.TestCase
