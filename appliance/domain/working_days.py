"""Deadlines in working days: Monday to Friday in local time without the holidays of a table.

A day is 24 hours of working days that have passed outside pauses; the deadline is the day on which
the last of them ends. So what comes in on Monday is due on Tuesday with one day, and a pause of an
hour costs an hour. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from appliance.domain.moment import CITY_TIME

_DAY = timedelta(days=1)
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
        day = since.astimezone(CITY_TIME).date()
        is_whole = days > 0 and self.is_working(day) and since == _start(day)
        return _working_day_after(self, day, days - is_whole)

    def after(self, since: datetime, days: int) -> datetime:
        """When so many working days of 24 hours have passed."""
        day, rest = self._spend(since, days * _DAY, ())
        return max(since, _start(day)) + rest

    def passed(self, since: date, until: date) -> int:
        """How many working days have begun after the day `since`, up to the day `until`."""
        return _passed(self, since, until)

    def _spend(
        self, since: datetime, left: timedelta, pauses: Iterable[Pause]
    ) -> tuple[date, timedelta]:
        """The day on which so much open time is spent, and how much of it is that day's."""
        stood = _apart(pauses)
        day = since.astimezone(CITY_TIME).date()
        while left:
            if self.is_working(day):
                begin = max(since, _start(day))
                is_open = _open_time(begin, _start(day + _DAY), stood)
                if left <= is_open:
                    return day, left
                left -= is_open
            day += _DAY
        return day, left


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


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_TIME)


def _open_time(begin: datetime, end: datetime, stood: Iterable[Pause]) -> timedelta:
    spans = (min(end, pause.end) - max(begin, pause.begin) for pause in stood)
    return end - begin - sum((span for span in spans if span > timedelta()), timedelta())


def _apart(pauses: Iterable[Pause]) -> list[Pause]:
    """The same time without overlaps, in order."""
    apart: list[Pause] = []
    reached = datetime.min.replace(tzinfo=UTC)
    for pause in sorted(pauses, key=lambda one: one.begin):
        begin = max(pause.begin, reached)
        if begin < pause.end:
            apart.append(Pause(begin, pause.end))
            reached = pause.end
    return apart
