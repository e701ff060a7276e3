"""Whether a server still comes round: its loop hands a task to its threads, again and again.

Knows waitress. A loop that hangs hands over no task, and threads that all hang work none off.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

EVERY_S = 1.0


class Threads(Protocol):
    """waitress' dispatcher of tasks."""

    def add_task(self, task: "_Turn") -> None:
        """Let the next free thread call its `service`."""


@contextmanager
def each_turn(sockets: dict[int, object], call: Callable[[], None]) -> Iterator[None]:
    """Let the loop over `sockets` call it about every second, between two of its turns."""
    here, there = socket.socketpair()
    with here, there:
        sockets[here.fileno()] = _Member(call)
        try:
            yield
        finally:
            sockets.pop(here.fileno(), None)


@contextmanager
def turning(
    sockets: dict[int, object], threads: Threads, on_turn: Callable[[], None]
) -> Iterator[None]:
    """Call `on_turn` about every second while the loop over `sockets` and its threads work."""
    with each_turn(sockets, _Turn(threads, on_turn).hand_over):
        yield


class _Member:
    """A member of the loop's map that never has anything to read or write, but is asked."""

    accepting = False
    connected = True

    def __init__(self, call: Callable[[], None]) -> None:
        self._call, self._next_s = call, 0.0

    def readable(self) -> bool:
        """Asked once each turn of the loop."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + EVERY_S
            self._call()
        return False

    def writable(self) -> bool:
        """Never."""
        return False


class _Turn:
    """The task; one waits at most."""

    def __init__(self, threads: Threads, on_turn: Callable[[], None]) -> None:
        self._threads, self._on_turn = threads, on_turn
        self._is_waiting = False

    def hand_over(self) -> None:
        """In the loop."""
        if not self._is_waiting:
            self._is_waiting = True
            self._threads.add_task(self)

    def service(self) -> None:
        """In a thread."""
        self._is_waiting = False
        self._on_turn()

    def cancel(self) -> None:
        """At the end."""
