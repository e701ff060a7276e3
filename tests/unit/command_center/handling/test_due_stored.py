"""The database says of deadlines what a look at every case says, whatever has happened to it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, select, text

from appliance.domain.cases import deadline
from appliance.domain.cases.service_request import OVER, TRANSITIONS, Status
from appliance.domain.city import city_tables
from appliance.domain.errors import PoskoError
from appliance.domain.moment import WESTERN_INDONESIA
from command_center import local_day
from command_center.cases import casework, correcting, worklist
from command_center.cases.correcting import Wanted
from command_center.cases.worklist import Due
from command_center.handling import disposing, escalating, keeping, open_cases
from command_center.handling.disposing import Order
from command_center.handling.due_days import DueDays
from command_center.sending import table_publishing
from command_center.store import bulk, database, migrate, schema
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading, writing
from command_center.store.handling import escalations, open_requests
from tests.conftest import SITE, START
from tests.support import full_city
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import hello, received, request
from tests.unit.command_center.conftest import connected
from tests.unit.command_center.handling.deadlines import (
    DAY,
    HOLIDAYS,
    MONDAY,
    PAGES,
    TABLE,
    UNITS,
    computed,
    make_busy,
    stored,
)


def reached(engine: Engine, now: datetime) -> set[str]:
    """The cases that have a step to take, by a look at all."""
    with reading(engine) as connection:
        every = list(requests.every(connection))
        taken = escalations.of_some(connection, [one.request_id for one in every])
        return {
            case.request.request_id
            for case in open_cases.some(connection, every, now)
            if escalating._reached(TABLE, case, taken.get(case.request.request_id, ()))
        }


def looked_at(engine: Engine, now: datetime) -> set[str]:
    with reading(engine) as connection:
        found = open_requests.to_look_at(connection, local_day.today(now), 1_000)
    return {one.request_id for one in found}


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["move", "move", "move", "dispose", "hand_back", "correct", "holidays", "sla", "look"]
        ),
        st.integers(0, 2),
        st.integers(0, 9),
        st.integers(1, 90),
    ),
    min_size=4,
    max_size=12,
)


def act(engine: Engine, name: str, case: CityRequest, choice: int, now: datetime) -> None:
    """Something that happens in a city; what the rules refuse does not happen."""
    id_ = case.request_id
    match name:
        case "move":
            wanted = sorted(TRANSITIONS[Status(case.status)])
            status = wanted[choice % len(wanted)]
            casework.change_status(engine, id_, status, "karena itu", by="x", now=now)
        case "dispose":
            order = Order(
                agency=("DLHK", "PUPR")[choice % 2],
                due_on=now.astimezone(WESTERN_INDONESIA).date() if choice > 6 else None,
            )
            disposing.dispose(engine, id_, order, UNITS, by="x", now=now)
        case "hand_back":
            disposing.hand_back(engine, id_, "bukan kami", UNITS, by="x", now=now)
        case "correct":
            category = ("sampah", "jalan_rusak", "pju", "lainnya")[choice % 4]
            kind = ("pengaduan", "permintaan_informasi", "darurat")[choice % 3]
            wanted_ = Wanted(category=category, kind=kind)
            correcting.correct(engine, id_, wanted_, by="x", now=now)
        case "holidays":
            table_publishing.publish(engine, [SITE], "holidays", HOLIDAYS[choice % 4 :], now)
        case "sla":
            shipped = city_tables.shipped("sla")
            table = [{**row, "finish_days": str(1 + choice)} for row in shipped]
            table_publishing.publish(engine, [SITE], "sla", table, now)
        case "look":
            escalating.run(engine, TABLE, now)


@given(actions=ACTIONS)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_actions_the_stored_deadlines_are_the_computed_ones(
    sqlite_city: Engine, actions: list[tuple[str, int, int, int]]
) -> None:
    hello(sqlite_city)
    ids = [received(sqlite_city, category="sampah", agency="DLHK").request_id for _ in range(3)]
    now = START
    for name, which, choice, hours in actions:
        now += timedelta(hours=hours)
        try:
            act(sqlite_city, name, request(sqlite_city, ids[which]), choice, now)
        except PoskoError:
            continue
        keeping.compute_marked(sqlite_city)
        assert stored(sqlite_city) == computed(sqlite_city), (name, choice)
        assert reached(sqlite_city, now) <= looked_at(sqlite_city, now)
        assert reached(sqlite_city, now + 9 * DAY) <= looked_at(sqlite_city, now + 9 * DAY)
    escalating.run(sqlite_city, TABLE, now)
    assert reached(sqlite_city, now) == set()


@pytest.fixture
def busy(engine: Engine) -> Engine:
    """A city with a few hundred requests, some moved, disposed, waiting and escalated."""
    make_busy(engine)
    return engine


def test_counts_and_lists_are_those_of_a_look_at_every_case(busy: Engine) -> None:
    now = MONDAY + 2 * DAY
    today = local_day.today(now)
    with reading(busy) as connection:
        every = [one for one in requests.every(connection) if one.status not in OVER]
        cases = open_cases.some(connection, every, now)
        counts = open_requests.counts(connection, Filter(), today)
        late = worklist.items(connection, Filter(), Due.LATE, now)
        soon = worklist.items(connection, Filter(), Due.SOON, now)
        listed = open_requests.by_deadline(connection, Filter(), limit=1_000, offset=0)
    missed = {c.request.request_id: deadline.latest(c.deadlines) for c in cases}
    near = {c.request.request_id: deadline.nearest(c.deadlines) for c in cases}
    assert sum(one.open for one in counts) == len(cases)
    assert sum(one.late for one in counts) == sum(one is not None for one in missed.values())
    assert sum(one.soon for one in counts) == sum(one is not None for one in near.values())
    for items, chosen in ((late, missed), (soon, near)):
        assert {one.request.request_id: one.deadline for one in items} == {
            id_: one for id_, one in chosen.items() if one is not None
        }
        assert [one.deadline.day for one in items] == sorted(one.deadline.day for one in items)
    by_id = {case.request.request_id: case.deadlines[-1] for case in cases}
    ends = [(by_id[one.request_id].is_standing, by_id[one.request_id].day) for one in listed]
    assert ends == sorted(ends)
    assert len(ends) == len(cases)


def test_a_list_of_any_length_is_read_within_the_bounds_of_a_statement(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late() -> list[worklist.Item]:
        with reading(busy) as connection:
            return worklist.items(connection, Filter(), Due.LATE, MONDAY + 2 * DAY)

    before = late()
    busy.dispose()
    if busy.dialect.name == "sqlite":
        variables = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
        event.listen(busy, "checkout", lambda db, *_: db.setlimit(variables, 12))
    monkeypatch.setattr(bulk, "IDS_PER_STATEMENT", 4)
    assert late() == before
    assert len(before) > 12


def test_steps_that_nobody_told_are_those_of_a_look_at_every_case(busy: Engine) -> None:
    now = MONDAY + 2 * DAY
    expected = {}
    with reading(busy) as connection:
        every = [one for one in requests.every(connection) if one.status not in OVER]
        taken = escalations.of_some(connection, [one.request_id for one in every])
        for case in open_cases.some(connection, every, now):
            mine = escalating._of_round(case, taken.get(case.request.request_id, ()))
            there = {one.what for one in case.deadlines}
            untold = [one for one in mine if one.done_at is None and one.deadline in there]
            if untold:
                expected[case.request.request_id] = untold[-1]
        found = escalating.waiting(connection, now, limit=1_000, offset=0)
        number = escalations.count_untold(connection)
    assert {one.request.request_id: one.step for one in found} == expected
    assert number == len(expected) > 0


def test_another_table_has_the_open_cases_of_its_box_computed_anew(busy: Engine) -> None:
    before = stored(busy)
    table_publishing.publish(busy, [SITE], "holidays", HOLIDAYS, MONDAY)
    assert stored(busy) == before
    assert keeping.compute_marked(busy) > 0
    assert stored(busy) == computed(busy) != before


def test_other_tables_of_a_release_have_all_computed_anew(busy: Engine) -> None:
    keeping.follow_tables(busy)
    assert keeping.compute_marked(busy) > 0
    keeping.follow_tables(busy)
    assert keeping.compute_marked(busy) == 0


def test_other_steps_of_the_city_have_all_looked_at(busy: Engine) -> None:
    now = MONDAY + DAY
    keeping.follow_steps(busy, TABLE)
    escalating.run(busy, TABLE, now)
    assert looked_at(busy, now) == set()
    keeping.follow_steps(busy, TABLE)
    assert looked_at(busy, now) == set()
    keeping.follow_steps(busy, TABLE[1:])
    assert len(looked_at(busy, now)) > 0


@pytest.fixture
def older(bare_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A database as the release before left it, without deadlines."""
    engine = connected(bare_url, tmp_path / "older")
    config = migrate._config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0025")
        migrate._record(connection, migrate._applied(migrate._script(), "0025"))
    yield engine
    engine.dispose()


