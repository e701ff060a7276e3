"""The baseline of draining: a mosquitto bridge between two brokers.

As many messages as complaints, each as long as one, wait in an edge mosquitto with persistence and
are counted when a subscriber at the city's mosquitto has them; nothing is stored there. With the
defaults the edge loses what it has acknowledged when it is killed. Lossless it is only with
`autosave_on_changes` and an interval of 1: then it writes its whole queue anew at every turn of its
loop in which a message came or went. So what that costs depends on how many messages share a turn
and how long the queue is, and is measured three ways.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from demo.broker import find_mosquitto
from demo.supervisor import Child, Supervisor, answers
from tests.support.ports import unused_ports

ROW_BYTES = 500
GIVE_UP_S = 600.0
ONE_BY_ONE = 200
"""Messages that are handed over one after another, each once the one before is acknowledged."""
_COMMON = "allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 100\n"
_LOSSLESS = "autosave_on_changes true\nautosave_interval 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lossless:
    """Messages a second of the setting that saves at every change."""

    first: float
    """Taken in one by one, the city away, the queue empty at first."""
    behind: float
    """The same behind the whole queue."""
    drain: float
    """Drained from the whole queue."""
    drain_written_bytes: float
    """What the edge wrote for a drained message."""


def lossy_drain_rate(folder: Path, messages: int) -> float:
    """Messages a second with mosquitto's defaults."""
    _fill(folder, messages)
    with _bridge(folder) as bridge:
        return bridge.drain_rate(messages)


def lossless(folder: Path, messages: int) -> Lossless:
    """Messages a second with the setting that saves at every change."""
    with _bridge(folder / "first") as bridge:
        bridge.start_edge(_LOSSLESS)
        first = _take_in_rate(bridge.edge)
    _fill(folder / "full", messages)
    with _bridge(folder / "full") as bridge:
        bridge.start_edge(_LOSSLESS)
        behind = _take_in_rate(bridge.edge)
    with _bridge(folder / "full") as bridge:
        drain = bridge.drain_rate(messages + ONE_BY_ONE, _LOSSLESS)
        written_bytes = _written_bytes(bridge.edge_pid) / (messages + ONE_BY_ONE)
    return Lossless(first=first, behind=behind, drain=drain, drain_written_bytes=written_bytes)


class _Bridge:
    """An edge broker that keeps its queue in a folder, and the city's that it sends to."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self._folder, self._supervisor = folder.resolve(), supervisor
        self.edge, self.city = unused_ports(2)

    def start_edge(self, settings: str = "") -> None:
        """Start the edge broker with what it saved when it was stopped."""
        queue = self._folder / "queue"
        queue.mkdir(parents=True, exist_ok=True)
        queue.chmod(0o777)
        self.edge_pid = self._start(
            "edge",
            self.edge,
            f"persistence true\npersistence_location {queue}/\n{settings}"
            f"connection city\naddress 127.0.0.1:{self.city}\ntopic up/# out 1\n"
            "cleansession false\nrestart_timeout 1\n",
        )

    def drain_rate(self, messages: int, settings: str = "") -> float:
        """Messages a second between the first and the last that a subscriber at the city has."""
        self._start("city", self.city, "persistence false\n")
        listen = ["mosquitto_sub", "-p", str(self.city), "-t", "up/#", "-q", "1", "-i", "counter"]
        subprocess.run([*listen, "-c", "-E"], check=True, timeout=GIVE_UP_S)
        counting = [*listen, "-c", "-C", str(messages), "-F", "%U", "-W", str(int(GIVE_UP_S))]
        with subprocess.Popen(counting, stdout=subprocess.PIPE) as counter:
            self.start_edge(settings)
            out, _ = counter.communicate(timeout=GIVE_UP_S)
        times = [float(line) for line in out.split()]
        assert len(times) == messages, f"only {len(times)} of {messages} arrived"
        return (messages - 1) / (times[-1] - times[0])

    def _start(self, name: str, port: int, settings: str) -> int:
        config = self._folder / f"{name}.conf"
        config.write_text(f"listener {port} 127.0.0.1\n{_COMMON}{settings}")
        child = Child(
            name,
            [find_mosquitto() or "mosquitto", "-c", str(config)],
            self._folder / f"{name}.log",
            is_ready=lambda: answers(socket.AF_INET, ("127.0.0.1", port)),
        )
        self._supervisor.start(child)
        assert child.process is not None
        return child.process.pid


@contextmanager
def _bridge(folder: Path) -> Iterator[_Bridge]:
    supervisor = Supervisor()
    try:
        yield _Bridge(folder, supervisor)
    finally:
        supervisor.stop()


def _fill(folder: Path, messages: int) -> None:
    """Let a queue be saved, of what mosquitto_pub hands over as fast as it can."""
    lines = "".join(f"{number:0{ROW_BYTES}d}\n" for number in range(messages))
    with _bridge(folder) as bridge:
        bridge.start_edge()
        subprocess.run(
            ["mosquitto_pub", "-p", str(bridge.edge), "-t", "up/x", "-q", "1", "-l"],
            input=lines.encode(),
            check=True,
            timeout=GIVE_UP_S,
        )


def _take_in_rate(port: int) -> float:
    """Messages a second, each handed over once the one before is acknowledged."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    start_s = time.perf_counter()
    for number in range(ONE_BY_ONE):
        client.publish("up/x", f"{number:0{ROW_BYTES}d}", qos=1).wait_for_publish(GIVE_UP_S)
    rate = ONE_BY_ONE / (time.perf_counter() - start_s)
    client.disconnect()
    client.loop_stop()
    return rate


def _written_bytes(pid: int) -> int:
    """What a process has handed to the kernel to write so far (proc(5))."""
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])
