"""Waking a thread that waits for the network."""

import os
import select
import weakref


class Waker:
    """An eventfd(2) that lives as long as this object, so that a late `wake` harms nobody."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._fd)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._fd

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
        poll.register(self, select.POLLIN)
        poll.poll(timeout_s * 1000)
        self.clear()
