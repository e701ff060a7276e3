"""Who is told when about a case that is late: the table, and the steps taken by it."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.cases.deadline import Deadline
from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.phone import Msisdn
from command_center.cases import correcting
from command_center.cases.correcting import Wanted
from command_center.handling import escalating, steps
from command_center.handling.disposing import Order, dispose
from command_center.handling.escalating import Rounds
from command_center.handling.files import shipped_steps, shipped_units
from command_center.handling.steps import Step, To
from command_center.store import database
from command_center.store.cases.requests import CityRequest
from tests.unit.command_center.about_cases import lines, move
from tests.unit.command_center.city import going_down, happened, received, rows
from tests.unit.command_center.handling.deadlines import DAY, MONDAY

TABLE = shipped_steps()


"""Garbage has two working days: its last is Wednesday 4 November."""


def finish(past: int, *, is_standing: bool = False) -> Deadline:
    """A last day so many working days ago."""
    return Deadline("finish", date(2026, 11, 4), is_standing, past > 0, abs(past))


def names(past: int, taken: set[str], **more: bool) -> list[str]:
    return [step.id for step, _ in steps.reached(TABLE, [finish(past, **more)], taken)]


@pytest.mark.parametrize(
    ("past", "step"),
    [
        (-2, []),
        (-1, ["pengingat"]),
        (0, ["pengingat"]),
        (1, ["terlambat"]),
        (2, ["terlambat"]),
        (3, ["telepon"]),
        (5, ["telepon"]),
        (6, ["merah"]),
        (60, ["merah"]),
    ],
)
def test_the_shipped_table_follows_the_practice_of_siantar(past: int, step: list[str]) -> None:
    assert names(past, set()) == step


def test_a_step_is_taken_once_and_none_below_it_later() -> None:
    assert names(3, {"telepon"}) == []
    assert names(1, {"telepon"}) == []
    assert names(6, {"telepon"}) == ["merah"]


def test_while_the_clock_stands_nobody_is_told() -> None:
    assert names(0, set(), is_standing=True) == []


STEPS = st.lists(st.integers(-5, 20), min_size=1, max_size=6, unique=True).map(
    lambda days: [
        Step(deadline="finish", working_days=n, id=f"s{i}", to=To.HEAD, act="x")
        for i, n in enumerate(days)
    ]
)


@given(table=STEPS, days=st.lists(st.integers(-8, 30), max_size=20))
@settings(max_examples=100, deadline=None)
def test_whatever_the_days_each_step_comes_once_and_they_only_rise(
    table: list[Step], days: list[int]
) -> None:
    taken: list[Step] = []
    for past in days:
        for step, _ in steps.reached(table, [finish(past)], {one.id for one in taken}):
            assert step.working_days <= past
            assert all(step.working_days > earlier.working_days for earlier in taken)
            taken.append(step)
        lowest = [s for s in table if s.working_days <= past]
        assert not lowest or taken


def person(agency: str, rank: int) -> Official:
    phone = Msisdn(f"+62812{rank:08d}")
    return Official(agency=agency, rank=rank, phone=phone, name=f"{agency} {rank}")


@pytest.mark.parametrize(
    ("to", "name"),
    [
        (To.OFFICIAL, "DLHK 2"),
        (To.HEAD, "DLHK 1"),
        (To.COORDINATOR, f"{COORDINATOR} 1"),
        (To.SEKDA, None),
    ],
)
def test_the_directory_says_who_that_is(to: To, name: str | None) -> None:
    people = [person("DLHK", 2), person("DLHK", 1), person(COORDINATOR, 1)]
    found = steps.addressee(to, "DLHK", people, MONDAY.date())
    assert (found.name if found else None) == name
    assert steps.addressee(to, "PUPR", [], MONDAY.date()) is None


def test_an_agency_without_a_deputy_has_its_head_told() -> None:
    found = steps.addressee(To.OFFICIAL, "DLHK", [person("DLHK", 1)], MONDAY.date())
    assert found is not None
    assert found.rank == 1


ROW = {"deadline": "finish", "working_days": "3", "step": "telepon", "to": "kepala", "act": "x"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"deadline": "end"}, "respond"),
        ({"working_days": "soon"}, "number"),
        ({"step": "Telepon"}, "a-z"),
        ({"to": "walikota"}, "sekda"),
        ({"act": ""}, "characters"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_its_line(change: dict[str, str], problem: str) -> None:
    with pytest.raises(BadInput, match=f"line 2: .*{problem}"):
        steps.parse([(2, ROW | change)])


def test_a_step_stands_there_once() -> None:
    with pytest.raises(BadInput, match="line 3: telepon"):
        steps.parse([(2, ROW), (3, ROW)])


@pytest.fixture
def case(engine: Engine) -> CityRequest:
    """Somebody works on it since Monday at ten."""
    found = received(engine, category="sampah", agency="DLHK")
    happened(engine, MONDAY)
    move(engine, found, Status.IN_PROGRESS, when=MONDAY + timedelta(hours=1))
    return found


def taken(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT step, addressee, agency FROM escalations ORDER BY at, step")


def test_a_week_goes_by_and_each_is_told_once(engine: Engine, case: CityRequest) -> None:
    told = len(going_down(engine))
    for day in range(14):
        for _ in range(2):
            escalating.run(engine, TABLE, MONDAY + day * DAY)
    assert taken(engine) == [
        ("pengingat", "pejabat", "DLHK"),
        ("terlambat", "kepala", "DLHK"),
        ("telepon", "kepala", "DLHK"),
        ("merah", "sekda", "DLHK"),
    ]
    assert lines(engine, case)[-1] == (
        "Pusat Posko",
        "diproses",
        "Merah: laporkan kepada Sekda (Sekretaris Daerah); tenggat 04-11-2026.",
    )
    assert len(going_down(engine)) == told, "the reporter hears nothing of it"


def test_after_an_outage_only_the_step_that_is_reached_is_taken(
    engine: Engine, case: CityRequest
) -> None:
    assert escalating.run(engine, TABLE, MONDAY + 30 * DAY).escalated == 1
    assert [step for step, *_ in taken(engine)] == ["merah"]


def test_another_process_takes_no_step_again(engine: Engine, case: CityRequest) -> None:
    escalating.run(engine, TABLE, MONDAY + 3 * DAY)
    engine.dispose()
    again = database.connect(engine.url.render_as_string(hide_password=False))
    assert escalating.run(again, TABLE, MONDAY + 3 * DAY).escalated == 0
    again.dispose()


def test_what_waits_for_its_reporter_or_is_over_is_left_alone(
    engine: Engine, case: CityRequest
) -> None:
    move(engine, case, Status.NEEDS_DETAILS, when=MONDAY + timedelta(hours=2))
    assert escalating.run(engine, TABLE, MONDAY + 20 * DAY).escalated == 0
    move(engine, case, Status.RESOLVED, when=MONDAY + 20 * DAY)
    assert escalating.run(engine, TABLE, MONDAY + 40 * DAY).escalated == 0


def test_another_agency_and_a_case_that_is_opened_again_begin_anew(
    engine: Engine, case: CityRequest
) -> None:
    late = MONDAY + 10 * DAY
    escalating.run(engine, TABLE, late)
    correcting.correct(engine, case.request_id, Wanted(agency="PUPR"), by="Rina", now=late)
    escalating.run(engine, TABLE, late)
    move(engine, case, Status.RESOLVED, when=late)
    move(engine, case, Status.REOPENED, when=late + DAY)
    move(engine, case, Status.IN_PROGRESS, when=late + DAY)
    escalating.run(engine, TABLE, late + 30 * DAY)
    assert taken(engine) == [
        ("merah", "sekda", "DLHK"),
        ("merah", "sekda", "PUPR"),
        ("merah", "sekda", "PUPR"),
    ]


def test_an_earlier_day_of_a_disposition_counts(engine: Engine, case: CityRequest) -> None:
    order = Order(agency="DLHK", due_on=MONDAY.date())
    dispose(engine, case.request_id, order, shipped_units("1471"), by="Rina", now=MONDAY)
    escalating.run(engine, TABLE, MONDAY + DAY)
    assert [step for step, *_ in taken(engine)] == ["terlambat"]


def test_a_case_that_nobody_has_taken_up_is_the_coordinators(engine: Engine) -> None:
    received(engine, category="sampah", agency="DLHK")
    happened(engine, MONDAY)
    escalating.run(engine, TABLE, MONDAY + 2 * DAY)
    assert taken(engine) == [
        ("pengingat", "pejabat", "DLHK"),
        ("tanggapan", "koordinator", "DLHK"),
    ]


def test_the_center_looks_once_an_hour_and_at_once_again_while_some_are_left(
    engine: Engine, case: CityRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalating, "CASES_PER_RUN", 2)
    for _ in range(2):
        received(engine, category="sampah", agency="DLHK")
    happened(engine, MONDAY)
    time = [MONDAY + 10 * DAY]
    rounds = Rounds(engine, TABLE)

    def taken_by(minutes: int) -> int:
        time[0] += timedelta(minutes=minutes)
        rounds.look(time[0])
        return len({request for (request,) in rows(engine, "SELECT request_id FROM escalations")})

    assert [taken_by(0), taken_by(5)] == [2, 3]
    late = received(engine, category="sampah", agency="DLHK")
    happened(engine, MONDAY, late.request_id)
    assert [taken_by(30), taken_by(31)] == [3, 4]
