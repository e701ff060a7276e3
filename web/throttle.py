"""How often one client may do something, in memory: a restart forgives, and nothing is stored.

Knows counting only: who a client is and what time it is are handed in.
"""

from collections import OrderedDict, deque
from threading import Lock

MAX_CLIENTS = 2_000
"""More addresses than a hall has phones; beyond, whoever came longest ago is forgotten."""


class Throttle:
    """At most `limit` acts of a client in any `window_s`; may be used by many threads."""

    def __init__(self, limit: int, window_s: float, *, max_clients: int = MAX_CLIENTS) -> None:
        self._limit, self._window_s, self._max_clients = limit, window_s, max_clients
        self._acts: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    @property
    def clients(self) -> tuple[str, ...]:
        """Who is remembered, the latest last."""
        return tuple(self._acts)

    def take(self, client: str | None, now_s: float) -> int:
        """Count one act and return 0, or say how many seconds to wait, which counts nothing; nobody
        (None) never waits. `now_s` never goes back."""
        if client is None:
            return 0
        with self._lock:
            acts = self._acts.setdefault(client, deque(maxlen=self._limit))
            self._acts.move_to_end(client)
            while len(self._acts) > self._max_clients:
                self._acts.popitem(last=False)
            if len(acts) == self._limit and now_s - acts[0] < self._window_s:
                return max(1, int(self._window_s - (now_s - acts[0])))
            acts.append(now_s)
            return 0
