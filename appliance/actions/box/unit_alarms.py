"""Alarms of units that systemd has given up for a while: each raised once, cleared once.

An alarm is a gauge of its unit, `problem`, which the pages of desk and city show, and an event for
the city. While any is raised a file lies beside the database, by which a unit knows that somebody
must look.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from appliance.domain.city.topics import Lane
from appliance.domain.events.box import BoxAlarm
from appliance.domain.moment import Moment
from appliance.store.box import gauges
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.files import beside

_GAUGE = "problem"
_UNITS = "posko-"


def raise_alarm(db: sqlite3.Connection, path: Path, unit: str, now: Moment) -> bool:
    """A unit keeps failing; False if that is known already."""
    with transaction(db):
        if unit in raised(db):
            return False
        problem = f"keeps failing and is tried again every five minutes: journalctl -u {unit}"
        _tell(db, BoxAlarm(part=unit, state="raised", detail=problem, at=now.wall), now)
        marker(path).touch()
    return True


def review(
    db: sqlite3.Connection, path: Path, is_steady: Callable[[str], bool], now: Moment
) -> list[str]:
    """Clear the alarms of units that run steadily again; return which."""
    steady = [unit for unit in raised(db) if is_steady(unit)]
    with transaction(db):
        for unit in steady:
            _tell(db, BoxAlarm(part=unit, state="cleared", detail="", at=now.wall), now)
        if not raised(db):
            marker(path).unlink(missing_ok=True)
    return steady


def raised(db: sqlite3.Connection) -> list[str]:
    """The units that have an alarm."""
    return [
        unit
        for unit, values in gauges.every(db).items()
        if unit.startswith(_UNITS) and values.get(_GAUGE, ("",))[0]
    ]


def marker(path: Path) -> Path:
    """The file that lies beside the database at `path` while an alarm is raised."""
    return beside(path, ".alarms")


def _tell(db: sqlite3.Connection, event: BoxAlarm, now: Moment) -> None:
    gauges.set_many(db, event.part, {_GAUGE: event.detail}, now.wall)
    outbox.append(db, Lane.COMPLAINTS, event, subject=event.part, now=now)
