"""Keeping the directory of officials."""

import sqlite3

from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.official import Official
from appliance.store import city_tables, officials
from appliance.store.database import transaction


def put(db: sqlite3.Connection, official: Official, now: Moment) -> None:
    """Enter an official of a known agency; who had the rank before is replaced."""
    _known(db, official.agency)
    with transaction(db):
        officials.put(db, official, now.wall)


def remove(db: sqlite3.Connection, agency: str, rank: int) -> None:
    """Take an official out; raises BadInput if there is none of this rank."""
    _known(db, agency)
    with transaction(db):
        if not officials.remove(db, agency, rank):
            raise BadInput(f"{agency} has no official of rank {rank}; see `posko officials list`")


def _known(db: sqlite3.Connection, agency: str) -> None:
    known = city_tables.in_force(db).working()
    if agency not in known:
        raise BadInput(f"there is no agency {agency!r}; known are: {', '.join(known)}")
