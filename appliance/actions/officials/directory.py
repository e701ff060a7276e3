"""Keeping the directory of officials: the box's own entries, and the city's table."""

import sqlite3
from collections.abc import Collection
from datetime import date

from appliance.domain.city import table_csv
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import TablePublished
from appliance.domain.moment import Moment
from appliance.domain.officials import official
from appliance.domain.officials.official import Official
from appliance.store.city import city_tables
from appliance.store.database import transaction
from appliance.store.officials import directory as officials
from appliance.store.staff import staff_log


def put(db: sqlite3.Connection, new: Official, now: Moment, *, by: str = "posko") -> None:
    """Enter an official of a known agency; the same rank from the same day on is replaced.

    Raises BadInput where another has the rank on one of the days.
    """
    official.known_agency(new.agency, _agencies(db))
    with transaction(db):
        there = officials.of_rank(db, new.agency, new.rank)
        others = [other for other in there if other.valid_from != new.valid_from]
        official.refuse_second(others, new)
        officials.put(db, new, "box", now.wall)
        subject = subject_of(new.agency, new.rank)
        staff_log.add(db, by=by, what="official_put", subject=subject, at=now.wall)


def remove(
    db: sqlite3.Connection,
    agency: str,
    rank: int,
    now: Moment,
    *,
    valid_from: date | None = None,
    by: str = "posko",
) -> None:
    """Take a rank out of the box's directory, or only who has it from a day on.

    Raises BadInput if nobody has it.
    """
    official.known_agency(agency, _agencies(db))
    with transaction(db):
        if not officials.remove(db, agency, rank, valid_from):
            raise BadInput(
                f"this box has entered no rank {rank} of {agency}; see `posko officials list`"
            )
        subject = subject_of(agency, rank)
        staff_log.add(db, by=by, what="official_removed", subject=subject, at=now.wall)


def subject_of(agency: str, rank: int) -> str:
    """How the log of staff names an official."""
    return f"{agency}/{rank}"


def load(db: sqlite3.Connection, text: str, now: Moment) -> tuple[int, int]:
    """Let a CSV file be the box's directory, whole or not at all.

    Return how many it has, and how many the last one had. Raises BadInput that names the line.
    """
    found = official.directory(table_csv.read(text), _agencies(db))
    with transaction(db):
        return len(found), officials.replace(db, "box", found, now.wall)


def publish(db: sqlite3.Connection, event: TablePublished, now: Moment) -> None:
    """Let the city's table be its directory, in the caller's transaction; raises BadInput."""
    found = official.directory(enumerate(event.rows, start=2), _agencies(db))
    officials.replace(db, "city", found, now.wall)


def _agencies(db: sqlite3.Connection) -> Collection[str]:
    return city_tables.in_force(db).working()
