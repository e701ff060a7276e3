"""In which order staff look at requests."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.deadline import deadlines, latest
from appliance.domain.cases.queue import Case, Move, ordered
from appliance.domain.cases.service_request import OVER, Status
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.moment import to_ms
from tests.conftest import START

DAY = timedelta(days=1)


def a_case(name: str, age: timedelta = timedelta(), **changes: str) -> Case:
    values = {"kind": "pengaduan", "category": "sampah", "sensitivity": "publik"}
    values |= {"status": "diterima", "marks": ""} | changes
    at = to_ms(START - age)
    return Case(id=name, created_ms=at, updated_ms=at, **values)


def names(*cases: Case, **histories: list[Move]) -> list[str]:
    return [place.case.id for place in ordered(cases, histories, START, as_shipped())]


def test_late_ones_come_first_then_urgent_ones_then_what_has_waited_longest() -> None:
    assert names(
        a_case("new"),
        a_case("older", timedelta(hours=3)),
        a_case("emergency", kind="darurat"),
        a_case("suicide", timedelta(minutes=1), marks="kuota mendesak"),
        a_case("late", 9 * DAY),
        a_case("later", 30 * DAY),
        a_case("late and urgent", 8 * DAY, kind="darurat"),
        a_case("secret", 40 * DAY, sensitivity="rahasia"),
        a_case("over", 50 * DAY, status="selesai"),
        a_case("over lately", 40 * DAY, status="ditutup"),
    ) == [
        "late and urgent", "later", "late", "suicide", "emergency", "older", "new", "secret",
        "over lately", "over",
    ]  # fmt: skip


def test_a_clock_that_stood_is_not_late() -> None:
    asked = [Move("diterima", START - 9 * DAY), Move("butuh_kelengkapan", START - 9 * DAY)]
    waits = a_case("waits", 9 * DAY, status="butuh_kelengkapan")
    assert names(waits, a_case("late", 8 * DAY), waits=asked) == ["late", "waits"]


@settings(max_examples=60)
@given(
    st.integers(0, 60 * 24 * 60),
    st.sampled_from(Status),
    st.sampled_from(["pengaduan", "permintaan_informasi", "darurat"]),
)
def test_deadlines_are_those_that_everybody_else_reckons(
    minutes: int, status: Status, kind: str
) -> None:
    age = timedelta(minutes=minutes)
    twins = [a_case("a", age, status=status, kind=kind), a_case("b", age, status=status, kind=kind)]
    moves = [Move(Status.RECEIVED, START - age)]
    if status is not Status.RECEIVED:
        moves.append(Move(status, START - age))
    one = latest(deadlines(kind, "sampah", moves, START, as_shipped()))
    for place in ordered(twins, {}, START, as_shipped()):
        assert place.missed == (None if status in OVER else one)


def test_days_are_those_of_the_office() -> None:
    """23.30 in UTC is the next morning in Pekanbaru."""
    evening = datetime.fromisoformat("2026-11-02T23:30:00+00:00")
    morning = datetime.fromisoformat("2026-11-03T01:30:00+00:00")
    early, late = (a_case(at.isoformat(), START - at) for at in (evening, morning))
    first, second = ordered([early, late], {}, START, as_shipped())
    assert first.missed == second.missed is not None
