"""Box and city talk over a network that does its worst: outbox, link, inbox and back, model-checked.

The real agent on a real SQLite file and the real reception on a real city database; only the
network between them is a list of messages, from which hypothesis loses, doubles and swaps what it
likes, while it kills either end at any moment. Then the network heals, and everything must be
equal. `POSKO_EXAMPLES` runs more of it.
"""

import itertools
import os
import random
import shutil
import tempfile
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.actions import intake
from appliance.domain.moment import Moment
from appliance.domain.topics import Lane, Leaf, Topic
from appliance.store import box
from appliance.store import migrate as box_migrate
from appliance.store import requests as box_requests
from appliance.store.database import connect
from command_center import casework
from command_center.downlink import Downlink
from command_center.inbound import Raw, cut
from command_center.reception import Reception
from command_center.store import database, migrate, requests
from command_center.store.database import reading
from command_center.store.requests import CityRequest, Filter
from sync_agent.agent import Agent, Machine
from tests.builders import CITY_EPOCH, a_draft
from tests.conftest import EPOCH, SITE, START, at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

REPORTS = {Lane.COMPLAINTS: "lampu jalan mati di gang {}", Lane.URGENT: "tolong ada kebakaran {}"}
NEWS = "petugas berangkat"
HEALING_TURNS = 80
"""Deadlines double up to a minute and a turn lasts two, so that a few would do."""
_templates: list[Path] = []


def empty_databases() -> Path:
    """A folder with a migrated database of box and city; made once."""
    if not _templates:
        folder = Path(tempfile.mkdtemp(prefix="posko-model-"))
        box_migrate.ensure(folder / "posko.db", SITE, lambda: EPOCH)
        engine = database.connect(f"sqlite:///{folder / 'center.db'}")
        migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
        engine.dispose()
        _templates.append(folder)
    return _templates[0]


@pytest.fixture(scope="module", autouse=True)
def _clean_up():
    yield
    while _templates:
        shutil.rmtree(_templates.pop())


