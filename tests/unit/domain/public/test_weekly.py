"""A week in figures: its bounds in WIB, and what is counted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Status
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.errors import BadInput
from appliance.domain.public.report_card import Case
from appliance.domain.public.weekly import AgencyLine, Received, Week, Weekly, weekly
from tests.unit.domain.counted_cases import MONDAY, a_case, moved

WEEK = Week(date(2026, 11, 23))


def a_row(count: int = 1, **changes: object) -> Received:
    values: dict[str, object] = {
        "channel": "sms",
        "kind": "pengaduan",
        "category": "sampah",
        "agency": "DLHK",
        "status": "diterima",
        "is_confidential": False,
    }
    return Received(count=count, **{**values, **changes})  # type: ignore[arg-type]


def figures(
    received: Sequence[Received] = (), cases: Sequence[Case] = (), days: float = 0
) -> Weekly:
    return weekly(received, cases, WEEK, MONDAY + timedelta(days=days), as_shipped())


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)))
@settings(max_examples=100)
def test_every_day_lies_in_the_week_that_its_name_stands_for(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert Week.parse(str(week)) == week
    assert Week.of(week.sunday + timedelta(days=1)) == week.later(1)


def test_a_week_begins_on_monday_at_midnight_in_riau() -> None:
    assert WEEK.begin == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert WEEK.holds(WEEK.begin)
    assert not WEEK.holds(WEEK.end)


@pytest.mark.parametrize("text", ["", "2026-48", "2026-W00", "2026-W54", "1999-W01", "2026-W48\n"])
def test_other_texts_name_no_week(text: str) -> None:
    with pytest.raises(BadInput):
        Week.parse(text)


def test_what_came_is_counted_by_channel_category_and_status_the_largest_first() -> None:
    found = figures([a_row(2), a_row(5, category="pju", agency="DISHUB", channel="kiosk")])
    assert (found.total, found.emergencies) == (7, 0)
    assert found.categories == [("pju", 5), ("sampah", 2)]
    assert found.channels == [("kiosk", 5), ("sms", 2)]
    assert found.statuses == [("diterima", 7)]


def test_confidential_ones_are_one_figure_without_topic_and_agency() -> None:
    secret = a_row(3, category="kekerasan", agency="DP3APM", status="x", is_confidential=True)
    found = figures([secret])
    assert (found.total, found.confidential) == (3, 3)
    assert found.categories == found.statuses == found.agencies == []


def test_an_agency_has_what_it_resolved_in_the_week_and_what_is_late_today() -> None:
    cases = [
        a_case(1, moved(Status.RESOLVED, days=6, hours=14, minutes=59)),
        a_case(2, moved(Status.RESOLVED, days=6, hours=15)),
        a_case(3, moved(Status.RESOLVED, days=1), moved(Status.REOPENED, days=2)),
        a_case(4),
        a_case(5, agency="DISHUB", category="pju"),
    ]
    found = figures([a_row(4)], cases, days=3)
    assert found.agencies == [
        AgencyLine(agency="DLHK", received=4, resolved=2, overdue=1),
        AgencyLine(agency="DISHUB", received=0, resolved=0, overdue=1),
    ]
    assert (found.resolved, found.overdue) == (2, 2)
