"""Waking a thread that waits for the network."""

import os
import select
import weakref
from collections.abc import Sequence
from typing import Protocol


class HasFileno(Protocol):
    """What poll(2) can wait for."""

    def fileno(self) -> int:
        """Its descriptor."""


class Waker:
    """An eventfd(2) that lives as long as this object, so that a late `wake` harms nobody."""

    def __init__(self, others: Sequence[HasFileno] = ()) -> None:
        """`others` wake too, as long as they are readable."""
        self._others = others
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._fd)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._fd

    def register(self, poll: "select.poll") -> None:
        """Let all that wakes end a wait of `poll`."""
        for one in (self, *self._others):
            poll.register(one, select.POLLIN)

    def wake(self) -> None:
        """End the wait, or the next one (any thread)."""
        os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Be ready for the next wait."""
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            return

    def wait(self, timeout_s: float) -> None:
        """Sleep until woken, for at most `timeout_s`."""
        poll = select.poll()
        self.register(poll)
        poll.poll(timeout_s * 1000)
        self.clear()