class Conversation(RuleBasedStateMachine):
    """What anybody may do, and what must hold whatever they did."""

    has_room = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="posko-model-"))
        shutil.copytree(empty_databases(), self.folder, dirs_exist_ok=True)
        self.db = connect(self.folder / "posko.db")
        self.engine = database.connect(f"sqlite:///{self.folder / 'center.db'}")
        self.now_s, self.is_up = 0.0, True
        self.up: list[tuple[str, bytes]] = []
        self.down: list[tuple[str, bytes]] = []
        self.promised: list[str] = []
        self.decided: Counter[str] = Counter()
        self.ids = map("00000000-0000-7000-8000-{:012d}".format, itertools.count(1))
        self.stop = threading.Event()
        self.city_starts()
        self.agent_starts()

    # the network, as both ends see it

    def publish(self, leaf: Leaf, payload: bytes, *, qos: int, lane: Lane | None = None) -> None:
        if self.is_up:
            self.up.append((str(Topic(SITE, leaf, lane)), payload))

    def answer(self, topic: str, payload: bytes, _qos: int) -> None:
        if self.is_up:
            self.down.append((topic, payload))

    def run(self, _timeout_s: float) -> None:
        self.stop.set()

    def close(self) -> None:
        """The agent's goodbye."""

    def moment(self) -> Moment:
        return at(seconds=self.now_s)

    def turn(self) -> None:
        """The agent does what is due."""
        self.stop.clear()
        self.agent.run(self.stop)

    # what may happen

    @rule(lane=st.sampled_from(list(REPORTS)), count=st.integers(1, 4))
    def residents_report(self, lane: Lane, count: int) -> None:
        for _ in range(count):
            text = REPORTS[lane].format(len(self.promised))
            done = intake.receive(self.db, a_draft(text), self.moment(), lambda: next(self.ids))
            assert isinstance(done, intake.Receipt)
            self.promised.append(text)
        self.turn()

    @rule(data=st.data())
    def an_officer_decides(self, data: st.DataObject) -> None:
        if known := self.at_city():
            case = data.draw(st.sampled_from(known))
            if moves := casework.moves(case):
                move = data.draw(st.sampled_from(moves))
                now = self.moment().wall
                casework.change_status(
                    self.engine, case.request_id, move, NEWS, by="Petugas", now=now
                )
                self.decided[case.ticket] += 1
        self.downlink.tick()

    @rule(data=st.data(), twice=st.booleans())
    def a_message_goes_up(self, data: st.DataObject, *, twice: bool) -> None:
        if self.up:
            place = data.draw(st.integers(0, len(self.up) - 1))
            self.reception.work([self.raw(self.up[place] if twice else self.up.pop(place))])

    @rule(data=st.data(), twice=st.booleans())
    def a_message_goes_down(self, data: st.DataObject, *, twice: bool) -> None:
        if self.down:
            place = data.draw(st.integers(0, len(self.down) - 1))
            self.agent.message(*(self.down[place] if twice else self.down.pop(place)))
            self.turn()

    @rule(data=st.data())
    def a_message_is_lost(self, data: st.DataObject) -> None:
        if queue := data.draw(st.sampled_from([self.up, self.down])):
            queue.pop(data.draw(st.integers(0, len(queue) - 1)))

    @rule(seconds=st.sampled_from([0.1, 2, 10, 100]))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.turn()
        self.downlink.tick()

    @precondition(lambda self: self.is_up)
    @rule()
    def the_line_breaks(self) -> None:
        self.is_up, self.up, self.down = False, [], []
        self.agent.link_down("no route")

    @precondition(lambda self: not self.is_up)
    @rule()
    def the_line_is_back(self) -> None:
        self.is_up = True
        self.agent.link_up()

    @rule()
    def agent_starts(self) -> None:
        """A kill -9 of the agent: all it knew is in its database."""
        self.agent = Agent(
            self.db,
            Machine(
                now=self.moment,
                monotonic_s=lambda: self.now_s,
                new_epoch=lambda: f"{random.getrandbits(32):08x}",
                disk_free_bytes=lambda: 5_000_000,
                keep_house=lambda: None,
            ),
        )
        self.agent.attach(self)
        if self.is_up:
            self.agent.link_up()

    @rule()
    def city_starts(self) -> None:
        """A kill -9 of the command center."""
        self.downlink = Downlink(
            self.engine,
            self.answer,
            now=lambda: self.moment().wall,
            jitter=lambda: 1.0,
            monotonic_s=lambda: self.now_s,
        )
        self.reception = Reception(
            self.engine, self.answer, self.downlink, now=lambda: self.moment().wall
        )

    # what must hold

    @invariant()
    def the_city_has_nothing_twice_and_all_in_order(self) -> None:
        texts = [case.text for case in self.at_city()]
        for lane in REPORTS.values():
            family = lane.split("{", maxsplit=1)[0]
            told = [text for text in texts if text.startswith(family)]
            promised = [text for text in self.promised if text.startswith(family)]
            assert told == promised[: len(told)]

    @invariant()
    def what_the_box_calls_received_by_the_city_is_there(self) -> None:
        there = {case.ticket for case in self.at_city()}
        acked = self.db.execute(
            "SELECT r.ticket FROM requests r JOIN outbox_lanes l ON l.lane = r.event_lane "
            "WHERE r.event_seq <= l.acked_seq"
        )
        assert {row["ticket"] for row in acked} <= there

    @invariant()
    def nobody_takes_the_box_for_a_copy_of_itself(self) -> None:
        assert box.epoch(self.db) == EPOCH

    def teardown(self) -> None:
        try:
            self.heal()
            assert Counter(case.text for case in self.at_city()) == Counter(self.promised)
            for case in self.at_city():
                at_box = box_requests.by_id(self.db, case.request_id)
                assert at_box is not None
                assert (at_box.status, at_box.acked) == (case.status, True)
            told = self.db.execute(
                "SELECT r.ticket, count(*) AS texts FROM texts t "
                "JOIN requests r ON r.id = t.request_id WHERE t.body LIKE ? GROUP BY 1",
                (f"%{NEWS}%",),
            )
            assert {row["ticket"]: row["texts"] for row in told} == dict(self.decided)
        finally:
            self.db.close()
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def heal(self) -> None:
        """A line without faults, and patience."""
        self.is_up = True
        self.agent.link_up()
        for _ in range(HEALING_TURNS):
            self.now_s += timedelta(minutes=2).total_seconds()
            self.turn()
            self.downlink.tick()
            up, self.up = self.up, []
            self.reception.work([self.raw(message) for message in up])
            down, self.down = self.down, []
            for message in down:
                self.agent.message(*message)

    def at_city(self) -> list[CityRequest]:
        """Requests as the city has stored them, oldest first."""
        with reading(self.engine) as connection:
            found = requests.page(connection, Filter(), limit=10_000)
        return sorted(found, key=lambda case: (case.received_at, case.request_id))

    def raw(self, message: tuple[str, bytes]) -> Raw:
        return cut(*message)


Conversation.TestCase.settings = settings(
    max_examples=int(os.environ.get("POSKO_EXAMPLES", "25")),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take many minutes
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_whatever_happens_box_and_city_agree_in_the_end = Conversation.TestCase
