"""A street that is dug up between box and city: packets vanish, and nobody is told."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.domain.city.topics import Lane
from appliance.store.city import outbox
from demo.broker import find_mosquitto
from demo.supervisor import Child, Supervisor
from tests.e2e.agents import agent, backlog, link_state
from tests.support.programs import needs
from tests.support.street import CITY, Street, a_street
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PORT = 1883
NOTICED_WITHIN_S = 35.0
KNOWN_WITHIN_S = 5.0


class City:
    """mosquitto and `posko-center` at the far end of the street."""

    def __init__(self, folder: Path, street: Street) -> None:
        needs("mosquitto")
        self.database = folder / "center.db"
        self._folder, self._street = folder, street
        self._supervisor = Supervisor()

    def start(self) -> None:
        broker = self._folder / "mosquitto.conf"
        broker.write_text(f"listener {PORT} {CITY}\nallow_anonymous true\n")
        mosquitto = [find_mosquitto() or "mosquitto", "-c", str(broker)]
        self._begin("broker", mosquitto, is_ready=lambda: True)
        config = self._folder / "center.toml"
        config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[center]\ndatabase = "sqlite:///{self.database}"\nbroker = "{CITY}"\nport = {PORT}\n'
        )
        self._begin("center", [sys.executable, "-m", "command_center", "--config", str(config)])

    def _begin(
        self, name: str, command: list[str], *, is_ready: Callable[[], bool] | None = None
    ) -> None:
        where, log = self._street.inside("city"), self._folder / f"{name}.log"
        self._supervisor.start(Child(name, [*where, *command], log, is_ready))

    def stop(self) -> None:
        self._supervisor.stop()

    def count(self) -> int:
        """Complaints stored."""
        return self._ask("SELECT count(*) FROM requests")

    def box_is_online(self) -> bool | None:
        """What the broker's births and wills say."""
        return self._ask("SELECT is_online FROM boxes")

    def _ask(self, query: str) -> int:
        db = sqlite3.connect(self.database)
        try:
            row = db.execute(query).fetchone()
        finally:
            db.close()
        return row[0] if row else 0


@pytest.fixture
def street() -> Iterator[Street]:
    with a_street() as made:
        yield made


@contextmanager
def a_city(folder: Path, street: Street) -> Iterator[City]:
    city = City(folder, street)
    try:
        city.start()
        yield city
    finally:
        city.stop()


def test_a_line_that_swallows_every_packet_is_noticed_and_nothing_counts_as_sent(
    street: Street,
    db: sqlite3.Connection,
    db_path: Path,
    tmp_path: Path,
) -> None:
    """Check 13."""

    def acked() -> int:
        return outbox.lanes(db)[Lane.COMPLAINTS].acked_seq

    with (
        a_city(tmp_path, street) as city,
        agent(db_path, PORT, host=CITY, where=street.inside("box")),
    ):
        backlog(db, 1)
        wait_for(lambda: acked() == 1, "the first complaint is acknowledged", limit_s=30)
        wait_for(city.box_is_online, "the box is online")
        street.dig_up()
        cut_s = time.monotonic()
        backlog(db, 3)
        wait_for(lambda: link_state(db)["link"] == "down", "noticed", limit_s=NOTICED_WITHIN_S)
        print(f"noticed after {time.monotonic() - cut_s:.1f} s")
        assert link_state(db)["link_reason"].startswith("silent")
        assert (acked(), city.count()) == (1, 1)
        wait_for(lambda: not city.box_is_online(), "the last will", limit_s=NOTICED_WITHIN_S)
        print(f"the city knows after {time.monotonic() - cut_s:.1f} s")
        street.mend()
        wait_for(lambda: link_state(db)["link"] == "up", "up again", limit_s=60)
        wait_for(city.box_is_online, "the birth", limit_s=KNOWN_WITHIN_S)
        wait_for(lambda: acked() == 4, "the others are acknowledged", limit_s=30)
        assert city.count() == 4
