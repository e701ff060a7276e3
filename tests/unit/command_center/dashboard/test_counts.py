"""The numbers of the dashboard are those of a count from scratch, whatever has happened."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from appliance.domain.moment import city_offset_ms
from command_center import local_day
from command_center.cases import casework, correcting, linking
from command_center.cases.correcting import Wanted
from command_center.dashboard import cells
from command_center.dashboard.cells import Cell, Dimension
from command_center.privacy import erasing
from command_center.store.dashboard import daily_counts
from command_center.store.database import reading
from tests.conftest import START
from tests.unit.command_center.city import (
    Run,
    a_batch,
    a_received,
    all_requests,
    commit,
    received,
    request,
    store,
    wire_event,
)

BY = "Bu Rina"
TODAY = local_day.of_ms(int(START.timestamp() * 1000))
INSERT = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["pju", "sampah", "kekerasan"]),
        "sensitivity": st.sampled_from(["publik", "disamarkan", "rahasia"]),
        "channel": st.sampled_from(["sms", "kios"]),
        "kelurahan": st.sampled_from([None, "14.71.07.1006", "14.71.07.1007"]),
        "destination": st.sampled_from([None, "PLN"]),
        "created_at": st.integers(-40, 0).map(lambda days: START + timedelta(days=days)),
    }
)
CORRECT = st.builds(
    lambda **wanted: Wanted(**wanted, reason="salah baca"),
    category=st.sampled_from([None, "pju", "pohon_taman"]),
    kelurahan=st.sampled_from([None, "", "14.71.07.1007"]),
    sensitivity=st.sampled_from([None, "publik", "rahasia"]),
    agency=st.sampled_from([None, "BPBD"]),
)
STEP = st.one_of(
    INSERT,
    CORRECT,
    st.sampled_from(list(Status)),
    st.sampled_from(["merge", "erase"]),
)


def numbers(engine: Engine, count: Callable[..., Counter[Cell]]) -> Counter[Cell]:
    with reading(engine) as connection:
        return count(connection)


def take(engine: Engine, step: object, pick: int) -> None:
    """One thing that happens to a city; what it refuses changes nothing."""
    known = all_requests(engine)
    if isinstance(step, dict):
        received(engine, **step)
        return
    if not known:
        return
    one, other = known[pick % len(known)], known[(pick + 1) % len(known)]
    try:
        match step:
            case Wanted():
                correcting.correct(engine, one.request_id, step, by=BY, now=START)
            case Status():
                casework.change_status(
                    engine, one.request_id, step, "Alasan.", by=BY, now=START, with_children=True
                )
            case "merge":
                linking.link(engine, one.request_id, other.request_id, by=BY, now=START)
            case "erase":
                erasing.order(engine, one.request_id, by=BY, now=START)
    except BadInput:
        return


@given(steps=st.lists(st.tuples(STEP, st.integers(0, 50)), min_size=1, max_size=12))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_they_equal_a_count_from_scratch_after_any_history(
    engine: Engine, steps: list[tuple[object, int]]
) -> None:
    for step, pick in steps:
        take(engine, step, pick)
    assert numbers(engine, daily_counts.stored) == numbers(engine, daily_counts.from_scratch)


def test_a_report_counts_once_on_its_day_and_once_ever(engine: Engine) -> None:
    received(engine, kelurahan="14.71.07.1006")
    kept = numbers(engine, daily_counts.stored)
    assert kept[Cell(Dimension.KELURAHAN, TODAY, "14.71.07", "14.71.07.1006")] == 1
    assert kept[Cell(Dimension.STATUS, cells.EVER, "14.71.07", "diterima")] == 1
    assert set(kept.values()) == {1}


def test_a_confidential_report_has_no_place_topic_or_agency(engine: Engine) -> None:
    received(engine, category="kekerasan", sensitivity="rahasia", agency="DP3APM")
    kept = numbers(engine, daily_counts.stored)
    today = {cell.dimension for cell in kept if cell.day == TODAY}
    assert today == {Dimension.CONFIDENTIAL}
    assert Dimension.OPEN not in {cell.dimension for cell in kept}


def test_the_last_hour_of_a_day_in_wib_belongs_to_it() -> None:
    midnight = 1_800_000_000_000 // local_day.DAY_MS * local_day.DAY_MS - city_offset_ms()
    assert local_day.of_ms(midnight) == local_day.of_ms(midnight - 1) + 1


def test_the_migration_counts_what_an_older_release_has_stored(engine: Engine) -> None:
    for step, pick in (
        ({"kelurahan": "14.71.07.1006", "destination": "PLN"}, 0),
        ({"category": "kekerasan", "sensitivity": "rahasia"}, 0),
        ({"created_at": START - timedelta(days=3)}, 0),
        (Status.FORWARDED, 0),
        (Status.NOT_OURS, 2),
    ):
        take(engine, step, pick)
    before = numbers(engine, daily_counts.stored)
    step = import_module("command_center.migrations.versions.v0015_add_daily_counts")
    for statement in ("DELETE FROM daily_counts", *step.STATEMENTS):
        commit(engine, lambda connection, sql=statement: connection.exec_driver_sql(sql))
    assert numbers(engine, daily_counts.stored) == before


@pytest.mark.parametrize("site", ["14.71.07", "14.71.01"])
def test_what_is_counted_by_site_adds_up(engine: Engine, site: str) -> None:
    for _ in range(3):
        store(engine, a_batch(wire_event(a_received()), epoch="0b"), site=SiteCode(site))
    with reading(engine) as connection:
        by_site = daily_counts.by_site(connection, Dimension.INTAKE, TODAY, TODAY)
        by_day = daily_counts.by_day(connection, Dimension.INTAKE, TODAY - 3, TODAY)
    assert by_site == {site: 1}, "the batch came three times"
    assert by_day == {TODAY: 1}


def test_counting_anew_mends_what_a_hand_has_changed(run: Run, engine: Engine) -> None:
    case = received(engine)
    commit(engine, lambda c: c.exec_driver_sql("UPDATE requests SET category = 'sampah'"))
    code, out, _ = run("recount")
    assert (code, out.splitlines()[0]) == (0, "9 numbers, 4 of them were wrong")
    assert run("recount")[1].splitlines()[0] == "9 numbers, 0 of them were wrong"
    assert request(engine, case.request_id).category == "sampah"
    assert numbers(engine, daily_counts.stored) == numbers(engine, daily_counts.from_scratch)
