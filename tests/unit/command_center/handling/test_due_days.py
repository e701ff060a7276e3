"""What is stored of deadlines says what holds at any time: whatever the history, and the tables."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.domain.cases import deadline
from appliance.domain.cases.deadline import Deadline
from appliance.domain.cases.service_request import OVER, Status
from appliance.domain.city import city_tables
from appliance.domain.city.city_tables import Published, Tables
from appliance.domain.moment import WESTERN_INDONESIA, start_of
from command_center import local_day
from command_center.handling import due, due_days, steps
from command_center.handling.due_days import DueDays
from command_center.store.cases.case_history import Move
from command_center.store.handling.dispositions import Disposition
from tests.unit.command_center.handling.deadlines import CASE, DAY, HOLIDAYS, MONDAY, TABLE

Case = tuple[list[Move], tuple[int, int, str] | None, str]
"""History, disposition (hours after the arrival, days, agency), category."""


OTHER = Tables({"holidays": Published(1, HOLIDAYS)})


SPANS = st.one_of(
    st.integers(1, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 15).map(lambda days: days * DAY),
)


STATUSES = st.sampled_from(
    (
        *(Status.VERIFIED, Status.NEEDS_DETAILS, Status.NEEDS_DETAILS, Status.IN_PROGRESS),
        *(Status.RESOLVED, Status.REOPENED, Status.RECEIVED),
    )
)


@st.composite
def histories(draw: st.DrawFn) -> list[Move]:
    """From an arrival at any time, or at the first moment of a day."""
    at = draw(st.sampled_from([MONDAY, start_of(date(2026, 11, 3)), MONDAY + 5 * DAY]))
    made = [Move(Status.RECEIVED, at + draw(SPANS) * draw(st.integers(0, 1)))]
    for status, span in draw(st.lists(st.tuples(STATUSES, SPANS), max_size=6)):
        made.append(Move(status, made[-1].at + span))
    return made


DISPOSITIONS = st.one_of(
    st.none(), st.tuples(st.integers(0, 300), st.integers(0, 8), st.sampled_from(["DLHK", "PUPR"]))
)


CASES = st.tuples(histories(), DISPOSITIONS, st.sampled_from(["sampah", "jalan_rusak", "lainnya"]))


TABLES = st.sampled_from([city_tables.as_shipped(), OTHER])


def told(case: Case, tables: Tables, now: datetime) -> tuple[list[Deadline], DueDays]:
    """What holds at a time, and what is stored."""
    history, given_, category = case
    about = replace(CASE, category=category, agency="DLHK")
    disposition = None
    if given_ is not None:
        after, days, agency = given_
        at = min(history[0].at + timedelta(hours=after), history[-1].at)
        disposition = Disposition(agency=agency, unit=None, note="", days=days, by="x", at=at)
    return (
        due.of_case(about, history, disposition, now, tables),
        due.stored(about, history, disposition, tables),
    )


@given(case=CASES, tables=TABLES, later=SPANS)
@settings(max_examples=400, deadline=None)
def test_what_is_stored_is_what_holds_at_any_time(
    case: Case, tables: Tables, later: timedelta
) -> None:
    now = case[0][-1].at + later
    found, stored = told(case, tables, now)
    today = local_day.today(now)
    assert bool(found) is (stored.finish_on is not None)
    if not found:
        assert stored == due_days.SETTLED
        return
    days = {one.what: local_day.number_of(one.day) for one in found}
    is_standing = found[-1].is_standing
    assert (stored.rest_ms is not None) is is_standing
    assert stored.respond_on == days.get("respond")
    if not stored.rest_ms:
        assert stored.finish_on == days["finish"]
    is_late = stored.late_on is not None and stored.late_on <= today
    assert is_late is (deadline.latest(found) is not None)
    is_soon = not is_late and stored.near_on is not None and stored.near_on <= today
    assert is_soon is (deadline.nearest(found) is not None)


@given(cases=st.tuples(CASES, CASES), tables=TABLES, later=SPANS)
@settings(max_examples=200, deadline=None)
def test_cases_whose_clock_stands_are_in_the_order_of_their_days(
    cases: tuple[Case, Case],
    tables: Tables,
    later: timedelta,
) -> None:
    now = max(history[-1].at for history, *_ in cases) + later
    standing = []
    for history, disposition, category in cases:
        stopped = [*history, Move(Status.NEEDS_DETAILS, history[-1].at + later)]
        if history[-1].status not in OVER:
            found, stored = told((stopped, disposition, category), tables, now + later)
            standing.append(((stored.rest_ms, stored.finish_on), found[-1].day))
    days = [day for _, day in sorted(standing)]
    assert days == sorted(days)


@given(
    case=CASES, tables=TABLES, later=SPANS, taken=st.sets(st.sampled_from([s.id for s in TABLE]))
)
@settings(max_examples=200, deadline=None)
def test_no_step_is_reached_before_the_day_on_which_a_case_is_looked_at(
    case: Case,
    tables: Tables,
    later: timedelta,
    taken: set[str],
) -> None:
    now = case[0][-1].at + later
    found, _ = told(case, tables, now)
    day = steps.next_on(TABLE, found, taken, tables.calendar)
    for n in range(30):
        at = now + n * DAY
        is_reached = bool(steps.reached(TABLE, told(case, tables, at)[0], taken))
        if is_reached or (day is not None and at.date() == day):
            assert day is not None
            assert day <= at.astimezone(WESTERN_INDONESIA).date()
            return
