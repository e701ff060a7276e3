"""`make bench-sync`: draining an outage to the city, and how soon a single complaint is there.

Complaints queued in a box's outbox, real sync agent, mosquitto and command center; counted when the
agent has applied the city's acknowledgement, that is, when every row is committed in the city's
database. In the same run: mosquitto bridges (bench.bridge) and either end alone (bench.ends).
Beside the rate stand the processor time of both ends and the most memory that the agent took.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from appliance.store.city import outbox
from appliance.store.database import connect
from bench import backlog, bridge, ends, latency
from bench.bridge import Lossless
from bench.pss import pss_kib
from demo.broker import Engine
from demo.house import House, free_ports

LOSSLESS_AT_MOST = 20_000
"""Queued where the bridge saves at every change: a longer queue makes it slower still."""
GIVE_UP_S = 600.0
_LOOKS_PER_MEASURE = 15
"""Measuring memory holds the agent up."""
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Drain:
    """What draining took."""

    per_s: float
    agent_us: float
    """Processor time of the sync agent for an event."""
    city_us: float
    agent_mib: float
    """Proportional set size (PSS) of the agent at its largest."""


def run(events: int) -> None:
    """Print rates, ratios, the agent's memory, and latencies."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        Path(folder).chmod(
            0o755
        )  # mosquitto, which runs as a user of its own, keeps its queue here
        lossy = bridge.lossy_drain_rate(Path(folder) / "lossy", events)
        lossless = bridge.lossless(Path(folder) / "lossless", min(events, LOSSLESS_AT_MOST))
        print(f"drain after an outage, {events} queued, one run")
        _baseline("mosquitto bridge, defaults (lossy)", lossy)
        _baseline("saving at every change (lossless)", lossless.drain)
        print(
            f"    written for each message              {lossless.drain_written_bytes:8.0f} bytes"
        )
        _baseline("the same, taking in one by one", lossless.first)
        _baseline("the same, behind the whole queue", lossless.behind)
        house = House(Path(folder) / "posko", free_ports(), Engine.MOSQUITTO)
        try:
            _posko(house, events, lossy, lossless)
        finally:
            house.supervisor.stop()


def _baseline(name: str, per_s: float) -> None:
    print(f"  {name:<40}{per_s:7.0f} messages/s")


def _posko(house: House, events: int, lossy: float, lossless: Lossless) -> None:
    path, site = house.settings.store.path, house.settings.site.site_code
    backlog.build(path, site, events)
    alone = ends.alone(path, site, path.with_name("city-alone.db"))
    started = {child.name: child for child in house.children()}
    for name in ("broker", "center", "sync"):
        house.supervisor.start(started[name])
    agent, center = (started[name].process for name in ("sync", "center"))
    assert agent is not None
    assert center is not None
    db = connect(path)
    ours = _drain(db, events, agent.pid, center.pid)
    print(f"  posko, committed by the city            {ours.per_s:8.0f} complaints/s")
    print(f"  ratio to the lossy bridge               {ours.per_s / lossy:8.2f}")
    print(f"  ratio to the lossless bridge, drain     {ours.per_s / lossless.drain:8.1f}")
    print(f"    to its taking in                      {ours.per_s / lossless.first:8.1f}")
    print(f"    to its taking in behind the queue     {ours.per_s / lossless.behind:8.1f}")
    print(f"  the box alone, packing                  {alone.box:8.0f} complaints/s")
    print(f"  the city alone, committing              {alone.city:8.0f} complaints/s")
    print(f"  processor time: sync agent, city        {ours.agent_us:6.0f}, {ours.city_us:.0f} us")
    print(f"  memory of the sync agent (PSS, largest) {ours.agent_mib:8.1f} MiB")
    latency.report(db, house.settings.sync.port)
    db.close()


def _drain(db: sqlite3.Connection, events: int, agent: int, center: int) -> Drain:
    first = last = (0, time.perf_counter())
    cpu_s, largest, looks = (_cpu_s(agent), _cpu_s(center)), 0.0, 0
    deadline_s = time.perf_counter() + GIVE_UP_S
    while last[0] < events and time.perf_counter() < deadline_s:
        last = (_acked(db), time.perf_counter())
        if not first[0] and last[0]:
            first = last
        if (looks := looks + 1) % _LOOKS_PER_MEASURE == 0:
            largest = max(largest, pss_kib(agent) / 1024)
        time.sleep(0.02)
    largest = max(largest, pss_kib(agent) / 1024)
    assert last[0] >= events, f"only {last[0]} of {events} within {GIVE_UP_S} s"
    return Drain(
        per_s=(last[0] - first[0]) / (last[1] - first[1]),
        agent_us=(_cpu_s(agent) - cpu_s[0]) / events * 1e6,
        city_us=(_cpu_s(center) - cpu_s[1]) / events * 1e6,
        agent_mib=largest,
    )


def _acked(db: sqlite3.Connection) -> int:
    return sum(state.acked_seq for state in outbox.lanes(db).values())


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far, in and out of the kernel (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def main() -> None:
    """Drain as many events as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="queued events (20000)")
    run(parser.parse_args().events)


if __name__ == "__main__":
    main()
