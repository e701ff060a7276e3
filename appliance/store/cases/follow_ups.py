"""What residents said about their tickets after the report, and who wants no more texts."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One follow-up; `wish` is a `received.Wish`."""

    wish: str
    text: str
    at: datetime


def add(
    db: sqlite3.Connection,
    follow_up_id: str,
    request_id: str,
    *,
    wish: str,
    text: str,
    at: datetime,
    channel: str,
) -> None:
    """Store a follow-up."""
    db.execute(
        """
        INSERT INTO follow_ups (id, request_id, wish, text, at_ms, channel)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (follow_up_id, request_id, wish, text, to_ms(at), channel),
    )


def of_request(db: sqlite3.Connection, request_id: str) -> list[Said]:
    """What was said about a request, oldest first."""
    rows = db.execute(
        "SELECT wish, text, at_ms FROM follow_ups WHERE request_id = ? ORDER BY at_ms, id",
        (request_id,),
    )
    return [Said(wish=row["wish"], text=row["text"], at=from_ms(row["at_ms"])) for row in rows]


def request_of(db: sqlite3.Connection, follow_up_id: str) -> str | None:
    """The id of the request that a follow-up is about."""
    row = db.execute("SELECT request_id FROM follow_ups WHERE id = ?", (follow_up_id,)).fetchone()
    return row["request_id"] if row else None


def said(db: sqlite3.Connection, request_id: str) -> list[str]:
    """What was said about a request, one after the other."""
    rows = db.execute(
        "SELECT text FROM follow_ups WHERE request_id = ? ORDER BY rowid", (request_id,)
    )
    return [row["text"] for row in rows]


def opt_out(db: sqlite3.Connection, phone: Msisdn, at: datetime) -> None:
    """Send no more news to this phone of what it has reported or said until now."""
    db.execute(
        """
        INSERT INTO text_optouts (phone, at_ms) VALUES (?, ?)
        ON CONFLICT (phone) DO UPDATE SET at_ms = excluded.at_ms
        """,
        (phone.e164, to_ms(at)),
    )


def opt_in(db: sqlite3.Connection, phone: Msisdn) -> None:
    """Send news again."""
    db.execute("DELETE FROM text_optouts WHERE phone = ?", (phone.e164,))


def has_opted_out(db: sqlite3.Connection, phone: Msisdn) -> bool:
    """Whether this phone has said STOP, and not MULAI since."""
    sql = "SELECT 1 FROM text_optouts WHERE phone = ?"
    return db.execute(sql, (phone.e164,)).fetchone() is not None


def is_silenced(db: sqlite3.Connection, request: ServiceRequest) -> bool:
    """Whether its reporter said STOP, and nothing about this request since."""
    if request.reporter_phone is None:
        return False
    sql = """
        SELECT 1 FROM text_optouts AS stop WHERE phone = ? AND at_ms >= ? AND NOT EXISTS (
            SELECT 1 FROM follow_ups WHERE request_id = ? AND follow_ups.at_ms > stop.at_ms
        )
    """
    values = (request.reporter_phone.e164, to_ms(request.created_at), request.id)
    return db.execute(sql, values).fetchone() is not None
