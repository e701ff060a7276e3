"""The directory of officials."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.official import Official
from appliance.domain.phone import Msisdn


def put(db: sqlite3.Connection, official: Official, at: datetime) -> None:
    """Enter an official; who had the rank before is replaced."""
    db.execute(
        """
        INSERT INTO officials (agency, rank, phone, name, changed_at_ms) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (agency, rank) DO UPDATE SET phone = excluded.phone, name = excluded.name,
            changed_at_ms = excluded.changed_at_ms
        """,
        (official.agency, official.rank, official.phone.e164, official.name, to_ms(at)),
    )


def remove(db: sqlite3.Connection, agency: str, rank: int) -> bool:
    """Take an official out; False if there was none."""
    gone = db.execute("DELETE FROM officials WHERE agency = ? AND rank = ?", (agency, rank))
    return gone.rowcount == 1


def every(db: sqlite3.Connection) -> list[Official]:
    """All, by agency and rank."""
    return [_official(row) for row in db.execute("SELECT * FROM officials ORDER BY agency, rank")]


def of_agency(db: sqlite3.Connection, agency: str) -> list[Official]:
    """Those of one agency, its head first."""
    rows = db.execute("SELECT * FROM officials WHERE agency = ? ORDER BY rank", (agency,))
    return [_official(row) for row in rows]


def by_phone(db: sqlite3.Connection, phone: Msisdn) -> list[Official]:
    """The offices that this phone stands for; empty for a resident."""
    rows = db.execute("SELECT * FROM officials WHERE phone = ? ORDER BY agency", (phone.e164,))
    return [_official(row) for row in rows]


def _official(row: sqlite3.Row) -> Official:
    return Official(
        agency=row["agency"], rank=row["rank"], phone=Msisdn(row["phone"]), name=row["name"]
    )
