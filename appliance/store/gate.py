"""Who may write while a damaged database is being set aside.

SQLite's own locks lie in the file that is moved away, so they cannot keep a process from writing to
the moved file and telling a resident a ticket that nobody will ever see. Every write transaction
therefore holds this lock shared and looks whether its file is still the one at the path; setting
aside holds it alone. Both cost microseconds.
"""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.store.files import beside


class Replaced(PoskoError, RuntimeError):
    """The database was set aside and replaced under a running process, which must start again."""


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
def alone(path: Path) -> Iterator[None]:
    """Wait for all transactions to end and let none begin while the block runs."""
    lock = _open(path)
    try:
        with _held(lock, fcntl.LOCK_EX):
            yield
    finally:
        os.close(lock)


def _open(path: Path) -> int:
    return os.open(beside(path, ".gate"), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)


@contextmanager
def _held(lock: int, how: int) -> Iterator[None]:
    fcntl.flock(lock, how)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
