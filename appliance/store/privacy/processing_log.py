"""Who has exported or erased personal data, and when: without any content."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act; `act` is export, erase, withdraw or forget."""

    act: str
    by: str
    at: datetime


def add(db: sqlite3.Connection, request_id: str | None, act: str, by: str, at: datetime) -> None:
    """Note an act; without a request it was about a phone that has none."""
    db.execute(
        "INSERT INTO processing_log (request_id, act, by, at_ms) VALUES (?, ?, ?, ?)",
        (request_id, act, by, to_ms(at)),
    )


def of_request(db: sqlite3.Connection, request_id: str) -> list[Entry]:
    """What was done with the data of a request, oldest first."""
    rows = db.execute(
        "SELECT * FROM processing_log WHERE request_id = ? ORDER BY id", (request_id,)
    )
    return [Entry(act=row["act"], by=row["by"], at=from_ms(row["at_ms"])) for row in rows]