def test_what_the_release_before_has_stored_is_computed_bit_by_bit(
    busy: Engine, older: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(busy, older)
    migrate.ensure(older, "1471", lambda: "0a0a0a0a", START)
    monkeypatch.setattr(keeping, "CASES_PER_TRANSACTION", 10)
    assert keeping.compute_marked(older, at_most=20) == 20
    engine = database.connect(older.url.render_as_string(hide_password=False))
    assert keeping.compute_marked(engine) > 0
    assert stored(engine) == stored(busy) == computed(engine)
    engine.dispose()


def copy(new: Engine, old: Engine) -> None:
    """Rows of the tables that deadlines follow from, in the columns that there were."""
    added = {*DueDays._fields, "look_on"}
    for table in (
        schema.city.city,
        schema.cases.requests,
        schema.cases.case_history,
        schema.handling.dispositions,
        schema.handling.escalations,
    ):
        names = [column.name for column in table.c if column.name not in added]
        with reading(new) as connection:
            found = connection.execute(select(*(table.c[name] for name in names)))
            told = [dict(zip(names, row, strict=True)) for row in found]
        with writing(old) as connection:
            places = ", ".join(f":{name}" for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            sql = f"INSERT INTO {table.name} ({columns}) VALUES ({places})"
            connection.execute(text(sql), told)


def test_pages_and_look_ask_as_often_in_a_large_city_as_in_a_small_one(engine: Engine) -> None:
    hello(engine)
    received(engine, category="sampah", agency="DLHK")
    asked = []
    for first, number in ((0, 100), (1_000, 900)):
        full_city.fill(engine, number, days=40, now=MONDAY, first=first)
        officer = an_officer(engine, now=MONDAY)
        escalating.run(engine, TABLE, MONDAY)
        counts = []
        for path in PAGES:
            officer.get(path)
            with statements(engine) as told:
                assert officer.get(path).status_code == 200
            counts.append(len(told))
        with statements(engine) as told:
            escalating._look(engine, TABLE, MONDAY)
        asked.append((*counts, len(told)))
    assert asked[0] == asked[1]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    told: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        told.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("requests_to_look_at", lambda c: open_requests.to_look_at(c, 20_000, 10)),
        ("requests_to_look_at", lambda c: open_requests.unknown(c, 10)),
        ("requests_to_look_at", open_requests.mark_astray),
        ("requests_astray", open_requests.mark_astray),
        ("COVERING INDEX requests_open", lambda c: open_requests.counts(c, Filter(), 20_000)),
        ("COVERING INDEX requests_open", lambda c: open_requests.late(c, Filter(), 1, limit=9)),
        (
            "COVERING INDEX requests_open",
            lambda c: open_requests.by_deadline(c, Filter(agency="DLHK"), limit=9, offset=0),
        ),
        ("escalations_untold", escalations.count_untold),
    ],
)
def test_what_is_due_is_found_by_an_index(
    sqlite_city: Engine, index: str, ask: Callable[[Connection], object]
) -> None:
    plans: list[str] = []

    def explain(_c: object, cursor: Any, sql: str, parameters: object, *_: object) -> None:
        if sql.startswith(("SELECT", "UPDATE")):
            found = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            plans.extend(row[-1] for row in found)

    event.listen(sqlite_city, "before_cursor_execute", explain)
    with reading(sqlite_city) as connection:
        ask(connection)
    event.remove(sqlite_city, "before_cursor_execute", explain)
    assert any(index in plan for plan in plans), plans
