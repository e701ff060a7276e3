"""A unit that keeps failing is told to the city once, and once when it runs again."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from appliance.actions.box import unit_alarms
from appliance.domain.events.box import BoxAlarm
from appliance.store.box import gauges
from appliance.store.city import outbox
from tests.conftest import at

UNIT = "posko-portal"


def told(db: sqlite3.Connection) -> list[BoxAlarm]:
    return [
        msgspec.json.decode(row.payload, type=BoxAlarm)
        for row in outbox.every(db)
        if row.kind == BoxAlarm.KIND
    ]


def test_a_crash_loop_is_one_alarm_however_long_it_lasts(
    db: sqlite3.Connection, db_path: Path
) -> None:
    raised = [unit_alarms.raise_alarm(db, db_path, UNIT, at(minutes=5 * n)) for n in range(4)]
    assert raised == [True, False, False, False]
    [event] = told(db)
    assert (event.part, event.state, event.at) == (UNIT, "raised", at().wall)
    assert UNIT in event.detail


def test_it_is_cleared_once_when_the_unit_runs_steadily(
    db: sqlite3.Connection, db_path: Path
) -> None:
    unit_alarms.raise_alarm(db, db_path, UNIT, at())
    assert unit_alarms.review(db, db_path, lambda _: False, at(minutes=1)) == []
    assert unit_alarms.review(db, db_path, lambda _: True, at(minutes=9)) == [UNIT]
    assert unit_alarms.review(db, db_path, lambda _: True, at(minutes=10)) == []
    assert [event.state for event in told(db)] == ["raised", "cleared"]


def test_the_next_crash_loop_is_another_alarm(db: sqlite3.Connection, db_path: Path) -> None:
    for start in (0, 60):
        unit_alarms.raise_alarm(db, db_path, UNIT, at(minutes=start))
        unit_alarms.review(db, db_path, lambda _: True, at(minutes=start + 9))
    assert [event.state for event in told(db)] == ["raised", "cleared"] * 2


def test_units_have_alarms_of_their_own_and_a_file_lies_there_while_one_is_raised(
    db: sqlite3.Connection, db_path: Path
) -> None:
    marker = unit_alarms.marker(db_path)
    for unit in (UNIT, "posko-modem"):
        unit_alarms.raise_alarm(db, db_path, unit, at())
    for steady in ("posko-modem", UNIT):
        assert marker.exists()
        unit_alarms.review(db, db_path, lambda unit, well=steady: unit == well, at(minutes=9))  # type: ignore[misc]
    assert not marker.exists()
    assert unit_alarms.raised(db) == []


@pytest.mark.parametrize("unit", [UNIT, "posko-hostapd@wlan0"])
def test_pages_are_told_by_a_gauge_of_the_unit(
    db: sqlite3.Connection, db_path: Path, unit: str
) -> None:
    unit_alarms.raise_alarm(db, db_path, unit, at())
    assert unit in gauges.of(db, unit)["problem"]
