"""What officials have answered by SMS about requests, and what the city made of it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; an empty status is a remark."""

    phone: Msisdn
    status: str


def add(
    db: sqlite3.Connection,
    reply_id: str,
    request_id: str,
    *,
    phone: Msisdn,
    status: str,
    at: datetime,
) -> None:
    """Store an answer."""
    db.execute(
        """
        INSERT INTO official_replies (id, request_id, phone, status, at_ms)
        VALUES (?, ?, ?, ?, ?)
        """,
        (reply_id, request_id, phone.e164, status, to_ms(at)),
    )


def settle(db: sqlite3.Connection, reply_id: str, request_id: str, outcome: str) -> Reply | None:
    """Write what the city made of an answer and return it; None if it is not here."""
    row = db.execute(
        """
        UPDATE official_replies SET outcome = ? WHERE id = ? AND request_id = ?
        RETURNING phone, status
        """,
        (outcome, reply_id, request_id),
    ).fetchone()
    return Reply(phone=Msisdn(row["phone"]), status=row["status"]) if row else None


def first_since(db: sqlite3.Connection, request_id: str, since: datetime) -> datetime | None:
    """When an official first answered about a request since a time, so that it counted."""
    row = db.execute(
        """
        SELECT min(at_ms) AS at_ms FROM official_replies
        WHERE request_id = ? AND at_ms >= ? AND outcome <> 'refused'
        """,
        (request_id, to_ms(since)),
    ).fetchone()
    return None if row["at_ms"] is None else from_ms(row["at_ms"])
