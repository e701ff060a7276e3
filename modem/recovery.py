"""How hard to try when the modem stops answering: a ladder of three rungs, climbed again and again.

Resynchronising costs seconds, a restart of the firmware half a minute, reopening the port helps
where the USB side hangs. Restarts are rare on purpose: they take the modem off the network.
"""

import enum

from modem.events import Timing


class Rung(enum.IntEnum):
    """What to do next, in order."""

    RESYNCHRONISE = 0
    RESTART = 1
    REOPEN = 2


class Ladder:
    """Counts failures since the last success."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._failures = 0
        self._restarted_at_s: float | None = None
        self.restarts = 0

    @property
    def is_climbing(self) -> bool:
        """Whether the last attempt failed."""
        return self._failures > 0

    def succeed(self) -> None:
        """A start went through: begin at the bottom next time."""
        self._failures = 0

    def climb(self, now_s: float) -> tuple[Rung, float]:
        """Note a failure; return what to do and in how many seconds."""
        rung = Rung(self._failures % len(Rung))
        rounds = self._failures // len(Rung)
        self._failures += 1
        delay_s = min(self._timing.backoff_s * rounds, self._timing.backoff_max_s)
        if rung is Rung.RESTART and not self._take_restart(now_s):
            rung = Rung.RESYNCHRONISE
        return rung, delay_s

    def _take_restart(self, now_s: float) -> bool:
        before_s = self._restarted_at_s
        if before_s is not None and now_s - before_s < self._timing.restart_every_s:
            return False
        self._restarted_at_s = now_s
        self.restarts += 1
        return True
