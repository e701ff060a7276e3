"""Which months of what is protected may be told. Pure."""

from datetime import datetime, timedelta

from appliance.domain.moment import local, start_of

SETTLED = timedelta(days=7)
"""After its end a month is told: a box may be away for that long."""


def settled(until: datetime) -> datetime:
    """The end of the last month that may be told at a midnight.

    Numbers of days would let who looks every day find by their difference what one report was.
    """
    return start_of(local(until - SETTLED).date().replace(day=1))
