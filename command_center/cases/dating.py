"""When something really happened at a box that may not know the time, and how sure that is.

Pure. A Pi without a clock boots in the past, but it counts the milliseconds since its boot; the
batch says when on that count it was sent, so an event of the same boot is as old as the difference.
"""

from enum import StrEnum
from typing import NamedTuple

from appliance.domain.city import wire
from appliance.domain.moment import TRUSTED_SOURCES


class Quality(StrEnum):
    """How well the city knows a time."""

    TRUSTED = "trusted"
    """From a clock that somebody had set."""
    COUNTED = "counted"
    """Counted back from the arrival by the box's time since boot."""
    STATED = "stated"
    """Merely what an unset or wrong clock said: may be wrong by any amount."""


class Dated(NamedTuple):
    """A time with its quality."""

    at_ms: int
    """Unix milliseconds."""
    quality: Quality


def dated(stated_ms: int, clock: wire.Clock, sent: wire.Clock, received_ms: int) -> Dated:
    """The city's best knowledge of a time that a box `stated` with its `clock`; Unix milliseconds.

    A trusted clock is believed, unless it runs ahead of the city's. Otherwise the age within the
    same boot counts, unless it is absurd. What remains keeps what was stated, at most the time of
    its arrival.
    """
    if clock.src in TRUSTED_SOURCES and stated_ms <= received_ms:
        return Dated(stated_ms, Quality.TRUSTED)
    counted_ms = received_ms - (sent.mono - clock.mono)
    if clock.boot == sent.boot and 0 <= counted_ms <= received_ms:
        return Dated(counted_ms, Quality.COUNTED)
    return Dated(min(stated_ms, received_ms), Quality.STATED)
