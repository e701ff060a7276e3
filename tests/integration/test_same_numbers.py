"""Check 32: after a change, box and city tell the same numbers within five seconds."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from appliance.actions.box import reporting
from appliance.actions.cases import intake
from appliance.domain.city.topics import Lane
from appliance.domain.events.box import BoxHeartbeat
from appliance.store.city import outbox
from appliance.store.connection import BoxConnection
from appliance.store.database import connect, transaction
from command_center import report
from command_center.store.database import reading
from tests.builders import a_draft
from tests.support.talk import Talk, talking
from tests.support.told import told
from tests.unit.command_center.city import a_received

SOON_S = 5.0
STEP_S = 0.5


@pytest.fixture
def talk() -> Iterator[Talk]:
    with talking() as made:
        pass_time(made, 60.0)
        yield made


@pytest.fixture
def portal(talk: Talk) -> Iterator[sqlite3.Connection]:
    """Another process of the box, whose commits the agent must notice."""
    assert isinstance(talk.db, BoxConnection)
    db = connect(talk.db.path)
    yield db
    db.close()


def pass_time(talk: Talk, seconds: float, *, is_city_there: bool = True) -> None:
    """Time passes over a line that loses nothing, unless the city is down."""
    for _ in range(int(seconds / STEP_S)):
        talk.elapsed_s += STEP_S
        talk.turn()
        up, talk.up = talk.up, []
        if is_city_there:
            for message in up:
                talk.carry_up(message)
        down, talk.down = talk.down, []
        for message in down:
            talk.carry_down(message)


def report_some(portal: sqlite3.Connection, talk: Talk, number: int) -> None:
    for n in range(number):
        draft = a_draft(f"lampu jalan mati di gang {n}")
        receipt = intake.receive(portal, draft, talk.moment())
        assert isinstance(receipt, intake.Receipt)


def at_box(talk: Talk) -> dict[str, Any]:
    """What `posko status --json` shows."""
    facts = reporting.facts(talk.db)
    return {
        "backlog": {lane: state["backlog"] for lane, state in facts["outbox"].items()},
        "rejects": facts["rejects"],
        **{name: facts["processes"]["sync"][name]["value"] for name in ("resends", "clock_source")},
    }


def at_city(talk: Talk) -> dict[str, Any]:
    """What `posko-center status --json` shows of the box."""
    told = heartbeat_at_city(talk)
    shown = {name: told[name] for name in ("backlog", "rejects", "clock_source")}
    return {**shown, "resends": str(told["resends"])}


def heartbeat_at_city(talk: Talk) -> dict[str, Any]:
    with reading(talk.engine) as connection:
        record = report.status_record(connection)
    told: dict[str, Any] = record["boxes"][0]["heartbeat"]
    assert told["rejects"] == record["counts"]["rejects"]
    return told


def test_when_the_line_is_back_both_agree(talk: Talk, portal: sqlite3.Connection) -> None:
    talk.break_line()
    talk._moment_at = lambda s, before=talk._moment_at: replace(before(s), source="ntp")
    report_some(portal, talk, 20)
    pass_time(talk, 60.0)
    assert at_box(talk) != at_city(talk)
    talk.mend_line()
    pass_time(talk, SOON_S)
    assert at_box(talk) == at_city(talk)
    assert at_city(talk)["clock_source"] == "ntp"
    assert heartbeat_at_city(talk)["acked_last_minute"] >= 20
    assert sum(at_city(talk)["backlog"].values()) == 0


def test_when_a_backlog_that_was_told_is_drained_both_agree(
    talk: Talk, portal: sqlite3.Connection
) -> None:
    report_some(portal, talk, 20)
    pass_time(talk, 400.0, is_city_there=False)
    for _ in range(1000):
        pass_time(talk, STEP_S)
        if sum(at_box(talk)["backlog"].values()) == 0:
            break  # each lane waits for a deadline of its own
    pass_time(talk, SOON_S)
    assert at_box(talk) == at_city(talk)
    assert int(at_box(talk)["resends"]) > 0
    assert sum(at_city(talk)["backlog"].values()) == 0


def test_when_the_city_sets_an_event_aside_both_agree(
    talk: Talk, portal: sqlite3.Connection
) -> None:
    broken = a_received(text="")
    with transaction(portal):
        outbox.append(portal, Lane.COMPLAINTS, broken, subject="s", now=talk.moment())
    pass_time(talk, SOON_S)
    assert at_city(talk)["rejects"] == 1
    assert at_box(talk) == at_city(talk)


def test_no_storm_of_heartbeats(talk: Talk, portal: sqlite3.Connection) -> None:
    """An hour in which the line breaks every minute and everybody reports; one in five minutes on
    a day without trouble."""
    before = len(told(talk.db, BoxHeartbeat))
    for _ in range(60):
        talk.break_line()
        report_some(portal, talk, 1)
        talk.mend_line()
        pass_time(talk, 60.0)
    busy = len(told(talk.db, BoxHeartbeat)) - before
    assert busy <= 61
    for _ in range(60):
        report_some(portal, talk, 1)
        pass_time(talk, 60.0)
    assert len(told(talk.db, BoxHeartbeat)) - before - busy <= 13
