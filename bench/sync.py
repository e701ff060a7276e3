"""`make bench-sync`: draining an outage to the city, against a mosquitto bridge doing the same.

Ours: complaints queued in a box's outbox, real sync agent, mosquitto and command center; counted
when the agent has applied the city's acknowledgement, that is, when every row is committed in the
city's database. The bridge: as many messages of the same size queued in an edge mosquitto with
persistence, bridged to a city mosquitto and counted when a subscriber has them; nothing is stored.
Once with its defaults (which lose messages when killed) and once with the setting that saves
every message, where taking them in during the outage is what takes the time.
"""

import argparse
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from appliance.actions import intake
from appliance.domain.service_request import Channel, Draft
from appliance.domain.triage.keywords import classify
from appliance.runtime import clock, ids
from appliance.store import migrate, outbox
from appliance.store.database import connect, transaction
from demo.broker import Engine, find_mosquitto
from demo.house import House, free_ports
from demo.supervisor import Child, Supervisor, answers
from tests.support.ports import unused_ports

TEXT = "Lampu jalan di Jl Rajawali depan masjid mati sejak tiga malam, mohon diperbaiki. {n}"
ROW_BYTES = 500
LOSSLESS_MESSAGES = 2_000
"""The lossless setting manages a few hundred a second; more would only take longer."""
GIVE_UP_S = 300.0


def run(events: int) -> None:
    """Print rates, ratios and the agent's memory."""
    with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
        ours, pss_mib = _posko(Path(folder) / "posko", events)
        lossy = _bridge(Path(folder) / "lossy", events, lossless=False)
        lossless = _bridge(Path(folder) / "lossless", LOSSLESS_MESSAGES, lossless=True)
    print(f"drain after an outage, {events} queued, one run")
    print(f"  mosquitto bridge, defaults (lossy)      {lossy:8.0f} messages/s")
    print(f"  mosquitto bridge, lossless setting      {lossless:8.0f} messages/s")
    print(f"  posko, committed by the city            {ours:8.0f} complaints/s")
    print(f"  ratio to the lossy bridge               {ours / lossy:8.2f}")
    print(f"  ratio to the lossless bridge            {ours / lossless:8.1f}")
    print(f"  memory of the sync agent (PSS)          {pss_mib:8.1f} MiB")


def _posko(folder: Path, events: int) -> tuple[float, float]:
    house = House(folder, free_ports(), Engine.MOSQUITTO)
    _queue(house, events)
    started = {child.name: child for child in house.children()}
    try:
        for name in ("broker", "center", "sync"):
            house.supervisor.start(started[name])
        rate = _drain_rate(house.settings.store.path, events)
        process = started["sync"].process
        assert process is not None
        return rate, _pss_mib(process.pid)
    finally:
        house.supervisor.stop()


def _queue(house: House, events: int) -> None:
    path, site = house.settings.store.path, house.settings.site.site_code
    migrate.ensure(path, site, ids.new_epoch)
    db = connect(path)
    with transaction(db):
        for number in range(events):
            draft = Draft(
                channel=Channel.PORTAL, text=TEXT.format(n=number), submission_id=str(number)
            )
            intake.receive_in(db, draft, classify("lampu jalan mati"), clock.now(), ids.new_id)
    db.close()


def _drain_rate(path: Path, events: int) -> float:
    db = connect(path)
    first = last = (0, time.perf_counter())
    deadline_s = time.perf_counter() + GIVE_UP_S
    while last[0] < events and time.perf_counter() < deadline_s:
        last = (_acked(db), time.perf_counter())
        if not first[0] and last[0]:
            first = last
        time.sleep(0.02)
    db.close()
    return (last[0] - first[0]) / (last[1] - first[1])


def _acked(db: sqlite3.Connection) -> int:
    return sum(state.acked_seq for state in outbox.lanes(db).values())


def _pss_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    [line] = [line for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) / 1024


def _bridge(folder: Path, messages: int, *, lossless: bool) -> float:
    folder.mkdir()
    edge, city = unused_ports(2)
    supervisor = Supervisor()
    try:
        # Saved at every change, so that a killed edge broker has what it acknowledged.
        durable = "autosave_on_changes true\nautosave_interval 1\n" if lossless else ""
        common = "allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 100\n"
        (folder / "edge").mkdir()
        (folder / "edge").chmod(0o777)
        edge_conf = (
            f"listener {edge} 127.0.0.1\n{common}persistence true\n"
            f"persistence_location {folder.resolve()}/edge/\n{durable}"
            f"connection city\naddress 127.0.0.1:{city}\ntopic up/# out 1\n"
            "cleansession false\nrestart_timeout 1\n"
        )
        city_conf = f"listener {city} 127.0.0.1\n{common}persistence false\n"
        _start(supervisor, folder, "edge", edge_conf, edge)
        if lossless:
            # What costs is saving each message while the city is away, so that is what is timed.
            start_s = time.perf_counter()
            _publish(edge, messages)
            return messages / (time.perf_counter() - start_s)
        _publish(edge, messages)
        _start(supervisor, folder, "city", city_conf, city)
        return _receive_rate(city, messages)
    finally:
        supervisor.stop()


def _start(supervisor: Supervisor, folder: Path, name: str, config: str, port: int) -> None:
    path = folder / f"{name}.conf"
    path.write_text(config)
    program = find_mosquitto() or "mosquitto"
    supervisor.start(
        Child(
            name,
            [program, "-c", str(path.resolve())],
            (folder / f"{name}.log").resolve(),
            is_ready=lambda: answers(socket.AF_INET, ("127.0.0.1", port)),
        )
    )


def _publish(port: int, messages: int) -> None:
    lines = "".join(f"{number:0{ROW_BYTES}d}\n" for number in range(messages))
    subprocess.run(
        ["mosquitto_pub", "-p", str(port), "-t", "up/x", "-q", "1", "-l"],
        input=lines.encode(),
        check=True,
        timeout=GIVE_UP_S,
    )


def _receive_rate(port: int, messages: int) -> float:
    """Messages a second between the first and the last that arrive."""
    listen = ["mosquitto_sub", "-p", str(port), "-t", "up/#", "-q", "1"]
    result = subprocess.run(
        [*listen, "-C", str(messages), "-F", "%U", "-W", "60"],
        capture_output=True,
        check=False,
        timeout=GIVE_UP_S,
    )
    times = [float(line) for line in result.stdout.split()]
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    """Drain as many events as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="queued events (20000)")
    run(parser.parse_args().events)


if __name__ == "__main__":
    main()
