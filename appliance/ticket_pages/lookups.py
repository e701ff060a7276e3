"""How often a client may look numbers up: tickets can be guessed, so guessing must be slow.

Kept in memory, for each process apart: a restart forgives, and nothing about who looked for what is
ever stored. Time is counted from the boot, since the wall clock of a box may be set.
"""

from datetime import timedelta

from appliance.domain.moment import Moment
from appliance.domain.quota import Exceeded, Quota
from web.throttle import MAX_CLIENTS, Throttle

QUOTA = Quota(limit=30, window=timedelta(minutes=10))
"""A family that looks after all its reports stays far below it; a box has 100,000 numbers."""


class Lookups:
    """The recent looks of each client; may be used by many threads."""

    def __init__(self, limit: Quota = QUOTA, *, max_clients: int = MAX_CLIENTS) -> None:
        self._throttle = Throttle(
            limit.limit, limit.window.total_seconds(), max_clients=max_clients
        )

    @property
    def clients(self) -> tuple[str, ...]:
        """Who is remembered, the latest last."""
        return self._throttle.clients

    def take(self, client: str | None, now: Moment) -> Exceeded | None:
        """Count one look and return None, or say how long to wait; nobody (None) never waits."""
        wait_s = self._throttle.take(client, now.mono_ms / 1000)
        return Exceeded(retry_after_s=wait_s) if wait_s else None
