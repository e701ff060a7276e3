"""The uplink against a lossy, duplicating, reordering link and a city that dies: model-checked."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from appliance.domain.topics import Lane
from sync_agent import link_machine
from sync_agent.link_machine import BATCHES_IN_FLIGHT, Link, SendBatch, SendHello

BATCH = 3
P1 = Lane.COMPLAINTS


def link_with(last: int = 0, acked: int = 0) -> Link:
    link, effects = link_machine.connected(link_machine.stored(Link(), P1, last=last, acked=acked))
    assert effects == [SendHello()]
    return link


def tick(link: Link, now_s: float = 0.0) -> tuple[Link, list[link_machine.Effect]]:
    return link_machine.tick(link, now_s, 1.0)


def test_nothing_is_sent_while_the_link_is_down() -> None:
    link = link_machine.stored(Link(), P1, last=5, acked=0)
    assert tick(link) == (link, [])


def test_the_most_urgent_lane_goes_first() -> None:
    link = link_machine.stored(link_with(last=100), Lane.URGENT, last=1, acked=0)
    assert tick(link)[1] == [SendBatch(Lane.URGENT, after=0)]


def test_the_window_bounds_what_waits_for_the_city() -> None:
    link = link_with(last=100)
    for number in range(1, BATCHES_IN_FLIGHT + 1):
        assert tick(link)[1] == [SendBatch(P1, after=number - 1)]
        link = link_machine.sent(link, P1, number)
    assert tick(link)[1] == []
    link = link_machine.acknowledged(link, P1, 1, want=None, window=None)
    assert tick(link)[1] == [SendBatch(P1, after=BATCHES_IN_FLIGHT)]


def test_the_city_can_stop_and_start_the_flow() -> None:
    link = link_machine.acknowledged(link_with(last=9), P1, 0, want=None, window=0)
    assert tick(link)[1] == []
    link = link_machine.acknowledged(link, P1, 0, want=None, window=5)
    assert tick(link)[1] == [SendBatch(P1, after=0)]


def test_silence_rewinds_and_doubles_the_patience() -> None:
    link = link_machine.sent(link_with(last=1), P1, 1)
    link, _ = tick(link, 0.0)
    assert tick(link, 2.9)[1] == []
    link, effects = tick(link, 3.0)
    assert effects == [SendBatch(P1, after=0)]
    assert link.lanes[P1].timeout_s == 6.0
    assert link.lanes[P1].resends == 1


def test_a_gap_is_resent_from_where_the_city_wants_it() -> None:
    link = link_machine.sent(link_with(last=9), P1, 9)
    link = link_machine.acknowledged(link, P1, 4, want=5, window=None)
    assert tick(link)[1] == [SendBatch(P1, after=4)]


def test_an_acknowledgement_of_numbers_never_given_is_ignored() -> None:
    link = link_with(last=3)
    assert link_machine.acknowledged(link, P1, 9, want=None, window=None) == link


def test_a_reconnect_starts_again_from_what_the_city_has() -> None:
    link = link_machine.sent(link_with(last=9, acked=2), P1, 9)
    link, effects = link_machine.connected(link_machine.disconnected(link))
    assert effects == [SendHello()]
    assert tick(link)[1] == [SendBatch(P1, after=2)]


@dataclass
class City:
    """A receiver that stores what comes in order, and may forget to answer."""

    stored: list[int] = field(default_factory=list)

    def receive(self, first: int, last: int) -> tuple[int, int | None]:
        upto = len(self.stored)
        if first > upto + 1:
            return upto, upto + 1
        self.stored.extend(range(upto + 1, last + 1))
        return len(self.stored), None


class Uplink(RuleBasedStateMachine):
    """Random commits, losses, duplicates, reorderings, reconnects and crashes of the agent."""

    @initialize()
    def start(self) -> None:
        self.city, self.last, self.acked, self.now_s = City(), 0, 0, 0.0
        self.link, _ = link_machine.connected(Link())
        self.up: list[tuple[int, int]] = []
        self.down: list[tuple[int, int | None]] = []

    def _turn(self) -> None:
        self.link = link_machine.stored(self.link, P1, last=self.last, acked=self.acked)
        self.link, effects = link_machine.tick(self.link, self.now_s, 1.0)
        for effect in effects:
            if isinstance(effect, SendBatch):
                upto = min(effect.after + BATCH, self.last)
                assert effect.after < upto
                self.up.append((effect.after + 1, upto))
                self.link = link_machine.sent(self.link, P1, upto)

    def _take_ack(self, upto: int, want: int | None) -> None:
        self.acked = max(self.acked, upto)
        self.link = link_machine.acknowledged(self.link, P1, upto, want=want, window=None)

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
    def crash(self) -> None:
        self.link, _ = link_machine.connected(Link())

    @invariant()
    def the_city_has_each_event_once_in_order(self) -> None:
        assert self.city.stored == list(range(1, len(self.city.stored) + 1))

    @invariant()
    def nothing_is_acknowledged_that_the_city_lacks(self) -> None:
        assert self.acked <= len(self.city.stored)

    @invariant()
    def the_window_is_bounded(self) -> None:
        assert len(self.link.lanes[P1].ends) <= BATCHES_IN_FLIGHT

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
