"""A moment as a box can honestly state it.

A Pi without an RTC boots in the past, so wall time alone proves nothing: the boot id and the
monotonic time beside it let the city work out when something really happened (docs/protocol.md).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from appliance.domain import home
from appliance.domain.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
WESTERN_INDONESIA = timezone(timedelta(hours=7))
"""WIB, the time of Sumatra and Java; no daylight saving."""


class _CityTime(tzinfo):
    """The time of the city that this program serves."""

    def utcoffset(self, _at: datetime | None) -> timedelta:
        return home.zone()[1]

    def tzname(self, _at: datetime | None) -> str:
        return home.zone()[0]

    def dst(self, _at: datetime | None) -> timedelta:
        return timedelta(0)


CITY_TIME = _CityTime()
"""WIB, WITA or WIT, by the code of the city; no daylight saving."""
TRUSTED_SOURCES = frozenset({"ntp", "rtc", "city"})
"""Who must have set a wall clock for it to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`wall` is aware UTC; `mono_ms` counts from the boot named by `boot_id`."""

    wall: datetime
    boot_id: str
    mono_ms: int
    source: str = "none"
    """Who set the wall clock: ntp, rtc, city or none."""

    @property
    def is_trusted(self) -> bool:
        """Whether somebody has set the wall clock."""
        return self.source in TRUSTED_SOURCES

    @property
    def is_exact(self) -> bool:
        """Whether the network has set the wall clock: it may be compared with the city's."""
        return self.source == "ntp"

    @property
    def day(self) -> date:
        """The day in the city by the wall clock."""
        return self.wall.astimezone(CITY_TIME).date()


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""No honest clock shows a time outside, not even one that starts at zero; arithmetic with time
zones stays safe within."""


def plausible(at: datetime, name: str) -> datetime:
    """Return an aware time as it is; raises BadInput for one without zone or of another age."""
    try:
        is_plausible = EARLIEST <= at <= LATEST
    except (TypeError, OverflowError):
        is_plausible = False
    if not is_plausible:
        raise BadInput(f"{name} is no time between 1970 and 2100 with a zone")
    return at


def to_ms(at: datetime) -> int:
    """Unix milliseconds of an aware time."""
    return (at - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """Aware UTC time of Unix milliseconds."""
    return _EPOCH + timedelta(milliseconds=ms)


def stored(ms: int) -> datetime:
    """As `from_ms`, of a column: what no clock can have shown, as a hand may have written it, is a
    day outside `EARLIEST` and `LATEST`, so that it can be shown, and `plausible` refuses it."""
    return from_ms(min(max(ms, to_ms(EARLIEST - _DAY)), to_ms(LATEST + _DAY)))


def city_offset_ms() -> int:
    """How far the city's clock is ahead of UTC."""
    return home.zone()[1] // _MS


def start_of(day: date) -> datetime:
    """When a day begins in the city."""
    return datetime.combine(day, time(), CITY_TIME)


def local(at: datetime) -> datetime:
    """The clock on the wall of the city for an aware time."""
    return at.astimezone(CITY_TIME)
