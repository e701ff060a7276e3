"""Until when a request should be taken up and resolved."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.deadline import Deadline, deadlines, latest, nearest
from appliance.domain.cases.service_request import OVER, Status
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.moment import WESTERN_INDONESIA

SHIPPED = as_shipped()
CATEGORY = "pju"
"""One working day to take it up, five to resolve it."""


class Line(NamedTuple):
    status: str
    at: datetime


def november(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=WESTERN_INDONESIA)


def history(*entries: tuple[Status, int]) -> Sequence[Line]:
    """From (status, day of November 2026)."""
    return [Line(status, november(day)) for status, day in entries]


def finish(category: str, lines: Sequence[Line], now: datetime) -> Deadline | None:
    found = deadlines("pengaduan", category, lines, now, SHIPPED)
    return found[-1] if found else None


def ends(day: int, working_days: int, **changes: bool) -> Deadline:
    states = {"is_standing": False, "is_missed": False, **changes}
    return Deadline("finish", date(2026, 11, day), working_days=working_days, **states)


def test_it_is_counted_from_the_arrival() -> None:
    lines = history((Status.RECEIVED, 2), (Status.IN_PROGRESS, 3))
    assert finish(CATEGORY, lines, november(9, 23)) == ends(9, 0)
    assert finish(CATEGORY, lines, november(10, 0)) == ends(9, 1, is_missed=True)
    assert finish(CATEGORY, lines, november(3)) == ends(9, 4)


def test_it_moves_while_the_resident_is_asked() -> None:
    asked = history((Status.RECEIVED, 2), (Status.NEEDS_DETAILS, 3), (Status.NEEDS_DETAILS, 6))
    assert finish(CATEGORY, asked, november(17)) == ends(23, 4, is_standing=True)
    answered = [*asked, *history((Status.VERIFIED, 17))]
    assert finish(CATEGORY, answered, november(20)) == ends(23, 1)


def test_a_request_opened_again_has_its_days_anew() -> None:
    lines = history(
        (Status.RECEIVED, 2),
        (Status.RESOLVED, 4),
        (Status.REOPENED, 16),
        # A remark of the resident.
        (Status.REOPENED, 19),
    )
    assert finish(CATEGORY, lines, november(20)) == ends(23, 1)


@pytest.mark.parametrize("settled", sorted(OVER))
def test_what_is_settled_has_none(settled: Status) -> None:
    assert finish(CATEGORY, history((Status.RECEIVED, 2), (settled, 3)), november(30)) is None


def test_a_category_of_a_newer_box_has_the_days_of_the_fallback() -> None:
    found = finish("of_tomorrow", history((Status.RECEIVED, 2)), november(2))
    assert found is not None
    assert found.day == date(2026, 11, 20)


def test_a_clock_that_went_back_makes_no_pause() -> None:
    lines = history((Status.RECEIVED, 2), (Status.NEEDS_DETAILS, 5), (Status.VERIFIED, 3))
    found = finish(CATEGORY, lines, november(4))
    assert found is not None
    assert found.day == date(2026, 11, 9)


def test_the_first_answer_has_a_deadline_of_its_own_until_somebody_takes_it_up() -> None:
    new = history((Status.RECEIVED, 2))
    respond, end = deadlines("pengaduan", CATEGORY, new, november(4), SHIPPED)
    assert (respond.what, respond.day, respond.is_missed) == ("respond", date(2026, 11, 3), True)
    assert (end.what, end.is_missed) == ("finish", False)
    for status in (Status.VERIFIED, Status.FORWARDED, Status.NEEDS_DETAILS):
        taken_up = [*new, *history((status, 3))]
        assert [
            one.what for one in deadlines("pengaduan", CATEGORY, taken_up, november(4), SHIPPED)
        ] == ["finish"]
    again = history((Status.RECEIVED, 2), (Status.RESOLVED, 4), (Status.REOPENED, 16))
    assert deadlines("pengaduan", CATEGORY, again, november(16), SHIPPED)[0].day == date(
        2026, 11, 17
    )


@pytest.mark.parametrize(
    ("kind", "category", "respond", "finish"),
    [
        ("pengaduan", "sampah", (25, 3), (26, 3)),
        ("pengaduan", "pju", (25, 3), (31, 3)),
        ("pengaduan", "jalan_rusak", (27, 3), (14, 4)),
        ("permintaan_informasi", "jalan_rusak", (27, 3), (31, 3)),
        ("pengaduan", "pungli_aparat", (27, 3), (26, 6)),
        ("darurat", "banjir_drainase", (20, 3), (14, 4)),
    ],
)
def test_the_hand_table_of_a_friday_before_idulfitri(
    kind: str, category: str, respond: tuple[int, int], finish: tuple[int, int]
) -> None:
    """Filed on Friday 20 March 2026, 16:00 WIB; offices open on Wednesday 25 March."""
    filed = datetime(2026, 3, 20, 16, tzinfo=WESTERN_INDONESIA)
    found = deadlines(kind, category, [Line(Status.RECEIVED, filed)], filed, SHIPPED)
    assert [(one.day.day, one.day.month) for one in found] == [respond, finish]


def test_what_is_late_is_told_by_its_end_and_what_is_near_only_if_nothing_is_late() -> None:
    lines = history((Status.RECEIVED, 2))
    both = deadlines("pengaduan", CATEGORY, lines, november(12), SHIPPED)
    assert [one.is_missed for one in both] == [True, True]
    assert latest(both) == both[1]
    soon = deadlines("pengaduan", CATEGORY, lines, november(3), SHIPPED)
    assert (latest(soon), nearest(soon)) == (None, soon[0])
    one_missed = deadlines("pengaduan", CATEGORY, lines, november(6), SHIPPED)
    assert (latest(one_missed), nearest(one_missed)) == (one_missed[0], None)


def test_a_deadline_on_friday_is_near_on_thursday_and_one_on_monday_on_friday() -> None:
    lines = history((Status.RECEIVED, 2), (Status.IN_PROGRESS, 2))
    assert [nearest(deadlines("pengaduan", CATEGORY, lines, november(d), SHIPPED)) is not None
            for d in (5, 6, 7, 8, 9, 10)] == [False, True, True, True, True, False]  # fmt: skip


def slow_passed(since: date, until: date) -> int:
    """Walk through the days one by one."""
    count, day = 0, since
    while day < until:
        day += timedelta(days=1)
        count += day.isoweekday() < 6 and day not in SHIPPED.calendar.holidays
    return count


STEPS = st.lists(
    st.tuples(st.sampled_from([Status.NEEDS_DETAILS, Status.VERIFIED]), st.integers(1, 200)),
    max_size=5,
)


@given(st.integers(0, 8000), STEPS, st.integers(0, 3000))
def test_it_agrees_with_a_walk_through_the_hours(
    filed: int, steps: list[tuple[Status, int]], waited: int
) -> None:
    hour = timedelta(hours=1)
    at = datetime(2026, 1, 1, tzinfo=WESTERN_INDONESIA) + filed * hour
    lines = [Line(Status.RECEIVED, at)]
    for status, hours in steps:
        lines.append(Line(status, lines[-1].at + hours * hour))
    now = lines[-1].at + waited * hour
    open_hours, moment = 0, at
    while True:
        state = [line.status for line in lines if line.at <= moment][-1]
        stands = state == Status.NEEDS_DETAILS and moment < now
        works = moment.isoweekday() < 6 and moment.date() not in SHIPPED.calendar.holidays
        open_hours += works and not stands
        if open_hours == 5 * 24:
            break
        moment += hour
    found = finish(CATEGORY, lines, now)
    assert found is not None
    assert found.day == moment.date()
    assert found.is_missed == (now.date() > moment.date())
    span = sorted((now.date(), moment.date()))
    assert found.working_days == slow_passed(*span)
