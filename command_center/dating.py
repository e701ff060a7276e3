"""When something really happened at a box that may not know the time.

Pure. A Pi without a clock boots in the past, but it counts the milliseconds since its boot; the
batch says when on that count it was sent, so an event of the same boot is as old as the difference.
"""

from datetime import datetime, timedelta

from appliance.domain import wire

TRUSTED_SOURCES = frozenset({"ntp", "rtc", "city"})


def occurred_at(
    stated: datetime, clock: wire.Clock, sent: wire.Clock, received_at: datetime
) -> datetime:
    """The city's best knowledge of a time that a box `stated` with its `clock`.

    A trusted clock is believed, unless it runs ahead of the city's. Otherwise the age within the
    same boot counts; an event of an earlier boot keeps what was stated, at most `received_at`.
    """
    if clock.src in TRUSTED_SOURCES and stated <= received_at:
        return stated
    age_ms = sent.mono - clock.mono
    if clock.boot == sent.boot and age_ms >= 0:
        try:
            return received_at - timedelta(milliseconds=age_ms)
        except OverflowError:
            return received_at
    return min(stated, received_at)
