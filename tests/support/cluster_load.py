"""A city's boxes at 600 complaints a second on a cluster whose nodes die in turn (check 30).

Each box has its own first node, as behind a balancer, and says and waits what a real box does.
"""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from command_center.store import database
from demo.supervisor import Child, Supervisor
from tests.support.clusters import NODES, Cluster
from tests.support.fleet import Fleet
from tests.support.proxy import Proxy

BOXES = 15
"""The kecamatan of Pekanbaru."""
RATE = 600.0
DEAD_S = 5.0
BACK_S = 5.0
_LIMIT_S = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What the death of one node came to; seconds."""

    gap_s: float
    """For how long the city stored nothing at all, by its own record."""
    worst_box_s: float
    """For how long it stored nothing of the box that was hit the hardest."""

    def __str__(self) -> str:
        return f"gap {self.gap_s:.1f} s, of the box hit hardest {self.worst_box_s:.1f} s"


def play(folder: Path, cluster: Cluster, url: str = "", shares: Sequence[str] = ()) -> list[Death]:
    """Kill each node; AssertionError when a complaint is lost, doubled or out of order.

    The city is one receiver on SQLite, or one for each of these shares on the database at `url`.
    """
    url = url or f"sqlite:///{folder}/center.db"
    supervisor = Supervisor()
    first, *others = cluster.ports
    with Proxy([*others, first]) as city_line, Fleet(cluster.ports, BOXES) as fleet:
        try:
            for child in centers(folder, city_line.port, url, shares):
                supervisor.start(child)
            fleet.start()
            fleet.run_until(lambda: fleet.ready == BOXES, "all up", limit_s=_LIMIT_S)
            fleet.run_for(BACK_S, rate=RATE)
            deaths = [_outlive(fleet, cluster, number) for number in range(NODES)]
            fleet.run_until(lambda: not fleet.unacked, "all acknowledged", limit_s=_LIMIT_S)
        finally:
            supervisor.stop()
        stored_once_in_order(url, fleet)
    stored = _stored_at_s(url)
    return [
        Death(
            gap_s=_longest_gap_s(sorted(at for ats in stored.values() for at in ats), *span),
            worst_box_s=max(_longest_gap_s(ats, *span) for ats in stored.values()),
        )
        for span in deaths
    ]


def centers(folder: Path, port: int, url: str, shares: Sequence[str]) -> list[Child]:
    """One receiver, or one for each of these shares; a child is named by its share."""
    return [_center(folder, port, url, share) for share in shares or [""]]


def _center(folder: Path, port: int, url: str, share: str) -> Child:
    command = [sys.executable, "-m", "tests.support.fleet_center", "--port", str(port)]
    options = ["--database", url, "--files", str(folder / "files")]
    if share:
        options += ["--share", share]
    log = folder / f"center{share.replace('/', '-of-')}.log"
    return Child(share or "center", [*command, *options], log, is_ready=lambda: _is_made(url))


def _is_made(url: str) -> bool:
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).exists()
    engine = database.connect(url)
    try:
        return inspect(engine).has_table("events")
    finally:
        engine.dispose()


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


def _stored_at_s(url: str) -> dict[str, list[float]]:
    """When the city stored something, by box, by its own record."""
    rows = _asked(url, "SELECT site, received_at / 1000.0 FROM events ORDER BY 2")
    stored: dict[str, list[float]] = {}
    for site, at_s in rows:
        stored.setdefault(site, []).append(float(at_s))
    return stored


def _asked(url: str, sql: str) -> list[Any]:
    engine = database.connect(url)
    with database.reading(engine) as connection:
        rows = list(connection.execute(text(sql)))
    engine.dispose()
    return rows


def _longest_gap_s(stored_s: list[float], start_s: float, end_s: float) -> float:
    moments = [start_s, *(at_s for at_s in stored_s if start_s <= at_s < end_s), end_s]
    return max(b - a for a, b in pairwise(moments))


def stored_once_in_order(url: str, fleet: Fleet) -> None:
    """AssertionError unless the city has each complaint of the fleet once, in its order."""
    stored: dict[str, list[int]] = {}
    for epoch, seq in _asked(url, "SELECT epoch, seq FROM events ORDER BY id"):
        stored.setdefault(epoch, []).append(seq)
    assert stored == {box.epoch: list(range(1, box.reported + 1)) for box in fleet.boxes}
    [(requests,)] = _asked(url, "SELECT count(*) FROM requests")
    assert requests == sum(box.reported for box in fleet.boxes)
