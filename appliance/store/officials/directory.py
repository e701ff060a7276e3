"""The directory of officials: entries of this box and of the city.

An agency that the city's directory names is the city's; what the box knows of it rests meanwhile.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from appliance.domain.hours import DailyHours
from appliance.domain.moment import to_ms
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn

Source = Literal["box", "city"]

_IN_FORCE = """
    SELECT * FROM officials
    WHERE (source = 'city' OR agency NOT IN (SELECT agency FROM officials WHERE source = 'city'))
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An official with the directory he stands in; `is_in_force` if that one counts."""

    official: Official
    source: str
    is_in_force: bool


def put(db: sqlite3.Connection, official: Official, source: Source, at: datetime) -> None:
    """Enter an official; the same rank from the same day on is replaced."""
    db.execute(
        """
        INSERT OR REPLACE INTO officials (
            agency, rank, valid_from, valid_until, source, phone, name, post, quiet_hours,
            changed_at_ms
        ) VALUES (
            :agency, :rank, :valid_from, :valid_until, :source, :phone, :name, :post, :quiet_hours,
            :at
        )
        """,
        {
            "agency": official.agency,
            "rank": official.rank,
            "valid_from": official.valid_from.isoformat(),
            "valid_until": official.valid_until.isoformat(),
            "source": source,
            "phone": official.phone.e164,
            "name": official.name,
            "post": official.post,
            "quiet_hours": str(official.quiet_hours or ""),
            "at": to_ms(at),
        },
    )


def remove(db: sqlite3.Connection, agency: str, rank: int, valid_from: date | None) -> bool:
    """Take all of a rank, or who has it from a day on, out of the box's directory; False if there
    was none."""
    gone = db.execute(
        """
        DELETE FROM officials WHERE agency = :agency AND rank = :rank AND source = 'box'
            AND (:valid_from IS NULL OR valid_from = :valid_from)
        """,
        {
            "agency": agency,
            "rank": rank,
            "valid_from": valid_from and valid_from.isoformat(),
        },
    )
    return gone.rowcount > 0


def replace(db: sqlite3.Connection, source: Source, found: Sequence[Official], at: datetime) -> int:
    """Put a whole directory in the place of the last one; return how many that had."""
    gone = db.execute("DELETE FROM officials WHERE source = ?", (source,)).rowcount
    for official in found:
        put(db, official, source, at)
    return gone


def of_rank(db: sqlite3.Connection, agency: str, rank: int) -> list[Official]:
    """Everybody whom the box's directory gives this rank, at whatever time."""
    rows = db.execute(
        "SELECT * FROM officials WHERE agency = ? AND rank = ? AND source = 'box'", (agency, rank)
    )
    return [_official(row) for row in rows]


def every(db: sqlite3.Connection) -> list[Entry]:
    """All, by agency, rank and time."""
    city = {
        row["agency"]
        for row in db.execute("SELECT DISTINCT agency FROM officials WHERE source = 'city'")
    }
    return [
        Entry(_official(row), row["source"], row["source"] == "city" or row["agency"] not in city)
        for row in db.execute("SELECT * FROM officials ORDER BY agency, rank, valid_from, source")
    ]


def of_agency(db: sqlite3.Connection, agency: str) -> list[Official]:
    """Those of one agency at whatever time, its heads first."""
    rows = db.execute(_IN_FORCE + "AND agency = ? ORDER BY rank, valid_from", (agency,))
    return [_official(row) for row in rows]


def by_phone(db: sqlite3.Connection, phone: Msisdn, day: date) -> list[Official]:
    """The offices that this phone stands for on a day; empty for a resident."""
    rows = db.execute(_IN_FORCE + "AND phone = ? ORDER BY agency, rank", (phone.e164,))
    return [found for row in rows if (found := _official(row)).is_in_office(day)]


def with_own_hours(db: sqlite3.Connection) -> list[Official]:
    """Those who have quiet hours of their own."""
    return [_official(row) for row in db.execute(_IN_FORCE + "AND quiet_hours <> ''")]


def _official(row: sqlite3.Row) -> Official:
    hours = row["quiet_hours"]
    return Official(
        agency=row["agency"],
        rank=row["rank"],
        phone=Msisdn(row["phone"]),
        name=row["name"],
        post=row["post"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]),
        quiet_hours=DailyHours.parse(hours) if hours else None,
    )
