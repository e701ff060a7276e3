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

    def add_task(self, task: "_Member") -> None:
        """Let the next free thread call its `service`."""


@contextmanager
def turning(
    sockets: dict[int, object], threads: Threads, on_turn: Callable[[], None]
) -> Iterator[None]:
    """Call `on_turn` about every second while the loop over `sockets` and its threads work."""
    here, there = socket.socketpair()
    with here, there:
        sockets[here.fileno()] = _Member(threads, on_turn)
        try:
            yield
        finally:
            sockets.pop(here.fileno(), None)


class _Member:
    """A member of the loop's map that never has anything to read or write, but is asked."""

    accepting = False
    connected = True

    def __init__(self, threads: Threads, on_turn: Callable[[], None]) -> None:
        self._threads, self._on_turn = threads, on_turn
        self._next_s = 0.0
        self._is_waiting = False

    def readable(self) -> bool:
        """Asked once each turn of the loop; one task waits at most."""
        if not self._is_waiting and time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + EVERY_S
            self._is_waiting = True
            self._threads.add_task(self)
        return False

    def writable(self) -> bool:
        """Never."""
        return False

    def service(self) -> None:
        """In a thread."""
        self._is_waiting = False
        self._on_turn()

    def cancel(self) -> None:
        """At the end."""
