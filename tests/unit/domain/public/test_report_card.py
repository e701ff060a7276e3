"""The agencies' report card: figures by hand, and what must hold for any requests."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Status
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.public.report_card import RANKED_FROM, Case, Line, report_card
from tests.unit.domain.counted_cases import MONDAY, a_case, moved

NOW = MONDAY + timedelta(days=28)


def card(*cases: Case, now: datetime = NOW) -> list[Line]:
    return report_card(cases, now, as_shipped())


def only(*cases: Case, now: datetime = NOW) -> Line:
    [line] = card(*cases, now=now)
    return line


def test_the_figures_of_an_agency_are_those_counted_by_hand() -> None:
    line = only(
        a_case(1, moved(Status.VERIFIED, hours=2), moved(Status.RESOLVED, days=1)),
        a_case(2, moved(Status.VERIFIED, days=10), moved(Status.RESOLVED, days=11)),
        a_case(3),
    )
    assert (line.count, line.answered, line.in_time, line.overdue) == (3, 3, 1, 1)
    assert line.median_days == pytest.approx((1 + 9) / 2)
    assert line.share == 33


def test_what_may_still_be_answered_in_time_counts_for_nothing_yet() -> None:
    line = only(a_case(), now=MONDAY + timedelta(hours=3))
    assert (line.count, line.answered, line.share) == (1, 0, None)


def test_reports_of_one_matter_count_once() -> None:
    first = a_case(1)
    copies = [a_case(n, duplicate_of=first.id) for n in range(2, 30)]
    assert only(first, *copies).count == 1
    assert only(*copies).count == 1


def test_what_was_merged_counts_under_its_parent() -> None:
    assert card(a_case(1, moved(Status.MERGED, hours=1))) == []


def test_not_its_business_is_listed_and_not_counted() -> None:
    line = only(a_case(1, moved(Status.NOT_OURS, hours=1)), a_case(2))
    assert (line.count, line.not_ours) == (1, 1)


def test_a_case_that_was_opened_again_has_not_ended() -> None:
    line = only(a_case(1, moved(Status.RESOLVED, hours=1), moved(Status.REOPENED, days=1)))
    assert line.median_days is None
    assert line.overdue == 1


def test_confidential_reports_leave_no_trace() -> None:
    assert card(a_case(1, sensitivity="rahasia", agency="DP3APM")) == []


def test_the_best_stands_first_and_few_reports_have_no_rank() -> None:
    quick = [a_case(n, moved(Status.VERIFIED, hours=1)) for n in range(RANKED_FROM)]
    slow = [a_case(100 + n, agency="PUPR") for n in range(RANKED_FROM + 5)]
    few = [a_case(200 + n, agency="DISHUB") for n in range(RANKED_FROM - 1)]
    lines = card(*few, *slow, *quick)
    assert [(line.agency, line.rank) for line in lines] == [
        ("DLHK", 1),
        ("PUPR", 2),
        ("DISHUB", None),
    ]


def test_an_agency_nobody_can_ask_is_shown_as_such() -> None:
    [line] = report_card([a_case()], NOW, as_shipped(), lambda agency: agency == "PUPR")
    assert not line.is_onboarded


def test_what_came_more_than_a_year_ago_is_forgotten() -> None:
    assert card(a_case(), now=NOW + timedelta(days=365)) == []


STATUSES = [Status.VERIFIED, Status.RESOLVED, Status.NOT_OURS, Status.REOPENED, Status.MERGED]


CASES = st.lists(
    st.builds(
        lambda number, agency, statuses, same: a_case(
            number,
            *(moved(status, days=n + 1) for n, status in enumerate(statuses)),
            agency=agency,
            duplicate_of=f"{same:036d}" if same else None,
        ),
        st.integers(1, 60),
        st.sampled_from(["DLHK", "PUPR", "DISHUB"]),
        st.lists(st.sampled_from(STATUSES), max_size=3),
        st.integers(0, 5),
    ),
    max_size=40,
    unique_by=lambda case: case.id,
)


@settings(max_examples=60, deadline=None)
@given(CASES, st.randoms())
def test_the_order_of_requests_changes_no_figure(cases: list[Case], chance) -> None:
    lines = card(*cases)
    chance.shuffle(cases)
    assert card(*cases) == lines


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_figures_agree_with_each_other(cases: list[Case]) -> None:
    lines = card(*cases)
    assert sum(line.count + line.not_ours for line in lines) <= len(cases)
    for line in lines:
        assert 0 <= line.in_time <= line.answered <= line.count
        assert line.overdue <= line.count
        assert (line.rank is None) or line.count >= RANKED_FROM
    ranks = [line.rank for line in lines if line.rank]
    assert ranks == sorted(ranks)


@settings(max_examples=60, deadline=None)
@given(CASES, st.integers(1, 20))
def test_telling_of_the_same_again_helps_and_harms_nobody(cases: list[Case], times: int) -> None:
    again = [
        a_case(1000 + n, agency="PUPR", duplicate_of=cases[0].id)
        for n in range(times)
        if cases and cases[0].duplicate_of is None and cases[0].status is not Status.MERGED
    ]
    assert card(*cases, *again) == card(*cases)
