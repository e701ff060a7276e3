"""A resident at the kiosk calls an officer, and an officer comes."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store import help_calls
from appliance.store.database import transaction


def call(db: sqlite3.Connection, now: Moment) -> bool:
    """Call an officer; False if one is being called already."""
    with transaction(db):
        return help_calls.add(db, now.wall)


def answer(db: sqlite3.Connection, now: Moment) -> bool:
    """An officer has come; False if nobody waited."""
    with transaction(db):
        return help_calls.close(db, now.wall)
