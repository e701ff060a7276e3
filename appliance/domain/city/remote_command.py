"""A command of the city: what may become of it, and whether its time has passed. Pure.

A box may have no clock that can be trusted, but everything the city says names the city's time.
A message cannot arrive before it was sent, so each gives a lower bound of the city's present; the
highest of them is kept. An old message that comes again therefore never turns time back.
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.moment import Moment, to_ms

NAMES = (
    *("check_store", "drop_key", "install_certificate", "report", "resend", "text_official"),
    "trust_key",
)
"""The commands of this release; what they do is in `sync_agent/commands.py`."""


class Outcome(StrEnum):
    """What became of a command; the values are stored and cross the wire."""

    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    UNSUPPORTED = "unsupported"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class CityTime:
    """The city's time as this run of the agent, and so this boot, knows it."""

    ahead_ms: int | None = None
    """City's unix milliseconds minus our milliseconds since boot, at least."""

    def heard(self, city_ms: int, now: Moment) -> "CityTime":
        """The city has said what time it is."""
        ahead_ms = city_ms - now.mono_ms
        return CityTime(ahead_ms if self.ahead_ms is None else max(ahead_ms, self.ahead_ms))

    def at(self, now: Moment) -> int | None:
        """Unix milliseconds, not later than the city's present; None if nobody knows.

        A wall clock set by NTP counts as well; the later of the two is taken.
        """
        known = [self.ahead_ms + now.mono_ms] if self.ahead_ms is not None else []
        if now.is_exact:
            known.append(to_ms(now.wall))
        return max(known, default=None)
