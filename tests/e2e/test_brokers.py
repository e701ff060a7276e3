"""The house on brokers of several nodes: nodes die in turn, and the city gets everything once.

Box and city know one address each, behind which a balancer passes them to a node that accepts.
docs/brokers.md holds the settings and what was measured.
"""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.blows import STRETCH, survive
from tests.e2e.conftest import RunningHouse
from tests.e2e.journey import play, report
from tests.support import cluster_load
from tests.support.clusters import NODES, Cluster, Nats, RabbitMQ
from tests.support.people import decide
from tests.support.postgres import Server
from tests.support.proxy import Proxy
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FAILOVER_S = 60.0
BLOWS = {Nats: 2 * STRETCH, RabbitMQ: STRETCH}
FAMILIES = ("lampu jalan mati di gang {}", "tolong cepat ada kebakaran di gang {}")
"""Complaints travel in one lane, emergencies in another."""


class HouseOnACluster(RunningHouse):
    """The house with a broker that is not its own."""

    def __init__(self, folder: Path, cluster: Cluster, box_line: Proxy, city_line: Proxy) -> None:
        super().__init__(folder, None, broker=city_line.port, uplink=box_line.port)
        self.cluster, self.box_line = cluster, box_line
        self._lines = (box_line, city_line)

    def kill(self, name: str) -> None:
        """Of the broker, one node after the other."""
        if name == "broker":
            self.cluster.kill_next()
        else:
            super().kill(name)

    def start_again(self, name: str) -> None:
        """Without waiting for a node that was killed."""
        if name == "broker":
            self.cluster.begin_again()
        else:
            super().start_again(name)

    def lose_broker(self) -> None:
        """The balancer goes, and as many nodes with it as may."""
        for line in self._lines:
            line.cut()
        self.cluster.kill(*self.cluster.outage)

    def find_broker(self) -> None:
        """Everything is back."""
        self.cluster.start()
        for line in self._lines:
            line.heal()


class Neighbourhood:
    """Residents who go on reporting, in both lanes, until they are told to stop."""

    def __init__(self, house: RunningHouse) -> None:
        self._house = house
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._report)
        self.texts: list[str] = []

    def __enter__(self) -> "Neighbourhood":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def _report(self) -> None:
        while not self._enough.wait(0.2):
            text = FAMILIES[len(self.texts) % len(FAMILIES)].format(len(self.texts))
            report(self._house, text)
            self.texts.append(text)


@pytest.fixture(scope="module", params=[Nats, RabbitMQ])
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Three nodes."""
    with request.param(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def ends(cluster: Cluster, tmp_path: Path) -> Iterator[HouseOnACluster]:
    """Only agent and command center, on the cluster."""
    yield from _on(cluster, tmp_path, "center", "sync")


@pytest.fixture
def house(cluster: Cluster, tmp_path: Path) -> Iterator[HouseOnACluster]:
    """Every process, on the cluster."""
    yield from _on(cluster, tmp_path)


def _on(cluster: Cluster, folder: Path, *only: str) -> Iterator[HouseOnACluster]:
    """The balancer begins with another node for the city than for the box."""
    cluster.start()
    first, *others = cluster.ports
    with Proxy([first, *others]) as box_line, Proxy([*others, first]) as city_line:
        place = HouseOnACluster(folder, cluster, box_line, city_line)
        try:
            place.start(*only)
            yield place
        finally:
            place.supervisor.stop()


@pytest.fixture
def city(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Two receivers on PostgreSQL behind NATS, one on SQLite behind RabbitMQ."""
    if not isinstance(cluster, Nats):
        yield f"sqlite:///{tmp_path}/center.db", ()
        return
    server = Server(fsync="off")
    try:
        server.run("CREATE DATABASE city")
        yield server.url("city"), ("1/2", "2/2")
    finally:
        server.close()


def test_the_same_journey_works_on_a_cluster(house: HouseOnACluster) -> None:
    """Check 3."""
    play(house)


