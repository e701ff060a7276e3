"""What the agent does for the store beside the link: every half minute, and once an hour."""

import sqlite3
from collections.abc import Callable

from appliance.actions.cases import dating
from appliance.actions.privacy import retaining
from appliance.domain.moment import Moment
from appliance.store import housekeeping

RETENTION_EVERY_S = 3600.0


class Housekeeper:
    """Called every half minute; looks once an hour for what has been kept long enough."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        now: Callable[[], Moment],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._db, self._now, self._monotonic_s = db, now, monotonic_s
        self._retain_at_s = 0.0
        self._is_dated = False

    def __call__(self) -> None:
        """Do what is due; times are put right before anything is forgotten by them."""
        now = self._now()
        if not self._is_dated and now.is_exact:
            self._is_dated = not dating.correct(self._db, now)
        if self._is_dated and self._monotonic_s() >= self._retain_at_s:
            self._retain(now)
        housekeeping.keep_house(self._db, now.wall)

    def _retain(self, now: Moment) -> None:
        if not retaining.retain(self._db, now):
            self._retain_at_s = self._monotonic_s() + RETENTION_EVERY_S
