"""What each process says about itself, for `posko status`."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store.box import gauges
from appliance.store.database import transaction


def state(db: sqlite3.Connection, process: str, values: dict[str, str], now: Moment) -> None:
    """State the named gauges of a process; each process writes its own only.

    What stands already is not written again: a gauge keeps the time since which it is so.
    """
    known = gauges.of(db, process)
    if changed := {name: value for name, value in values.items() if known.get(name) != value}:
        with transaction(db):
            gauges.set_many(db, process, changed, now.wall)


def stated(db: sqlite3.Connection, process: str) -> dict[str, str]:
    """What a process has stated, also in an earlier run."""
    return gauges.of(db, process)
