"""What the gate notes about sessions: let through, used, closed. The gate alone calls it."""

import sqlite3
from collections.abc import Sequence

from appliance.domain.moment import Moment
from appliance.domain.wifi import Ending
from appliance.store import wifi
from appliance.store.database import transaction
from appliance.store.wifi import LeaseUse


def take_up(db: sqlite3.Connection, slots: dict[str, int], now: Moment) -> None:
    """Note which sessions (by id) the kernel now lets through, under which packet mark."""
    with transaction(db):
        for session_id, slot in slots.items():
            wifi.lease(db, session_id, slot, now)


def record(db: sqlite3.Connection, uses: Sequence[LeaseUse], now: Moment) -> None:
    """Write what open leases have used."""
    with transaction(db):
        wifi.set_use(db, uses, now)


def close(db: sqlite3.Connection, uses: dict[LeaseUse, Ending], now: Moment) -> None:
    """Note that leases are cut in the kernel, with their last counts."""
    with transaction(db):
        wifi.set_use(db, uses, now)
        for use, ending in uses.items():
            wifi.close(db, use.session_id, ending, now)
