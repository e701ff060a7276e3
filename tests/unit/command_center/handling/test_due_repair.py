"""Deadlines come true again, whatever a hand or an older program has written into the database."""

import re

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import OVER
from command_center import local_day
from command_center.cases import casework, worklist
from command_center.cases.worklist import Due
from command_center.handling import escalating, keeping
from command_center.handling.due_days import SETTLED
from command_center.handling.escalating import Rounds
from command_center.sending import table_publishing
from command_center.store.cases.requests import Filter
from command_center.store.database import reading
from command_center.store.handling import escalations, open_requests
from command_center.store.schema.cases import ASTRAY
from tests.conftest import SITE, START
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import (
    Run,
    change,
    going_down,
    happened,
    hello,
    received,
    refuse,
)
from tests.unit.command_center.handling.deadlines import (
    DAY,
    HOLIDAYS,
    MONDAY,
    PAGES,
    TABLE,
    computed,
    make_busy,
    stored,
)


@pytest.fixture
def ids(engine: Engine) -> list[str]:
    """Four open cases, and a fifth that is done."""
    hello(engine)
    ids = [received(engine, agency="DLHK").request_id for _ in range(5)]
    happened(engine, MONDAY - 3 * DAY, *ids)
    for status in ("diproses", "selesai"):
        casework.change_status(engine, ids[4], status, "", by="x", now=MONDAY)
    return ids


def set_status(engine: Engine, id_: str, status: str) -> None:
    change(engine, "UPDATE requests SET status = :to WHERE request_id = :id", to=status, id=id_)


def set_days(engine: Engine, id_: str, days: int | None) -> None:
    sql = (
        "UPDATE requests SET respond_on = :to, finish_on = :to, near_on = :to, late_on = :to,"
        " look_on = NULL WHERE request_id = :id"
    )
    change(engine, sql, to=days, id=id_)


def test_recount_computes_what_a_hand_has_changed(run: Run, engine: Engine, ids: list[str]) -> None:
    before = stored(engine)
    set_status(engine, ids[0], "selesai")
    set_status(engine, ids[1], "butuh_kelengkapan")
    set_days(engine, ids[2], None)
    set_days(engine, ids[3], 1)
    set_status(engine, ids[4], "diproses")
    code, out, _ = run("recount")
    assert (code, out.splitlines()[1]) == (0, "deadlines computed anew: 5 requests")
    after = stored(engine)
    assert after == computed(engine)
    assert after[ids[0]] == SETTLED
    assert after[ids[1]].rest_ms is not None
    assert after[ids[2]] == before[ids[2]]
    assert after[ids[3]] == before[ids[3]]
    assert after[ids[4]].finish_on == before[ids[2]].finish_on
    assert before[ids[4]] == SETTLED


def test_the_hourly_look_finds_what_an_older_program_has_stored_and_ended(
    engine: Engine, ids: list[str]
) -> None:
    before = stored(engine)
    rounds = Rounds(engine, TABLE)
    rounds.look(MONDAY)
    set_days(engine, ids[0], None)
    set_status(engine, ids[1], "ditutup")
    set_status(engine, ids[4], "diproses")
    rounds.look(MONDAY + DAY / 24)
    after = stored(engine)
    assert after == computed(engine)
    assert after[ids[0]] == before[ids[0]]
    assert after[ids[1]] == SETTLED
    assert after[ids[4]].finish_on is not None


def test_a_reject_that_a_box_repeats_marks_no_case_again(engine: Engine, ids: list[str]) -> None:
    before = stored(engine)
    table_publishing.publish(engine, [SITE], "holidays", HOLIDAYS, MONDAY)
    keeping.compute_marked(engine)
    seq = going_down(engine)[-1].seq
    refuse(engine, seq, "it does not fit")
    assert keeping.compute_marked(engine) == len(ids) - 1
    assert stored(engine) == before
    refuse(engine, seq, "it does not fit")
    assert keeping.compute_marked(engine) == 0


def test_pages_show_all_that_they_count_while_deadlines_are_computed_anew(engine: Engine) -> None:
    make_busy(engine)
    now = MONDAY + 2 * DAY
    october = [{**HOLIDAYS[0], "tanggal": f"2026-10-{day:02}"} for day in range(1, 32)]
    table_publishing.publish(engine, [SITE], "holidays", october, START)
    with reading(engine) as connection:
        number = worklist.count(connection, Filter(), Due.LATE, now)
        found = worklist.page(connection, Filter(), Due.LATE, now, limit=None)
    assert len(found) == number
    assert None in {one for _, one in found}, "some are late no more"


def test_pages_show_all_that_they_count_where_a_hand_has_changed_a_status(engine: Engine) -> None:
    make_busy(engine)
    now = MONDAY + 2 * DAY
    for status in ("ditutup", "diproses"):
        change(engine, "UPDATE requests SET status = :to", to=status)
        officer = an_officer(engine, now=now)
        assert [officer.get(path).status_code for path in PAGES] == [200] * len(PAGES)
        with reading(engine) as connection:
            found = escalating.waiting(connection, now, limit=1_000, offset=0)
            assert len(found) == escalations.count_untold(connection)
            counts = open_requests.counts(connection, Filter(), local_day.today(now))
        assert (counts == []) is (status == "ditutup")


def test_what_is_over_by_the_index_is_what_is_over_by_the_rules() -> None:
    assert set(re.findall(r"'(\w+)'", ASTRAY.text)) == OVER
