"""How often a client may look numbers up: tickets can be guessed, so guessing must be slow.

Kept in memory, for each process apart: a restart forgives, and nothing about who looked for what is
ever stored. Time is counted from the boot, since the wall clock of a box may be set.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from appliance.domain import quota
from appliance.domain.moment import Moment, from_ms
from appliance.domain.quota import Exceeded, Quota

QUOTA = Quota(limit=30, window=timedelta(minutes=10))
"""A family that looks after all its reports stays far below it; a box has 100,000 numbers."""
MAX_CLIENTS = 2_000
"""More addresses than a hall has phones; beyond, whoever looked longest ago is forgotten."""


class Lookups:
    """The recent looks of each client; may be used by many threads."""

    def __init__(self, limit: Quota = QUOTA, *, max_clients: int = MAX_CLIENTS) -> None:
        self._limit, self._max_clients = limit, max_clients
        self._looks: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    @property
    def clients(self) -> tuple[str, ...]:
        """Who is remembered, the latest last."""
        return tuple(self._looks)

    def take(self, client: str | None, now: Moment) -> Exceeded | None:
        """Count one look and return None, or say how long to wait; nobody (None) never waits."""
        if client is None:
            return None
        at = from_ms(now.mono_ms)
        with self._lock:
            looks = self._looks.setdefault(client, deque(maxlen=self._limit.limit))
            self._looks.move_to_end(client)
            while len(self._looks) > self._max_clients:
                self._looks.popitem(last=False)
            if exceeded := quota.check(self._limit, looks, at):
                return exceeded
            looks.append(at)
            return None
