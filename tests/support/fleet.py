"""A fleet of simulated boxes on one epoll, in one thread, against a real broker on 127.0.0.1."""

import heapq
import itertools
import random
import resource
import select
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from mqtt_link.client import CONNECT_TIMEOUT_S, KEEPALIVE_S
from tests.support import packets
from tests.support.fleet_box import FleetBox, Latencies

_CARE_EVERY_S = 1.0
"""How often each box looks at its deadlines and its keepalive."""
_SPARE_FILES = 512


class _Line:
    """A box and its connection."""

    def __init__(self, box: FleetBox) -> None:
        self.box = box
        self.sock: socket.socket | None = None
        self.is_open = False
        self.refusals = 0
        """By ports in a row, in this attempt."""
        self.opened_s = self.pinged_s = 0.0
        self.unsent = b""


class Fleet:
    """`count` boxes; nothing happens outside `run_until`.

    Each box has a port of its own among `ports`, and as with a balancer the next one that accepts.
    """

    def __init__(self, ports: Sequence[int], count: int, *, seed: int = 1) -> None:
        allow_files(count + _SPARE_FILES)
        self.chance = random.Random(seed)
        self.seen = Latencies()
        self.lines = [_Line(FleetBox(number, self.chance, self.seen)) for number in range(count)]
        self.failed_attempts = 0
        self._ports = ports
        self._poll = select.epoll()
        self._by_fd: dict[int, _Line] = {}
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    @property
    def boxes(self) -> list[FleetBox]:
        """All of them."""
        return [line.box for line in self.lines]

    @property
    def ready(self) -> int:
        """How many are connected and subscribed."""
        return sum(line.box.ready for line in self.lines)

    @property
    def unacked(self) -> int:
        """Complaints that the city has not acknowledged."""
        return sum(box.reported - box.acked for box in self.boxes)

    def start(self) -> None:
        """Switch all of them on at once."""
        for line in self.lines:
            self._at(0.0, lambda line=line: self._connect(line))  # type: ignore[misc]
            self._at(self.chance.uniform(0, _CARE_EVERY_S), lambda line=line: self._care(line))  # type: ignore[misc]

    def report_everywhere(self) -> None:
        """A resident complains at each box."""
        for line in self.lines:
            self._send(line, line.box.report(time.monotonic()))

    def report(self) -> None:
        """A resident complains at a random box, which may be offline."""
        line = self.chance.choice(self.lines)
        self._send(line, line.box.report(time.monotonic()))

    def run_until(
        self, condition: Callable[[], object], what: str, *, limit_s: float, rate: float = 0.0
    ) -> float:
        """Turn until the condition holds; return how long it took. `rate`: complaints a second."""
        start_s = time.monotonic()
        reports = 0
        check_s = start_s
        while True:
            now_s = time.monotonic()
            if now_s >= check_s:
                if condition():
                    return now_s - start_s
                assert now_s - start_s < limit_s, f"not within {limit_s} s: {what}"
                check_s = now_s + 0.05
            while reports < (now_s - start_s) * rate:
                self.report()
                reports += 1
            self._turn()

    def run_for(self, duration_s: float, *, rate: float) -> None:
        """Turn that long, with so many complaints a second."""
        end_s = time.monotonic() + duration_s
        self.run_until(
            lambda: time.monotonic() >= end_s, "the time is over", limit_s=2 * duration_s, rate=rate
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self.lines:
            if line.sock:
                line.sock.close()
        self._poll.close()

    def _turn(self) -> None:
        for fd, events in self._poll.poll(0.002, 512):
            if line := self._by_fd.get(fd):
                self._happened(line, events)
        now_s = time.monotonic()
        while self._due and self._due[0][0] <= now_s:
            heapq.heappop(self._due)[2]()

    def _at(self, wait_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + wait_s, next(self._order), act))

    def _connect(self, line: _Line) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        turn = line.box.number + line.refusals
        sock.connect_ex(("127.0.0.1", self._ports[turn % len(self._ports)]))
        line.sock, line.is_open, line.unsent = sock, False, b""
        line.opened_s = line.pinged_s = time.monotonic()
        self._by_fd[sock.fileno()] = line
        self._poll.register(sock, select.EPOLLOUT)

    def _happened(self, line: _Line, events: int) -> None:
        assert line.sock
        try:
            if not line.is_open:
                self._opened(line)
            elif events & ~select.EPOLLOUT:
                data = line.sock.recv(65536)
                if not data:
                    raise ConnectionResetError
                self._send(line, line.box.received(data, time.monotonic()))
            if events & select.EPOLLOUT:
                self._send(line, b"")
        except OSError:
            self._lost(line)

    def _opened(self, line: _Line) -> None:
        assert line.sock
        error = line.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "not connected")
        line.is_open = True
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send(line, line.box.open())

    def _send(self, line: _Line, data: bytes) -> None:
        line.unsent += data
        if line.sock is None or not line.is_open:
            return
        if line.unsent:
            try:
                line.unsent = line.unsent[line.sock.send(line.unsent) :]
            except BlockingIOError:
                pass
            except OSError:
                self._lost(line)
                return
        wanted = select.EPOLLIN | (select.EPOLLOUT if line.unsent else 0)
        self._poll.modify(line.sock, wanted)

    def _lost(self, line: _Line) -> None:
        if line.sock is None:
            return
        self.failed_attempts += not line.box.ready
        del self._by_fd[line.sock.fileno()]
        self._poll.unregister(line.sock)
        line.sock.close()
        line.sock, was_open, line.is_open = None, line.is_open, False
        line.refusals = 0 if was_open else line.refusals + 1
        if 0 < line.refusals < len(self._ports):
            self._connect(line)
            return
        line.refusals = 0
        now_s = time.monotonic()
        wait_s = line.box.closed(now_s, now_s - line.opened_s, was_open=was_open)
        self._at(wait_s, lambda: self._connect(line))

    def _care(self, line: _Line) -> None:
        now_s = time.monotonic()
        self._at(_CARE_EVERY_S, lambda: self._care(line))
        if line.sock is None:
            return
        if not line.is_open and now_s - line.opened_s > CONNECT_TIMEOUT_S:
            self._lost(line)
            return
        ping = b""
        if line.box.ready and now_s - line.pinged_s > KEEPALIVE_S - _CARE_EVERY_S:
            ping, line.pinged_s = packets.PING, now_s
        if out := line.box.due(now_s) + ping:
            self._send(line, out)


def allow_files(count: int) -> None:
    """Let this process, and those it starts, have so many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(count, hard)))


def listen_overflows() -> int:
    """SYNs that this machine has dropped because a listener's backlog was full (nstat(8))."""
    names, values = (
        line.split()
        for line in Path("/proc/net/netstat").read_text().splitlines()
        if line.startswith("TcpExt:")
    )
    return int(values[names.index("ListenOverflows")])
