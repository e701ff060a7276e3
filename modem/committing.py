"""Commits that must succeed now, and those that can wait; and when a database is given up.

A full disk passes. Any other refusal that lasts is raised, so that the process starts again: a new
one opens the database anew and looks it over first.
"""

import logging
import math
import sqlite3
from collections.abc import Callable

from appliance.store.errors import StoreFull
from modem.driver import NotStoredError

log = logging.getLogger(__name__)

# A database that refuses for so long is not just busy: our connection may be stuck.
_LONGEST_REFUSAL_S = 60.0


class Patience:
    """How long a database may refuse every change; refusals far apart do not add up."""

    def __init__(self) -> None:
        self._first_s = self._last_s = -math.inf

    def is_over(self, now_s: float) -> bool:
        """Note a refusal; tell whether there has been nothing else for too long."""
        if now_s - self._last_s > _LONGEST_REFUSAL_S:
            self._first_s = now_s
        self._last_s = now_s
        return now_s - self._first_s > _LONGEST_REFUSAL_S

    def renew(self) -> None:
        """A change went through."""
        self._first_s = self._last_s = -math.inf


class Committer:
    """Runs transactions; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._patience = Patience()
        self._is_failure_logged = False

    def store(self, write: Callable[[], None]) -> None:
        """Write what the caller must know to be committed, or raise `NotStoredError`."""
        try:
            write()
        except (sqlite3.Error, StoreFull) as error:
            self._bear(error)
            raise NotStoredError(str(error)) from error
        self._worked()

    def guard(self, write: Callable[[], None]) -> bool:
        """Write what can as well be written later; return whether it is."""
        try:
            write()
        except (sqlite3.OperationalError, StoreFull) as error:
            self._bear(error)
            return False
        self._worked()
        return True

    def _bear(self, error: sqlite3.Error | StoreFull) -> None:
        if not self._is_failure_logged:
            self._is_failure_logged = True
            log.warning("Cannot write to the database; check disk space. error=%s", error)
        if not isinstance(error, StoreFull) and self._patience.is_over(self._clock()):
            log.error("The database refuses every change; starting again. error=%s", error)
            raise error

    def _worked(self) -> None:
        self._is_failure_logged = False
        self._patience.renew()
