"""What each process says about itself, for `posko status`."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store import gauges
from appliance.store.database import transaction


def state(db: sqlite3.Connection, process: str, values: dict[str, str], now: Moment) -> None:
    """Overwrite the named gauges of a process; each process writes its own only."""
    with transaction(db):
        gauges.set_many(db, process, values, now.wall)
