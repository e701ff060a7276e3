"""How long to wait before the next attempt to connect; pure.

Full jitter: the wait is anything between nothing and a ceiling that doubles with each failure, so
that the boxes of a city do not come back in step. Being let in proves little: two machines with
one client id are let in and thrown out for ever. So only a connection that lasted forgets the
failures before it, and who is thrown out twice in a row waits at least ten seconds.
"""

from dataclasses import dataclass, replace

FIRST_CEILING_S = 1.0
SHORTEST_S = 0.1
LASTING_S = 30.0
"""A connection that lived shorter does not reset the back-off."""
KICKED_WAIT_S = 10.0
KICKS_OF_A_CLONE = 3


@dataclass(frozen=True, slots=True)
class Backoff:
    """The failures in a row since the last connection that lasted."""

    longest_s: float = 60.0
    failures: int = 0
    kicks: int = 0
    """Connections in a row that the broker accepted and closed before they lasted."""

    def reset(self) -> "Backoff":
        """The connection lasts."""
        return Backoff(self.longest_s)

    def failed(self) -> "Backoff":
        """We were not let in."""
        return replace(self, failures=self.failures + 1, kicks=0)

    def lost(self, lived_s: float, *, closed_by_broker: bool) -> "Backoff":
        """A connection that had been accepted is gone."""
        if lived_s >= LASTING_S:
            return self.reset()
        kicks = self.kicks + 1 if closed_by_broker else 0
        return replace(self, failures=self.failures + 1, kicks=kicks)

    def wait_s(self, chance: float) -> float:
        """The wait before the next attempt; `chance` is uniform in [0, 1)."""
        ceiling_s = min(self.longest_s, FIRST_CEILING_S * 2.0 ** min(self.failures, 16))
        shortest_s = KICKED_WAIT_S if self.kicks > 1 else SHORTEST_S
        return max(shortest_s, ceiling_s * chance)

    @property
    def is_kicked(self) -> bool:
        """Whether somebody else is likely to use our client id."""
        return self.kicks >= KICKS_OF_A_CLONE
