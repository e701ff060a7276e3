"""Noticing what other processes commit: the database is asked, and the kernel tells when to ask.

Who commits opens and closes an empty file beside the database, of which inotify(7) tells all who
listen; nothing is written for it. The WAL could be listened to, but a commit is written there
before it can be seen. Who is killed tells nobody, so those who listen ask now and then, too.
"""

import logging
import os
import select
import sqlite3
import weakref
from contextlib import suppress
from pathlib import Path

from appliance.store.connection import BoxConnection
from appliance.store.files import beside

log = logging.getLogger(__name__)

_IN_CLOSE_NOWRITE = 0x10
_EVENTS_BYTES = 4096


def tell(path: Path) -> None:
    """Say that the database at `path` has a new commit; who cannot be told finds it later."""
    with suppress(OSError):
        os.close(os.open(_news(path), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640))


class Watcher:
    """Notices commits of other connections by `PRAGMA data_version` (microseconds)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = -1

    def changed(self) -> bool:
        """Tell whether anyone else has committed since the last call; True at the first."""
        version: int = self._db.execute("PRAGMA data_version").fetchone()[0]
        has_changed = version != self._seen
        self._seen = version
        return has_changed


class Listener(Watcher):
    """A watcher that can be waited for; where the kernel cannot tell, it only watches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        assert isinstance(db, BoxConnection), "only connections of `connect` have news"
        self._told = _listen(db.path)
        self.close = weakref.finalize(self, os.close, self._told)

    def fileno(self) -> int:
        """For poll(2): readable while there may be a commit that `changed` was not asked for."""
        return self._told

    def wait(self, timeout_s: float) -> bool:
        """Sleep until there may be one, for at most `timeout_s`; False if that has passed."""
        poll = select.poll()
        poll.register(self, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))

    def changed(self) -> bool:
        """As a watcher does; what was told is taken in before, lest that of the next be lost."""
        with suppress(BlockingIOError):
            os.read(self._told, _EVENTS_BYTES)
        return super().changed()


def _news(path: Path) -> Path:
    return beside(path, ".news")


def _listen(path: Path) -> int:
    """A descriptor of inotify; one that never tells anything where there is none to be had.

    By hand: a library for it costs 1.4 MiB in each daemon, this 0.3, and only where ctypes is new.
    """
    import ctypes  # noqa: PLC0415

    tell(path)
    libc = ctypes.CDLL(None, use_errno=True)
    told: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if told >= 0 and libc.inotify_add_watch(told, os.fsencode(_news(path)), _IN_CLOSE_NOWRITE) >= 0:
        return told
    log.warning(
        "commits of others are noticed a little later reason=%s", os.strerror(ctypes.get_errno())
    )
    if told >= 0:
        os.close(told)
    return os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
