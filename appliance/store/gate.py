"""Who may write while a damaged database is set aside, or the WAL folded back.

SQLite's own locks lie in the file that is moved away, so they cannot keep a process from writing to
the moved file and telling a resident a ticket that nobody will ever see. Every write transaction
therefore holds this lock shared and looks whether its file is still the one at the path; setting
aside holds it alone. Both cost microseconds.
"""

import fcntl
import math
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.store.errors import Missing, Replaced
from appliance.store.files import beside

_POLL_S = 0.002


class Gate:
    """One connection's way to the lock; opened before the database file is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = _open(path)
        self.close = weakref.finalize(self, os.close, self._lock)
        self._inode = 0

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Hold the file in place while a connection opens it."""
        with _held(self._lock, fcntl.LOCK_SH):
            if not self._path.exists():
                raise Missing(
                    f"no database at {self._path}: it is being salvaged, or `posko migrate` has "
                    "never run"
                )
            yield
            self._inode = self._path.stat().st_ino

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the file in place during a transaction; raises Replaced if it is not ours."""
        with _held(self._lock, fcntl.LOCK_SH):
            if not self.is_open():
                raise Replaced(
                    f"{self._path} was replaced by a salvaged one; this process must be restarted"
                )
            yield

    def is_open(self) -> bool:
        """Tell whether the file that was opened is still the one at the path."""
        try:
            return self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            return False


@contextmanager
def alone(path: Path, *, wait_s: float = math.inf) -> Iterator[bool]:
    """Let no transaction run during the block; False if one still ran after `wait_s`."""
    lock, until_s = _open(path), time.monotonic() + wait_s
    try:
        while not (is_alone := _try_alone(lock)) and time.monotonic() < until_s:
            time.sleep(_POLL_S)
        yield is_alone
    finally:
        os.close(lock)


def _try_alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> int:
    return os.open(beside(path, ".gate"), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)


@contextmanager
def _held(lock: int, how: int) -> Iterator[None]:
    fcntl.flock(lock, how)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
