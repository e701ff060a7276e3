"""Deadlines in working days: Monday to Friday in local time without the holidays of a table.

A day is 24 hours of working days that have passed outside pauses; the deadline is the day on which
the last of them ends. So what comes in on Monday is due on Tuesday with one day, and a pause of an
hour costs an hour. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from appliance.domain.moment import EARLIEST, city_offset_ms, local, start_of

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_DAY_US = _DAY // _MICROSECOND
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Pause:
    """When a clock stood; aware times, `begin` <= `end`."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days count."""

    holidays: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Whether offices are open."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def due(self, since: datetime, days: int, pauses: Iterable[Pause] = ()) -> date:
        """The last local day for what began `since` and may take so many working days.

        Zero means the day itself. Pauses may overlap.
        """
        stood = tuple(pauses)
        if stood:
            return self._spend(since, days * _DAY, stood)[0]
        day = local(since).date()
        return self.due_from(day, days, is_midnight=since == start_of(day))

    def due_from(self, day: date, days: int, *, is_midnight: bool) -> date:
        """As `due` without pauses, for what began on a local day, maybe with its first moment."""
        is_whole = days > 0 and self.is_working(day) and is_midnight
        return _working_day_after(self, day, days - is_whole)

    def after(self, since: datetime, days: int) -> datetime:
        """When so many working days of 24 hours have passed."""
        day, rest = self._spend(since, days * _DAY, ())
        return max(since, start_of(day)) + rest

    def left(
        self, since: datetime, days: int, until: datetime, pauses: Iterable[Pause] = ()
    ) -> timedelta:
        """How much of so many working days of 24 hours is not spent `until` then."""
        begin, end, stood = _on_the_wall(since), _on_the_wall(until), _apart(pauses)
        rest = days * _DAY_US
        day = begin // _DAY_US
        while rest > 0 and day * _DAY_US < end:
            if _is_working(self, day):
                first, last = max(begin, day * _DAY_US), min(end, (day + 1) * _DAY_US)
                rest -= _open_time(first, last, stood)
            day += 1
        return max(rest, 0) * _MICROSECOND

    def with_left(self, day: date, count: int) -> date:
        """The first day after which at most so many working days begin, up to `day`."""
        first = day
        left = count - self.is_working(first)
        while left >= 0:
            first -= _DAY
            left -= self.is_working(first)
        return first

    def with_passed(self, day: date, count: int) -> date:
        """The first day up to which so many working days have begun after `day`."""
        return _working_day_after(self, day, count)

    def passed(self, since: date, until: date) -> int:
        """How many working days have begun after the day `since`, up to the day `until`."""
        return _passed(self, since, until)

    def _spend(
        self, since: datetime, left: timedelta, pauses: Iterable[Pause]
    ) -> tuple[date, timedelta]:
        """The day on which so much open time is spent, and how much of it is that day's."""
        begin, rest = _on_the_wall(since), left // _MICROSECOND
        stood = _apart(pauses)
        day = begin // _DAY_US
        while rest:
            if _is_working(self, day):
                is_open = _open_time(max(begin, day * _DAY_US), (day + 1) * _DAY_US, stood)
                if rest <= is_open:
                    break
                rest -= is_open
            day += 1
        return _date(day), rest * _MICROSECOND


@lru_cache(maxsize=50_000)
def _is_working(calendar: WorkingCalendar, day: int) -> bool:
    return calendar.is_working(_date(day))


@lru_cache(maxsize=50_000)
def _working_day_after(calendar: WorkingCalendar, day: date, count: int) -> date:
    """The day itself for 0; report cards ask for the same days again and again."""
    while count:
        day += _DAY
        count -= calendar.is_working(day)
    return day


@lru_cache(maxsize=50_000)
def _passed(calendar: WorkingCalendar, since: date, until: date) -> int:
    days = (since + timedelta(n) for n in range(1, (until - since).days + 1))
    return sum(calendar.is_working(day) for day in days)


def of_table(table: Iterable[Mapping[str, str]]) -> WorkingCalendar:
    """The calendar of a table of holidays; raises KeyError or ValueError."""
    return WorkingCalendar(frozenset(date.fromisoformat(row["tanggal"]) for row in table))


def _on_the_wall(at: datetime) -> int:
    """Microseconds since 1970 by the city's clock; sums of whole numbers are quick."""
    return (at - EARLIEST) // _MICROSECOND + city_offset_ms() * 1000


def _date(day: int) -> date:
    return date.fromordinal(EARLIEST.toordinal() + day)


def _open_time(begin: int, end: int, stood: Iterable[tuple[int, int]]) -> int:
    closed = (min(end, until) - max(begin, since) for since, until in stood)
    return end - begin - sum(span for span in closed if span > 0)


def _apart(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    """The same time without overlaps, in order."""
    apart: list[tuple[int, int]] = []
    spans = sorted((_on_the_wall(one.begin), _on_the_wall(one.end)) for one in pauses)
    reached = spans[0][0] if spans else 0
    for begin, end in spans:
        if max(begin, reached) < end:
            apart.append((max(begin, reached), end))
            reached = end
    return apart
