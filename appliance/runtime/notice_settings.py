"""SMS to officials that the city orders of its boxes; only `posko-center` reads it."""

from typing import Annotated

import msgspec

from appliance.domain.hours import DailyHours
from appliance.runtime.modem_settings import DailySpan
from appliance.runtime.section import Section


class Notices(Section, frozen=True):
    """On unless none a day is allowed."""

    per_day: Annotated[
        int, msgspec.Meta(ge=0, le=10_000, description="a whole number, 0 to 10000")
    ] = 200
    quiet_hours: DailySpan = "19:00-07:00"

    @property
    def quiet(self) -> DailyHours:
        """When no box is asked."""
        return DailyHours.parse(self.quiet_hours)
