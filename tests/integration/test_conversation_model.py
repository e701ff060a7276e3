"""Checks 20 and 21: box and city talk over the worst of networks, model-checked.

Outbox, link, inbox and back: the real agent on a real SQLite file and the real reception on a real
city database; only the network between them is a list of messages, from which hypothesis loses,
doubles and swaps what it likes, while it kills either end at any moment. Then the network heals,
and everything must be equal. `POSKO_EXAMPLES` runs more of it.
"""

import itertools
import os
from collections import Counter
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.actions.cases import intake
from appliance.domain.city.topics import Lane
from appliance.store.box import this_box as box
from appliance.store.cases import requests as box_requests
from command_center.cases import casework
from tests.builders import a_draft
from tests.conftest import EPOCH
from tests.support.talk import Message, talking

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

REPORTS = {Lane.COMPLAINTS: "lampu jalan mati di gang {}", Lane.URGENT: "tolong ada kebakaran {}"}
NEWS = "petugas berangkat"
HEALING_TURNS = 80
"""Deadlines double up to a minute and a turn lasts two, so that a few would do."""


class Conversation(RuleBasedStateMachine):
    """What anybody may do, and what must hold whatever they did."""

    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.talk = self.resources.enter_context(talking(is_signed=True))
        self.db, self.engine = self.talk.db, self.talk.engine
        self.promised: list[str] = []
        self.decided: Counter[str] = Counter()
        self.ids = map("00000000-0000-7000-8000-{:012d}".format, itertools.count(1))

    # what may happen

    @rule(lane=st.sampled_from(list(REPORTS)), count=st.integers(1, 4))
    def residents_report(self, lane: Lane, count: int) -> None:
        for _ in range(count):
            text = REPORTS[lane].format(len(self.promised))
            draft = a_draft(text, submission_id=next(self.ids))
            done = intake.receive(self.db, draft, self.talk.moment())
            assert isinstance(done, intake.Receipt)
            self.promised.append(text)
        self.talk.turn()

    @rule(data=st.data())
    def an_officer_decides(self, data: st.DataObject) -> None:
        if known := self.talk.at_city():
            case = data.draw(st.sampled_from(known))
            if moves := casework.moves(case):
                move = data.draw(st.sampled_from(moves))
                now = self.talk.moment().wall
                casework.change_status(
                    self.engine, case.request_id, move, NEWS, by="Petugas", now=now
                )
                self.decided[case.ticket] += 1
        self.talk.turn()

    @rule(data=st.data(), twice=st.booleans())
    def a_message_goes_up(self, data: st.DataObject, *, twice: bool) -> None:
        if self.talk.up:
            self.talk.carry_up(drawn(data, self.talk.up, twice=twice))

    @rule(data=st.data(), twice=st.booleans())
    def a_message_goes_down(self, data: st.DataObject, *, twice: bool) -> None:
        if self.talk.down:
            self.talk.carry_down(drawn(data, self.talk.down, twice=twice))
            self.talk.turn()

    @rule(data=st.data())
    def a_message_is_lost(self, data: st.DataObject) -> None:
        if queue := data.draw(st.sampled_from([self.talk.up, self.talk.down])):
            drawn(data, queue)

    @precondition(lambda self: self.talk.said)
    @rule(which=st.integers(0, 2**20))
    def the_broker_repeats(self, which: int) -> None:
        """What the city once signed comes again, however old."""
        self.talk.carry_down(self.talk.said[which % len(self.talk.said)])

    @rule(seconds=st.sampled_from([0.1, 2, 10, 100]))
    def time_passes(self, seconds: float) -> None:
        self.talk.elapsed_s += seconds
        self.talk.turn()

    @precondition(lambda self: self.talk.is_up)
    @rule()
    def the_line_breaks(self) -> None:
        self.talk.break_line()

    @precondition(lambda self: not self.talk.is_up)
    @rule()
    def the_line_is_back(self) -> None:
        self.talk.mend_line()

    @rule()
    def the_agent_dies(self) -> None:
        self.talk.start_agent()

    @rule()
    def the_city_dies(self) -> None:
        self.talk.start_city()

    # what must hold

    @invariant()
    def the_city_has_nothing_twice_and_all_in_order(self) -> None:
        stored = sorted(self.talk.at_city(), key=lambda case: case.ticket)
        texts = [case.text for case in stored]
        for lane in REPORTS.values():
            family = lane.split("{", maxsplit=1)[0]
            told = [text for text in texts if text.startswith(family)]
            promised = [text for text in self.promised if text.startswith(family)]
            assert told == promised[: len(told)]

    @invariant()
    def what_the_box_calls_received_by_the_city_is_there(self) -> None:
        there = {case.ticket for case in self.talk.at_city()}
        acked = self.db.execute(
            "SELECT r.ticket FROM requests r JOIN outbox_lanes l ON l.lane = r.event_lane "
            "WHERE r.event_seq <= l.acked_seq"
        )
        assert {f"{row['ticket']:08d}" for row in acked} <= there

    @invariant()
    def nobody_takes_the_box_for_a_copy_of_itself(self) -> None:
        assert box.epoch(self.db) == EPOCH

    def teardown(self) -> None:
        try:
            self.talk.settle(HEALING_TURNS)
            assert Counter(case.text for case in self.talk.at_city()) == Counter(self.promised)
            for case in self.talk.at_city():
                at_box = box_requests.by_id(self.db, case.request_id)
                assert at_box is not None
                assert (at_box.status, at_box.acked) == (case.status, True)
            told = self.db.execute(
                "SELECT r.ticket, count(*) AS texts FROM texts t "
                "JOIN requests r ON r.id = t.request_id WHERE t.body LIKE ? GROUP BY 1",
                (f"%{NEWS}%",),
            )
            texts = {f"{row['ticket']:08d}": row["texts"] for row in told}
            assert texts == dict(self.decided)
        finally:
            self.resources.close()


def drawn(data: st.DataObject, queue: list[Message], *, twice: bool = False) -> Message:
    """A message from anywhere in the queue, which keeps it if it is to come `twice`."""
    place = data.draw(st.integers(0, len(queue) - 1))
    return queue[place] if twice else queue.pop(place)


Conversation.TestCase.settings = settings(
    max_examples=int(os.environ.get("POSKO_EXAMPLES", "25")),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take many minutes
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_whatever_happens_box_and_city_agree_in_the_end = Conversation.TestCase
