"""When a SIM may send: limits against barring and cost, and the night's rest of officials. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from appliance.domain.errors import BadInput
from appliance.domain.moment import WESTERN_INDONESIA

EMERGENCY_FACTOR = 2
"""Emergencies may go this far beyond the limits, so that a flood does not silence them."""
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of day in WIB that may span midnight; empty when both ends are equal."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours":
        """Read `21:00-06:00`; raises BadInput."""
        match = _HOURS.fullmatch(text)
        if match is None:
            raise BadInput(f"quiet hours are written like 21:00-06:00, not {text!r}")
        begin_h, begin_min, end_h, end_min = map(int, match.groups())
        return cls(time(begin_h, begin_min), time(end_h, end_min))

    def cover(self, at: datetime) -> bool:
        """Whether `at` lies in them; the end does not."""
        clock = at.astimezone(WESTERN_INDONESIA).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPolicy:
    """Messages (parts) that one SIM may send in a minute, an hour, a day; 0 is no limit."""

    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    quiet_hours: QuietHours = field(default=QuietHours(time(0), time(0)))

    def allows(
        self, sent_since: Callable[[datetime], int], now: datetime, *, is_emergency: bool
    ) -> bool:
        """Whether one more may go; `sent_since` counts what has gone since a time."""
        factor = EMERGENCY_FACTOR if is_emergency else 1
        limits = (
            (self.per_minute, timedelta(minutes=1)),
            (self.per_hour, timedelta(hours=1)),
            (self.per_day, timedelta(days=1)),
        )
        return all(
            sent_since(now - window) < limit * factor for limit, window in limits if limit > 0
        )
