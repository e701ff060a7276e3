"""What the report card of the agencies is made from."""

import sqlite3
from datetime import datetime

from appliance.domain.cases.service_request import Status, StatusEntry
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.public.report_card import Case


def cases(db: sqlite3.Connection, since: datetime) -> list[Case]:
    """The requests since a time that are not confidential, each with its history."""
    histories: dict[str, list[StatusEntry]] = {}
    for row in db.execute(_MOVES, (to_ms(since),)):
        entry = StatusEntry(
            status=Status(row["status"]), message="", agency=None, at=from_ms(row["at_ms"])
        )
        histories.setdefault(row["request_id"], []).append(entry)
    return [_case(row, histories.get(row["id"], [])) for row in db.execute(_CASES, (to_ms(since),))]


def onboarded(db: sqlite3.Connection) -> frozenset[str]:
    """The agencies of which an official can be asked from here."""
    return frozenset(row["agency"] for row in db.execute("SELECT agency FROM officials"))


_CASES = """
    SELECT id, agency, kind, category, sensitivity, status, duplicate_of, created_at_ms
    FROM requests WHERE created_at_ms >= ? AND sensitivity != 'rahasia'
"""
_MOVES = """
    SELECT h.request_id, h.status, h.at_ms
    FROM request_history h JOIN requests r ON r.id = h.request_id
    WHERE r.created_at_ms >= ? AND r.sensitivity != 'rahasia'
    ORDER BY h.id
"""


def _case(row: sqlite3.Row, moves: list[StatusEntry]) -> Case:
    came = StatusEntry(
        status=Status.RECEIVED, message="", agency=None, at=from_ms(row["created_at_ms"])
    )
    return Case(
        id=row["id"],
        agency=row["agency"],
        kind=row["kind"],
        category=row["category"],
        sensitivity=row["sensitivity"],
        status=row["status"],
        duplicate_of=row["duplicate_of"],
        history=(came, *moves),
    )
