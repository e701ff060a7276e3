"""The baseline of draining: a mosquitto bridge between two brokers.

As many messages as complaints, each as long as one, wait in an edge mosquitto with persistence and
are counted when a subscriber at the city's mosquitto has them; nothing is stored there.
"""

import socket
import subprocess
import time
from pathlib import Path

from demo.broker import find_mosquitto
from demo.supervisor import Child, Supervisor, answers
from tests.support.ports import unused_ports

ROW_BYTES = 500
GIVE_UP_S = 300.0


def drain_rate(folder: Path, messages: int, *, lossless: bool) -> float:
    """Messages a second.

    With mosquitto's defaults, which lose messages when it is killed; or with the setting that saves
    every message, where taking them in during the outage is what takes the time.
    """
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
