"""A span of hours that comes every day. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from appliance.domain.errors import BadInput
from appliance.domain.moment import CITY_TIME

HOURS_PATTERN = r"^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$"


@dataclass(frozen=True, slots=True)
class DailyHours:
    """A time of day in local time that may span midnight; empty when both ends are equal."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "DailyHours":
        """Read `21:00-06:00`; raises BadInput."""
        match = re.fullmatch(HOURS_PATTERN, text)
        if match is None:
            raise BadInput(f"hours are written like 21:00-06:00, not {text!r}")
        begin_h, begin_min, end_h, end_min = map(int, match.groups())
        return cls(time(begin_h, begin_min), time(end_h, end_min))

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def cover(self, at: datetime) -> bool:
        """Whether `at` lies in them; the end does not."""
        clock = at.astimezone(CITY_TIME).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end
