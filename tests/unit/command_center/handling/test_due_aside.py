"""A case that breaks what looks at it is set aside alone: all others go on, and the start does."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.runtime import settings
from command_center import assembly
from command_center.handling import escalating, keeping
from command_center.handling.escalating import Rounds
from command_center.store.database import writing
from command_center.store.handling.open_requests import forget_deadlines
from tests.unit.command_center.city import (
    break_store,
    change,
    happened,
    hello,
    mend_store,
    received,
    rows,
)
from tests.unit.command_center.handling.deadlines import DAY, MONDAY, TABLE

NOW = MONDAY + DAY
FAR = 10**17
"""A time that no calendar has, in milliseconds."""
SET_AT = "UPDATE requests SET occurred_at = :at WHERE request_id = :id"


@pytest.fixture
def late(engine: Engine) -> list[str]:
    """Three cases that have a step to take."""
    hello(engine)
    ids = [received(engine, agency="DLHK").request_id for _ in range(3)]
    happened(engine, MONDAY - 30 * DAY, *ids)
    return ids


def spoil(engine: Engine, id_: str) -> None:
    change(engine, SET_AT, at=FAR, id=id_)


def mend(engine: Engine, id_: str) -> None:
    at = int((MONDAY - 30 * DAY).timestamp() * 1000)
    change(engine, SET_AT, at=at, id=id_)


def mark(engine: Engine) -> None:
    with writing(engine) as connection:
        forget_deadlines(connection)


def escalated(engine: Engine) -> set[object]:
    return {id_ for [id_] in rows(engine, "SELECT DISTINCT request_id FROM escalations")}


def marks(engine: Engine) -> dict[object, object]:
    return dict(rows(engine, "SELECT request_id, look_on FROM requests"))  # type: ignore[arg-type]


def test_one_whose_deadlines_cannot_be_computed_holds_up_no_other(
    engine: Engine, late: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    spoil(engine, late[1])
    mark(engine)
    keeping.compute_marked(engine)
    assert [marks(engine)[id_] for id_ in late] == [0, -2, 0]
    [[ticket]] = rows(engine, f"SELECT ticket FROM requests WHERE request_id = '{late[1]}'")
    [line] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert f"ticket={ticket} " in line.getMessage()
    assert line.exc_info is None


def test_one_that_cannot_be_looked_at_holds_up_no_other(engine: Engine, late: list[str]) -> None:
    spoil(engine, late[0])
    assert not escalating.run(engine, TABLE, NOW).is_more
    assert escalated(engine) == set(late[1:])
    assert marks(engine)[late[0]] == -2


def test_one_whose_step_cannot_be_taken_holds_up_no_other(engine: Engine, late: list[str]) -> None:
    change(engine, "UPDATE requests SET agency = 'poison' WHERE request_id = :id", id=late[0])
    break_store(engine, "escalations", "agency")
    assert not escalating.run(engine, TABLE, NOW).is_more
    assert escalated(engine) == set(late[1:])
    mend_store(engine, "escalations")


def test_it_is_tried_again_by_the_next_look(engine: Engine, late: list[str]) -> None:
    spoil(engine, late[0])
    rounds = Rounds(engine, TABLE)
    rounds.look(NOW)
    mend(engine, late[0])
    rounds.look(NOW + DAY / 48)
    assert escalated(engine) == set(late[1:])
    rounds.look(NOW + DAY / 24)
    assert escalated(engine) == set(late)


def test_a_look_that_ended_at_a_bound_goes_on_behind_it(
    engine: Engine, late: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(engine, late[0])
    monkeypatch.setattr(escalating, "LOOKED_PER_RUN", 1)
    monkeypatch.setattr(escalating, "LOOKED_TOGETHER", 1)
    rounds = Rounds(engine, TABLE)
    for _ in late:
        rounds.look(NOW)
    assert escalated(engine) == set(late[1:])


def test_the_start_is_never_refused(
    engine: Engine, late: list[str], config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(engine, late[0])
    mark(engine)
    with assembly._opened(settings.load(config)):
        assert [marks(engine)[id_] for id_ in late] == [-2, 0, 0]


def test_a_row_that_the_database_lets_nobody_write_refuses_no_start(
    engine: Engine, late: list[str], config: Path
) -> None:
    change(engine, "UPDATE requests SET text = 'poison' WHERE request_id = :id", id=late[0])
    mark(engine)
    break_store(engine, "requests", "text", on="UPDATE")
    with assembly._opened(settings.load(config)):
        assert marks(engine)[late[0]] == -1
    mend_store(engine, "requests", on="UPDATE")
