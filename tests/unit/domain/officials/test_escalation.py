"""Whom to ask next, against a model that lists the whole way at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases import sla
from appliance.domain.cases.sla import Terms
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.moment import WESTERN_INDONESIA as WIB
from appliance.domain.moment import Moment
from appliance.domain.officials import escalation
from appliance.domain.officials.escalation import CHASED_FOR, OVER, Asked, Fate, Over, Step, Why
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.phone import Msisdn

SHIPPED = as_shipped()
ORDINARY = sla.terms("pengaduan", "pju", SHIPPED)
"""One working day."""
EMERGENCY = sla.terms("darurat", "pju", SHIPPED)
"""Ten minutes."""
MONDAY = datetime(2026, 11, 2, 9, tzinfo=WIB)
DAY_MS = 86_400_000


def moment(
    wall: datetime = MONDAY, *, boot: str = "b", mono_ms: int = 0, source: str = "ntp"
) -> Moment:
    return Moment(wall=wall.astimezone(UTC), boot_id=boot, mono_ms=mono_ms, source=source)


def later(**passed: float) -> Moment:
    """In the same boot."""
    delta = timedelta(**passed)
    return moment(MONDAY + delta, mono_ms=delta // timedelta(milliseconds=1))


def person(number: int, agency: str = "DISHUB") -> Official:
    phone = Msisdn(f"+628120000000{number}")
    return Official(agency=agency, rank=number, phone=phone, name="N")


HEAD, DEPUTY, SECOND, CITY = person(1), person(2), person(3), person(4, COORDINATOR)
PEOPLE = [HEAD, DEPUTY, SECOND, CITY]


def due(
    asked: Sequence[Asked], people: Sequence[Official], since: Moment, terms: Terms, now: Moment
) -> Step | Over | None:
    """By the calendar shipped."""
    return escalation.due(asked, people, since, terms, now, calendar=SHIPPED.calendar)


def sent(*officials: Official) -> list[Asked]:
    return [Asked(one.phone, Fate.SENT) for one in officials]


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        ([], Step(HEAD, Why.FIRST)),
        (sent(HEAD), Step(HEAD, Why.REPEAT)),
        (sent(HEAD, HEAD), Step(DEPUTY, Why.DEPUTY)),
        (sent(HEAD, HEAD, DEPUTY), Step(SECOND, Why.DEPUTY)),
        (sent(HEAD, HEAD, DEPUTY, SECOND), Step(CITY, Why.COORDINATOR)),
        (sent(HEAD, HEAD, DEPUTY, SECOND, CITY), OVER),
    ],
)
def test_the_way_up(asked: list[Asked], step: object) -> None:
    assert due(asked, PEOPLE, moment(), ORDINARY, later(days=1)) == step


def test_an_hour_of_the_weekend_or_a_holiday_is_no_working_hour() -> None:
    friday = moment(datetime(2026, 3, 20, 16, tzinfo=WIB))
    for day, hour, is_due in ((24, 23, False), (25, 23, False), (26, 0, True)):
        now = moment(datetime(2026, 3, day, hour, tzinfo=WIB), boot="c")
        assert (due(sent(HEAD), PEOPLE, friday, ORDINARY, now) is not None) == is_due


def test_an_emergency_waits_minutes_on_any_day_and_by_any_clock() -> None:
    unset = replace(later(minutes=10), source="none", wall=datetime(1970, 1, 1, tzinfo=UTC))
    assert due(sent(HEAD), PEOPLE, moment(), EMERGENCY, later(minutes=9)) is None
    assert due(sent(HEAD), PEOPLE, moment(), EMERGENCY, unset) == Step(HEAD, Why.REPEAT)


def test_a_clock_that_nobody_has_set_lets_no_working_day_pass() -> None:
    for wall in (MONDAY + timedelta(days=900), MONDAY - timedelta(days=900)):
        now = moment(wall, mono_ms=20 * DAY_MS, source="none")
        assert due(sent(HEAD), PEOPLE, moment(), ORDINARY, now) is None


def test_a_question_asked_by_an_unset_clock_counts_by_the_time_since_the_boot() -> None:
    then = moment(datetime(1970, 1, 1, tzinfo=UTC), source="none")
    assert due(sent(HEAD), PEOPLE, then, ORDINARY, later(hours=23)) is None
    assert due(sent(HEAD), PEOPLE, then, ORDINARY, later(hours=24)) is not None
    just_booted = moment(MONDAY + timedelta(days=9), boot="c", mono_ms=1000)
    assert due(sent(HEAD), PEOPLE, then, ORDINARY, just_booted) is None


def test_a_question_from_the_future_of_a_wrong_clock_was_asked_before_this_boot() -> None:
    then = moment(MONDAY + timedelta(days=400))
    now = moment(MONDAY, boot="c", mono_ms=DAY_MS)
    assert escalation.at(then, now) == now.wall - timedelta(days=1)


def test_who_was_not_reached_is_passed_over_at_once_whatever_the_clock() -> None:
    lost = [Asked(HEAD.phone, Fate.LOST)]
    unset = replace(moment(), source="none")
    assert due(lost, PEOPLE, moment(), ORDINARY, unset) == Step(DEPUTY, Why.DEPUTY)


def test_nothing_is_due_while_the_question_is_still_in_the_box() -> None:
    waiting = [Asked(HEAD.phone, Fate.WAITING)]
    assert due(waiting, PEOPLE, moment(), EMERGENCY, later(days=2)) is None


def test_a_number_that_the_network_refuses_is_not_asked_a_second_time() -> None:
    refused = [Asked(HEAD.phone, Fate.REFUSED)]
    assert due(refused, PEOPLE, moment(), EMERGENCY, later(minutes=10)) == Step(DEPUTY, Why.DEPUTY)


def test_without_anybody_it_waits_and_after_a_month_it_is_the_citys() -> None:
    assert due([], [], moment(), ORDINARY, later(days=2)) is None
    assert due([], PEOPLE, moment(), ORDINARY, later(days=31)) is OVER
    assert due(sent(HEAD), PEOPLE, moment(), ORDINARY, later(days=31)) is OVER


def test_a_head_who_left_is_not_asked_again() -> None:
    assert due(sent(HEAD), PEOPLE[1:], moment(), ORDINARY, later(days=2)) == Step(
        DEPUTY, Why.DEPUTY
    )


FATES = st.sampled_from([Fate.SENT, Fate.LOST])


@given(st.lists(st.sampled_from(PEOPLE), unique=True), st.lists(FATES, min_size=9, max_size=9))
def test_each_is_asked_once_in_order_and_the_first_twice_if_reached(
    people: list[Official], fates: list[Fate]
) -> None:
    expected: list[Msisdn] = []
    for official, fate in zip(people, fates, strict=False):
        is_first = not expected
        expected.append(official.phone)
        if is_first and fate is Fate.SENT:
            expected.append(official.phone)
    left = dict(zip([one.phone for one in people], fates, strict=False))
    asked: list[Asked] = []
    while isinstance(step := due(asked, people, moment(), ORDINARY, later(days=1)), Step):
        asked.append(Asked(step.official.phone, left[step.official.phone]))
        assert len(asked) < 20
    assert [one.phone for one in asked] == expected
    assert step is (OVER if people else None)


@given(
    st.timedeltas(-2 * CHASED_FOR, 2 * CHASED_FOR),
    st.timedeltas(timedelta(), CHASED_FOR / 2),
    st.sampled_from(["ntp", "none"]),
    st.booleans(),
)
def test_no_step_is_taken_before_its_time_whatever_the_clocks_say(
    off_by: timedelta, passed: timedelta, source: str, is_same_boot: bool
) -> None:
    """The truth is `passed`; the clock of the question was `off_by` unless it was set."""
    wrong = off_by if source == "none" else timedelta()
    then = moment(MONDAY + wrong, source=source)
    mono = passed if is_same_boot else passed / 2
    now = moment(
        MONDAY + passed,
        boot="b" if is_same_boot else "c",
        mono_ms=mono // timedelta(milliseconds=1),
    )
    found = due(sent(HEAD), PEOPLE, then, EMERGENCY, now)
    if passed < timedelta(minutes=10):
        assert found is None
    if passed >= timedelta(minutes=20):
        assert found is not None