def test_nothing_is_lost_or_doubled_while_each_node_dies_in_turn(house: HouseOnACluster) -> None:
    """Check 30: the other two nodes go on without the dead one."""
    for number in range(NODES):
        house.air.send(phone(number), f"sampah menumpuk di pasar {number}")
    asked = wait_for(lambda: all_of(house, NODES), "the city has the texts", limit_s=FAILOVER_S)
    deaths_s = []
    with Neighbourhood(house) as residents:
        for number, row in enumerate(asked):
            deaths_s.append(time.time())
            outlive(house, residents, number, row["request_id"])
    texts = residents.texts
    box = house.at_box()
    wait_for(lambda: len(house.at_city()) >= len(box), "the city has all", limit_s=FAILOVER_S)
    city = house.at_city()
    assert Counter(row["text"] for row in city) == Counter(row["text"] for row in box)
    assert {row["ticket"] for row in city} == {row["ticket"] for row in box}
    assert max(Counter(row["text"] for row in city).values()) == 1
    for lane in range(len(FAMILIES)):
        expected = texts[lane :: len(FAMILIES)]
        assert [row["text"] for row in city if row["text"] in expected] == expected
    wait_for(lambda: all(row["acked"] for row in house.at_box()), "all acknowledged", limit_s=90)
    told = Counter(row["body"] for row in house.at_box("texts") if "Kabar" in row["body"])
    assert len(told) == NODES
    assert set(told.values()) == {1}
    print(f"{len(city)} requests; longest gaps at the city, in s:", *gaps_s(house, deaths_s))


def test_nothing_is_lost_at_600_complaints_a_second_while_each_node_dies_in_turn(
    cluster: Cluster, tmp_path: Path, city: tuple[str, Sequence[str]]
) -> None:
    """Check 30: a city's boxes; that all is stored once and in order is checked while it plays."""
    cluster.start()
    for number, death in enumerate(cluster_load.play(tmp_path, cluster, *city)):
        print(f"node {number}: {death}")


def test_whatever_dies_or_breaks_both_ends_hold_exactly_what_was_promised(
    ends: HouseOnACluster,
) -> None:
    """Check 2, with a node in place of the broker."""
    survive(ends, ends.box_line, BLOWS[type(ends.cluster)])


def gaps_s(house: RunningHouse, deaths_s: list[float]) -> list[float]:
    """For how long the city stored nothing after each death, by its own record."""
    with sqlite3.connect(house.settings.center.database.removeprefix("sqlite:///")) as db:
        rows = db.execute("SELECT received_at / 1000.0 FROM events ORDER BY received_at").fetchall()
    db.close()
    stored_s = [at_s for (at_s,) in rows]
    longest = []
    for death_s, next_s in zip(deaths_s, [*deaths_s[1:], float("inf")], strict=True):
        moments = [death_s, *(at_s for at_s in stored_s if death_s <= at_s < next_s)]
        longest.append(round(max(b - a for a, b in pairwise(moments)), 1))
    return longest


def outlive(house: HouseOnACluster, residents: Neighbourhood, number: int, request_id: str) -> None:
    """Both directions work while this node is dead."""
    house.cluster.kill(number)
    died_s = time.monotonic()
    decide(house.officer, request_id, "diproses", f"Kabar {number}")
    report(house, f"sampah menumpuk setelah simpul {number} mati")
    promised = {f"sampah menumpuk setelah simpul {number} mati", *residents.texts}
    wait_for(lambda: promised <= at_city(house), "up without this node", limit_s=FAILOVER_S)
    up_s = time.monotonic() - died_s
    wait_for(lambda: decided(house) > number, "down without this node", limit_s=FAILOVER_S)
    down_s = time.monotonic() - died_s
    house.cluster.begin(number)
    house.cluster.wait_for(number)
    again_s = time.monotonic() - died_s
    print(f"node {number}: up {up_s:.1f} s, down {down_s:.1f} s, the node is back {again_s:.1f} s")


def all_of(house: RunningHouse, count: int) -> list[dict[str, str]]:
    rows = house.at_city()
    return rows if len(rows) == count else []


def at_city(house: RunningHouse) -> set[str]:
    return {row["text"] for row in house.at_city()}


def decided(house: RunningHouse) -> int:
    return [row["status"] for row in house.at_box()].count("diproses")


def phone(number: int) -> str:
    return f"0813{number:08d}"
