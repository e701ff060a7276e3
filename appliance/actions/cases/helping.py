"""A resident at the kiosk calls an officer, and an officer comes and may help to tell."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store.cases import help_calls
from appliance.store.database import transaction


def call(db: sqlite3.Connection, now: Moment) -> int:
    """Call an officer; returns the id of the open call, an earlier one where there is one."""
    with transaction(db):
        return help_calls.open_one(db, now.wall)


def answer(db: sqlite3.Connection, now: Moment, *, by: str = "") -> bool:
    """An officer has come, `by` name if it is known; False if nobody waited."""
    with transaction(db):
        return help_calls.close(db, now.wall, by=by)


def assisted(db: sqlite3.Connection, call: int, request_id: str, now: Moment) -> None:
    """Note who helped to enter a request, if who came to the call is known; once."""
    with transaction(db, leaves_reserve=True):
        if officer := help_calls.answered_by(db, call):
            help_calls.add_assisted(db, request_id, officer, now.wall)
