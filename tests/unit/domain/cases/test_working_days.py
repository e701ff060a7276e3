"""Deadlines in working days, against a hand table and an oracle that counts every hour."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.working_days import Pause, WorkingCalendar
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.moment import WESTERN_INDONESIA as WIB

HOUR = timedelta(hours=1)
SHIPPED = as_shipped().calendar
MONDAY = datetime(2026, 11, 2, tzinfo=WIB)
HOURS = st.integers(0, 24 * 40).map(lambda n: MONDAY + n * HOUR)
PAUSES = st.lists(
    st.builds(
        lambda begin, hours: Pause(begin, begin + hours * HOUR), HOURS, st.integers(0, 24 * 9)
    ),
    max_size=4,
)
HOLIDAYS = st.frozensets(st.integers(0, 60).map(lambda n: MONDAY.date() + timedelta(n)), max_size=9)


def wib(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=WIB)


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        # In the days off around Idulfitri: Wednesday the 25th is the first day of work.
        (wib(20, 16), 1, date(2026, 3, 25)),
        (wib(20, 16), 3, date(2026, 3, 27)),
        (wib(20, 16), 5, date(2026, 3, 31)),
        # Good Friday is between.
        (wib(20, 16), 10, date(2026, 4, 8)),
        # Tuesday before Nyepi and Idulfitri.
        (wib(17, 9), 1, date(2026, 3, 25)),
        (wib(17, 0), 1, date(2026, 3, 17)),
        # Friday in the evening, Saturday, Sunday.
        (wib(6, 22, 11), 1, date(2026, 11, 9)),
        (wib(7, 8, 11), 1, date(2026, 11, 9)),
        (wib(8, 23, 11), 3, date(2026, 11, 11)),
        (wib(24, 10, 12), 2, date(2026, 12, 29)),
        (wib(8, 23, 11), 0, date(2026, 11, 8)),
    ],
)
def test_the_hand_table(since: datetime, days: int, due: date) -> None:
    assert SHIPPED.due(since, days) == due


def test_a_day_begins_in_wib_and_not_in_greenwich() -> None:
    late_on_sunday_in_greenwich = datetime.fromisoformat("2026-11-08T18:00:00+00:00")
    assert SHIPPED.due(late_on_sunday_in_greenwich, 1) == date(2026, 11, 10)


def test_a_weekend_in_a_pause_is_not_given_twice() -> None:
    friday = wib(6, 10, 11)
    assert SHIPPED.due(friday, 2) == date(2026, 11, 10)
    over_the_weekend = [Pause(wib(7, 0, 11), wib(9, 0, 11))]
    assert SHIPPED.due(friday, 2, over_the_weekend) == date(2026, 11, 10)
    two_days_of_work = [Pause(wib(6, 12, 11), wib(10, 12, 11))]
    assert SHIPPED.due(friday, 2, two_days_of_work) == date(2026, 11, 12)


def slow_due(holidays: frozenset[date], since: datetime, days: int, pauses: list[Pause]) -> date:
    """Walk through the hours one by one."""
    at, hours = since, 0
    while True:
        day = at.date()
        counts = day.isoweekday() not in (6, 7) and day not in holidays
        if counts and not any(one.begin <= at < one.end for one in pauses):
            hours += 1
        if hours == days * 24:
            return day
        at += HOUR


@given(HOLIDAYS, HOURS, st.integers(1, 14), PAUSES)
def test_it_agrees_with_counting_hours(
    holidays: frozenset[date], since: datetime, days: int, pauses: list[Pause]
) -> None:
    expected = slow_due(holidays, since, days, pauses)
    assert WorkingCalendar(holidays).due(since, days, pauses) == expected
    in_greenwich = since.astimezone(datetime.fromisoformat("2026-01-01T00:00Z").tzinfo)
    assert WorkingCalendar(holidays).due(in_greenwich, days, pauses) == expected


@given(HOURS, st.integers(0, 60))
def test_more_days_are_never_due_sooner(since: datetime, days: int) -> None:
    assert SHIPPED.due(since, days) <= SHIPPED.due(since, days + 1)
