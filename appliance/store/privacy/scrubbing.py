"""Leaving nothing of what was erased in free pages, in the WAL and in copies set aside.

Only the process that checkpoints may (docs/adr/0003); what it could not do is done next time.
"""

import sqlite3

from appliance.store import database, files
from appliance.store.connection import BoxConnection
from appliance.store.privacy import erasures
from appliance.store.repair import salvage


def scrub(db: sqlite3.Connection) -> int:
    """Do it after erasures; return for how many requests."""
    assert isinstance(db, BoxConnection), "only connections of `connect` may write"
    erased = erasures.unscrubbed(db)
    if not erased:
        return 0
    database.give_back(db)
    if not database.checkpoint(db, db.path, is_cut=True):
        return 0
    for damaged in salvage.damaged_files(db.path):
        files.remove(damaged)
    with database.transaction(db):
        erasures.set_scrubbed(db, erased)
    return len(erased)
