"""Noting what staff saw and did (docs/privacy.md)."""

import sqlite3

from appliance.domain.moment import Moment
from appliance.store.database import transaction
from appliance.store.staff import staff_log


def viewed(db: sqlite3.Connection, *, by: str, what: str, subject: str, now: Moment) -> None:
    """Note that somebody of the staff saw personal data; `subject` is an id, never content.

    What changes something notes it by `staff_log.add` in its own transaction.
    """
    with transaction(db):
        staff_log.add(db, by=by, what=what, subject=subject, at=now.wall)
