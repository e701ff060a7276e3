"""The numbers of the dashboard in their shape. Pure.

All are about the day on which reports were made, and leave out confidential ones: these are told as
one number, and not below LEAST. It is that of the last whole month, whatever period is asked for:
two such months have no day in common, so that no difference of two numbers tells of a few days.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from command_center.dashboard.cells import Dimension, total

LEAST = 5
UNKNOWN = "Tidak diketahui"
PERIODS = (7, 30, 90)
PERIOD = 30
"""Shown unless another is asked for."""
WEEK = 7
TREND_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of a dimension."""

    value: str
    name: str
    number: int
    """In the period."""
    week: int
    """In the last seven days."""
    before: int
    """In the seven days before those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRow:
    """An agency's; `late` is None until somebody has counted."""

    row: Row
    open: int
    late: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the pages show."""

    days: int
    """The period."""
    today: int
    week: int
    before: int
    number: int
    trend: tuple[tuple[date, int], ...]
    """By day, the oldest first."""
    channels: list[Row]
    categories: list[Row]
    kelurahan: list[Row]
    """All of the city, by code, and the unknown last."""
    agencies: list[AgencyRow]
    open: int
    confidential: int | None
    """Of the last whole month; None for less than LEAST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the store has; numbers by dimension and value are of the period, the last seven days,
    and the seven before."""

    by_value: Mapping[tuple[str, str], tuple[int, ...]]
    by_day: Mapping[int, int]
    open: Mapping[str, int]
    confidential: int


def periods(today: int, days: int) -> tuple[tuple[int, int], ...]:
    """First and last day of those spans."""
    return (
        (today - days + 1, today),
        (today - WEEK + 1, today),
        (today - 2 * WEEK + 1, today - WEEK),
    )


def month_before(today: int) -> tuple[int, int]:
    """First and last day of the last month that is over."""
    last = today - date_of(today).day
    return last - date_of(last).day + 1, last


def figures(
    counts: Counts,
    names: Mapping[Dimension, Callable[[str], str]],
    kelurahan: Iterable[str],
    late: Mapping[str, int] | None,
    *,
    today: int,
    days: int,
) -> Figures:
    """Put them together; `kelurahan` are the codes that have a row whether there is a report or
    not."""
    of_day = counts.by_day
    trend = max(days, PERIOD)
    return Figures(
        days=days,
        today=of_day.get(today, 0),
        week=total(of_day, today - WEEK + 1, today),
        before=total(of_day, today - 2 * WEEK + 1, today - WEEK),
        number=total(of_day, today - days + 1, today),
        trend=tuple((date_of(d), of_day.get(d, 0)) for d in range(today - trend + 1, today + 1)),
        channels=_most_first(_rows(counts, Dimension.CHANNEL, names)),
        categories=_most_first(_rows(counts, Dimension.CATEGORY, names)),
        kelurahan=_rows(counts, Dimension.KELURAHAN, names, (*kelurahan, "")),
        agencies=_agencies(counts, names, late),
        open=sum(counts.open.values()),
        confidential=counts.confidential if counts.confidential >= LEAST else None,
    )


def date_of(day: int) -> date:
    """The date of a day number."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()


def _rows(
    counts: Counts,
    dimension: Dimension,
    names: Mapping[Dimension, Callable[[str], str]],
    always: Iterable[str] = (),
) -> list[Row]:
    """Those with a number, and those that always have a row; by value, the unknown last."""
    told = {value: numbers for (of, value), numbers in counts.by_value.items() if of == dimension}
    values = {*always, *(value for value, numbers in told.items() if any(numbers))}
    nothing = (0, 0, 0)
    found = []
    for value in sorted(values, key=lambda value: (not value, value)):
        number, week, before = told.get(value, nothing)
        name = names[dimension](value) if value else UNKNOWN
        found.append(Row(value=value, name=name, number=number, week=week, before=before))
    return found


def _agencies(
    counts: Counts,
    names: Mapping[Dimension, Callable[[str], str]],
    late: Mapping[str, int] | None,
) -> list[AgencyRow]:
    rows = _rows(
        counts, Dimension.AGENCY, names, (a for a, number in counts.open.items() if number)
    )
    found = [
        AgencyRow(
            row=row,
            open=counts.open.get(row.value, 0),
            late=None if late is None else late.get(row.value, 0),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-(one.late or 0), -one.row.number, one.row.name))


def _most_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.number, row.name))
