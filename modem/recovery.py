"""How hard to try when the modem does not serve: a ladder, climbed again and again.

Resynchronising costs seconds, a restart of the firmware half a minute; reopening the port helps
where the USB side hangs, taking the device off the bus where the driver does, the power key where
the modem itself is stuck. What takes the modem off the network is rare on purpose: each reset has
its least interval, which doubles up to a limit while nothing helps, and everything is counted.
"""

from collections.abc import Mapping

from modem.events import Reset, Timing

_LADDER = (None, Reset.RESTART, Reset.REOPEN, Reset.USB, Reset.POWER_KEY)
_MAX_DOUBLINGS = 4


class Ladder:
    """Counts failures since the last success, and resets since ever."""

    def __init__(
        self, timing: Timing, *, counts: Mapping[Reset, int], has_power_key: bool = False
    ) -> None:
        self._timing = timing
        self._rungs = [rung for rung in _LADDER if rung is not Reset.POWER_KEY or has_power_key]
        self._every_s = {
            Reset.RESTART: timing.restart_every_s,
            Reset.REATTACH: timing.reattach_every_s,
            Reset.USB: timing.usb_every_s,
            Reset.POWER_KEY: timing.power_key_every_s,
        }
        self._failures = 0
        self._taken: dict[Reset, tuple[float, int]] = {}
        self._counts = dict(counts)

    @property
    def counts(self) -> tuple[tuple[Reset, int], ...]:
        """How often each was done, also by earlier runs of the process."""
        return tuple((reset, self._counts[reset]) for reset in Reset if self._counts.get(reset))

    @property
    def is_climbing(self) -> bool:
        """Whether the last attempt failed."""
        return self._failures > 0

    def succeed(self) -> None:
        """A start went through: begin at the bottom next time."""
        self._failures = 0
        self._taken = {reset: (at_s, 0) for reset, (at_s, _) in self._taken.items()}

    def count(self, reset: Reset) -> None:
        """It was done."""
        self._counts[reset] = self._counts.get(reset, 0) + 1

    def climb(self, now_s: float) -> tuple[Reset | None, float]:
        """Note a failure; return what to do (None: only resynchronise) and in how many seconds."""
        rung = self._rungs[self._failures % len(self._rungs)]
        rounds = self._failures // len(self._rungs)
        self._failures += 1
        delay_s = min(self._timing.backoff_s * rounds, self._timing.backoff_max_s)
        return (rung if rung and self.take(rung, now_s) else None), delay_s

    def climb_without_port(self, now_s: float) -> Reset | None:
        """What may bring back a device that has vanished; None if it is too early for anything."""
        resets = [rung for rung in self._rungs if rung in {Reset.USB, Reset.POWER_KEY}]
        return next((reset for reset in resets if self.take(reset, now_s)), None)

    def take(self, reset: Reset, now_s: float) -> bool:
        """Whether it is not too early for this one; then it counts as begun."""
        every_s = self._every_s.get(reset, 0.0)
        if reset not in self._taken:
            self._taken[reset] = (now_s, 0)
            return True
        at_s, doublings = self._taken[reset]
        if now_s - at_s < every_s * 2**doublings:
            return False
        self._taken[reset] = (now_s, min(doublings + 1, _MAX_DOUBLINGS))
        return True
