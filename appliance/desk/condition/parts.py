"""What is looked at, and what is said of one part of the box. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appliance.domain.moment import CITY_TIME, Moment

Gauges = Mapping[str, Mapping[str, tuple[str, datetime]]]
"""Process -> name -> (value, since when), as `store.box.gauges.every` reads them."""


class Tone(StrEnum):
    """The colour of a word, as `ui.chip` knows it."""

    GOOD = "done"
    WATCH = "work"
    BAD = "alert"
    UNKNOWN = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One part of the box; `advice` is empty while nobody need do anything."""

    title: str
    tone: Tone
    word: str
    facts: tuple[str, ...] = ()
    advice: str = ""
    for_technician: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that is looked at."""

    gauges: Gauges
    backlog: int
    oldest: datetime | None
    acked_at: datetime | None
    is_sealing: bool
    temperature_c: float | None
    is_undervolted: bool | None
    disk_free_bytes: int
    disk_bytes: int
    now: Moment


def moment(at: datetime) -> str:
    """A time as the page shows it."""
    return at.astimezone(CITY_TIME).strftime("%d-%m-%Y %H.%M %Z")
