"""When something really happened at a box that may not know the time, and how sure that is.

Pure. A Pi without a clock boots in the past, but it counts the milliseconds since its boot; the
batch says when on that count it was sent, so an event of the same boot is as old as the difference.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.domain import wire

TRUSTED_SOURCES = frozenset({"ntp", "rtc", "city"})


class Quality(StrEnum):
    """How well the city knows a time."""

    TRUSTED = "trusted"
    """From a clock that somebody had set."""
    COUNTED = "counted"
    """Counted back from the arrival by the box's time since boot."""
    STATED = "stated"
    """Merely what an unset or wrong clock said: may be wrong by any amount."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A time with its quality."""

    at: datetime
    quality: Quality


def dated(stated: datetime, clock: wire.Clock, sent: wire.Clock, received_at: datetime) -> Dated:
    """The city's best knowledge of a time that a box `stated` with its `clock`.

    A trusted clock is believed, unless it runs ahead of the city's. Otherwise the age within the
    same boot counts; an event of an earlier boot keeps what was stated, at most `received_at`.
    """
    if clock.src in TRUSTED_SOURCES and stated <= received_at:
        return Dated(stated, Quality.TRUSTED)
    age_ms = sent.mono - clock.mono
    if clock.boot == sent.boot and age_ms >= 0:
        try:
            return Dated(received_at - timedelta(milliseconds=age_ms), Quality.COUNTED)
        except OverflowError:
            return Dated(received_at, Quality.STATED)
    return Dated(min(stated, received_at), Quality.STATED)
