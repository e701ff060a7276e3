"""Deadlines come true again, whatever a hand or an older program has written into the database."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from command_center.cases import casework
from command_center.handling.due_days import SETTLED
from tests.unit.command_center.city import change, happened, hello, received
from tests.unit.command_center.test_due_days import DAY, MONDAY
from tests.unit.command_center.test_due_stored import computed, stored

Run = Callable[..., tuple[int, str, str]]


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
