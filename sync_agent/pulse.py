"""When the city is told how the box is doing. Pure: the caller says what happened, and when.

Every few minutes while the link is up; and soon after a change that the city would otherwise learn
late, but with a pause between two, since each costs the card a commit.
"""

EVERY_S = 300.0
SOON_S = 3.0
"""Time for a short backlog to drain, so that one heartbeat tells its end."""
PAUSE_S = 30.0


class Pulse:
    """Knows when the next heartbeat is due."""

    def __init__(self, now_s: float) -> None:
        self._due_s = now_s + EVERY_S
        self._earliest_s = now_s
        self._has_told_backlog = False

    def take(self, now_s: float) -> bool:
        """Whether one is due; then the next is not, even if this one cannot be stored."""
        if now_s < self._due_s:
            return False
        self._due_s, self._earliest_s = now_s + EVERY_S, now_s + PAUSE_S
        return True

    def soon(self, now_s: float) -> None:
        """The link is back, or the city has set an event aside."""
        self._due_s = min(self._due_s, max(now_s + SOON_S, self._earliest_s))

    def drained(self, now_s: float) -> None:
        """Nothing waits any more: news if the city was last told that something did."""
        if self._has_told_backlog:
            self.soon(now_s)

    def told(self, *, has_backlog: bool) -> None:
        """What the heartbeat says about events that wait."""
        self._has_told_backlog = has_backlog
