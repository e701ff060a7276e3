"""When a SIM may send: limits against barring and cost, and the night's rest of officials. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from appliance.domain.hours import DailyHours

NOTICE_VALIDITY = timedelta(hours=2)
"""Of a text to an official that the city has ordered; after that it orders it of another box."""
EMERGENCY_FACTOR = 2
"""Emergencies may go this far beyond the limits, so that a flood does not silence them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPolicy:
    """Messages (parts) that one SIM may send in a minute, an hour, a day; 0 is no limit."""

    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    quiet_hours: DailyHours = field(default=DailyHours(time(0), time(0)))

    def allows(
        self,
        sent_since: Callable[[datetime], int],
        now: datetime,
        *,
        parts: int,
        is_emergency: bool,
    ) -> bool:
        """Whether a text of so many parts may go; `sent_since` counts what has gone since a time.

        One of more parts than a limit goes when nothing else has.
        """
        factor = EMERGENCY_FACTOR if is_emergency else 1
        limits = (
            (self.per_minute, timedelta(minutes=1)),
            (self.per_hour, timedelta(hours=1)),
            (self.per_day, timedelta(days=1)),
        )
        return all(
            sent_since(now - window) + min(parts, limit * factor) <= limit * factor
            for limit, window in limits
            if limit > 0
        )
