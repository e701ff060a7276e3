"""A box and a city that talk in one process: all real but the network, which is two lists."""

import random
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.blobs import ChunkPlace
from appliance.domain.city import signature
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.moment import Moment
from appliance.store import migrate as box_migrate
from appliance.store.database import connect
from command_center.receiving.inbound import cut
from command_center.receiving.reception import Reception
from command_center.sending.blobs import Blobs
from command_center.sending.downlink import Downlink
from command_center.store import database, migrate
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading
from sync_agent.agent import Agent, Machine
from tests.builders import CITY_EPOCH
from tests.conftest import EPOCH, SITE, START, at

_IN_MEMORY = "/dev/shm"
"""Nothing here cuts the power, so nothing needs a disk."""
_template = tempfile.TemporaryDirectory(prefix="posko-talk-", dir=_IN_MEMORY)

Message = tuple[str, bytes]
SECRET = bytes(range(32))
"""The city's signing key."""
PATIENCE_S = 120.0
"""Longer than the longest deadline of either end."""


class Talk:
    """Messages wait in `up` and `down` until somebody carries them.

    `moment_at` is the box's clock: what it shows after so many seconds of talk. With `is_signed`
    the city signs and the box takes nothing else.
    """

    has_room = True

    def __init__(
        self,
        db: sqlite3.Connection,
        engine: Engine,
        moment_at: Callable[[float], Moment] = lambda elapsed_s: at(seconds=elapsed_s),
        *,
        is_signed: bool = False,
    ) -> None:
        self.db, self.engine, self._moment_at = db, engine, moment_at
        self._is_signed = is_signed
        self.elapsed_s, self.is_up = 0.0, True
        self.up: list[Message] = []
        self.down: list[Message] = []
        self.said: list[Message] = []
        """All that the city ever sent, also to earlier runs of the agent."""
        self._stop = threading.Event()
        self.start_city()
        self.start_agent()

    def start_agent(self) -> None:
        """A new agent on the same database, as after a kill -9."""
        self.agent = Agent(
            self.db,
            Machine(
                now=self.moment,
                monotonic_s=lambda: self.elapsed_s,
                new_epoch=lambda: f"{random.getrandbits(32):08x}",
                disk_free_bytes=lambda: 5_000_000,
                keep_house=lambda: None,
            ),
            city_keys=[signature.public_key(SECRET)] if self._is_signed else [],
        )
        self.agent.attach(self)
        if self.is_up:
            self.agent.link_up()

    def start_city(self) -> None:
        """A new command center on the same database."""
        self.downlink = Downlink(
            self.engine,
            self.answer,
            now=self.city_time,
            jitter=lambda: 1.0,
            monotonic_s=lambda: self.elapsed_s,
        )
        blobs = Blobs(
            self.engine, self.answer, now=self.city_time, monotonic_s=lambda: self.elapsed_s
        )
        self.reception = Reception(
            self.engine, self.answer, self.downlink, blobs, now=self.city_time
        )

    def moment(self) -> Moment:
        """What the box's clocks show."""
        return self._moment_at(self.elapsed_s)

    def city_time(self) -> datetime:
        """The city's clock is right."""
        return START + timedelta(seconds=self.elapsed_s)

    def publish(
        self,
        leaf: Leaf,
        payload: bytes,
        *,
        qos: int,
        lane: Lane | None = None,
        chunk: ChunkPlace | None = None,
    ) -> None:
        """What the agent sends."""
        if self.is_up:
            self.up.append((str(Topic(SITE, leaf, lane, chunk)), payload))

    def answer(self, topic: str, payload: bytes, _qos: int) -> None:
        """What the city sends."""
        if self.is_up:
            body = signature.sign(SECRET, topic, payload) if self._is_signed else payload
            self.down.append((topic, body))
            self.said.append((topic, body))

    def run(self, _timeout_s: float) -> None:
        """The agent waits for the network: one turn is over."""
        self._stop.set()

    def close(self) -> None:
        """The agent's goodbye."""

    def turn(self) -> None:
        """Both ends do what is due."""
        self._stop.clear()
        self.agent.run(self._stop)
        self.downlink.tick()

    def carry_up(self, message: Message) -> None:
        """A message arrives at the city."""
        self.reception.work([cut(*message)])

    def carry_down(self, message: Message) -> None:
        """A message arrives at the box."""
        self.agent.message(*message)

    def break_line(self) -> None:
        """Everything under way is gone."""
        self.is_up, self.up, self.down = False, [], []
        self.agent.link_down("no route")

    def mend_line(self) -> None:
        """Connected anew."""
        self.is_up = True
        self.agent.link_up()

    def settle(self, turns: int) -> None:
        """A line without faults, and patience."""
        self.mend_line()
        for _ in range(turns):
            self.elapsed_s += PATIENCE_S
            self.turn()
            up, self.up = self.up, []
            for message in up:
                self.carry_up(message)
            down, self.down = self.down, []
            for message in down:
                self.carry_down(message)

    def at_city(self) -> list[CityRequest]:
        """Requests as the city has stored them."""
        with reading(self.engine) as connection:
            return list(requests.page(connection, Filter(), limit=10_000))


@contextmanager
def talking(*, is_signed: bool = False) -> Iterator[Talk]:
    """A talk between a box and a city whose databases are new and go away."""
    with tempfile.TemporaryDirectory(prefix="posko-talk-", dir=_IN_MEMORY) as name:
        folder = Path(name)
        shutil.copytree(_empty_databases(), folder, dirs_exist_ok=True)
        db = connect(folder / "posko.db")
        engine = database.connect(f"sqlite:///{folder / 'center.db'}")
        try:
            yield Talk(db, engine, is_signed=is_signed)
        finally:
            db.close()
            engine.dispose()


def _empty_databases() -> Path:
    """A folder with a migrated database of box and city; made once."""
    folder = Path(_template.name)
    if not any(folder.iterdir()):
        box_migrate.ensure(folder / "posko.db", SITE, lambda: EPOCH)
        engine = database.connect(f"sqlite:///{folder / 'center.db'}")
        migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
        engine.dispose()
    return folder
