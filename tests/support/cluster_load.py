"""A city's boxes at 600 complaints a second on a cluster whose nodes die in turn (check 30).

Each box has its own first node, as behind a balancer, and says and waits what a real box does.
"""

import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from demo.supervisor import Child, Supervisor
from tests.support.clusters import NODES, Cluster
from tests.support.fleet import Fleet
from tests.support.proxy import Proxy

BOXES = 15
"""The kecamatan of Pekanbaru."""
RATE = 600.0
DEAD_S = 5.0
BACK_S = 5.0
_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What the death of one node came to; seconds."""

    gap_s: float
    """For how long the city stored nothing at all, by its own record."""
    worst_box_s: float
    """For how long it stored nothing of the box that was hit the hardest."""

    def __str__(self) -> str:
        return f"gap {self.gap_s:.1f} s, of the box hit hardest {self.worst_box_s:.1f} s"


def play(folder: Path, cluster: Cluster) -> list[Death]:
    """Kill each node; AssertionError when a complaint is lost, doubled or out of order."""
    database = folder / "center.db"
    supervisor = Supervisor()
    first, *others = cluster.ports
    with Proxy([*others, first]) as city_line, Fleet(cluster.ports, BOXES) as fleet:
        try:
            supervisor.start(_center(folder, city_line.port, database))
            fleet.start()
            fleet.run_until(lambda: fleet.ready == BOXES, "all up", limit_s=_LIMIT_S)
            fleet.run_for(BACK_S, rate=RATE)
            deaths = [_outlive(fleet, cluster, number) for number in range(NODES)]
            fleet.run_until(lambda: not fleet.unacked, "all acknowledged", limit_s=_LIMIT_S)
        finally:
            supervisor.stop()
        _stored_once_in_order(database, fleet)
    stored = _stored_at_s(database)
    return [
        Death(
            gap_s=_longest_gap_s(sorted(at for ats in stored.values() for at in ats), *span),
            worst_box_s=max(_longest_gap_s(ats, *span) for ats in stored.values()),
        )
        for span in deaths
    ]


def _center(folder: Path, port: int, database: Path) -> Child:
    command = [sys.executable, "-m", "tests.support.fleet_center", "--port", str(port)]
    database_options = ["--database", f"sqlite:///{database}"]
    return Child(
        "center", [*command, *database_options], folder / "center.log", is_ready=database.exists
    )


def _outlive(fleet: Fleet, cluster: Cluster, number: int) -> tuple[float, float]:
    """A node dies, and comes back when the others have done its work; returns from when to when."""
    cluster.kill(number)
    died_at_s = time.time()
    fleet.run_for(DEAD_S, rate=RATE)
    reported = {box.number: box.reported for box in fleet.boxes}
    fleet.run_until(
        lambda: all(box.acked >= reported[box.number] for box in fleet.boxes),
        "the city has all without this node",
        limit_s=_LIMIT_S,
        rate=RATE,
    )
    caught_up_at_s = time.time()
    cluster.begin(number)
    with ThreadPoolExecutor() as beside:
        back = beside.submit(cluster.wait_for, number)
        fleet.run_until(back.done, "the node is back", limit_s=2 * _LIMIT_S, rate=RATE)
        back.result()
    return died_at_s, caught_up_at_s


def _stored_at_s(database: Path) -> dict[str, list[float]]:
    """When the city stored something, by box, by its own record."""
    with sqlite3.connect(database) as db:
        rows = db.execute("SELECT site, received_at / 1000.0 FROM events ORDER BY 2").fetchall()
    db.close()
    stored: dict[str, list[float]] = {}
    for site, at_s in rows:
        stored.setdefault(site, []).append(at_s)
    return stored


def _longest_gap_s(stored_s: list[float], start_s: float, end_s: float) -> float:
    moments = [start_s, *(at_s for at_s in stored_s if start_s <= at_s < end_s), end_s]
    return max(b - a for a, b in pairwise(moments))


def _stored_once_in_order(database: Path, fleet: Fleet) -> None:
    with sqlite3.connect(database) as db:
        rows = db.execute("SELECT epoch, seq FROM events ORDER BY id").fetchall()
        [requests] = db.execute("SELECT count(*) FROM requests").fetchone()
    db.close()
    stored: dict[str, list[int]] = {}
    for epoch, seq in rows:
        stored.setdefault(epoch, []).append(seq)
    assert stored == {box.epoch: list(range(1, box.reported + 1)) for box in fleet.boxes}
    assert requests == sum(box.reported for box in fleet.boxes)
