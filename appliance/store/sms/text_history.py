"""What phones have been sent already: it bounds what they are sent next."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.phone import Msisdn


def caused_since(db: sqlite3.Connection, phone: Msisdn, since: datetime) -> int:
    """How many texts this phone has caused since then: a receipt by each request, and answers."""
    count: int = db.execute(
        """
        SELECT (
            SELECT count(*) FROM requests WHERE reporter_phone = :phone AND created_at_ms >= :since
        ) + (
            SELECT count(*) FROM texts
            WHERE purpose = 'answer' AND recipient = :phone AND created_at_ms >= :since
        )
        """,
        {"phone": phone.e164, "since": to_ms(since)},
    ).fetchone()[0]
    return count


def answered_since(db: sqlite3.Connection, phone: Msisdn, body: str, since: datetime) -> bool:
    """Whether this phone has been answered with these words."""
    sql = """
        SELECT 1 FROM texts
        WHERE purpose = 'answer' AND recipient = ? AND created_at_ms >= ? AND body = ?
    """
    return db.execute(sql, (phone.e164, to_ms(since), body)).fetchone() is not None


def alarmed_since(db: sqlite3.Connection, phone: Msisdn, since: datetime) -> bool:
    """Whether this phone has been answered about an emergency, beside the receipts of its own."""
    sql = """
        SELECT 1 FROM texts
        WHERE purpose = 'answer' AND recipient = ? AND created_at_ms >= ? AND priority = 0
    """
    return db.execute(sql, (phone.e164, to_ms(since))).fetchone() is not None


def forwarded_to(db: sqlite3.Connection, phone: Msisdn) -> list[str]:
    """The requests that this official's phone was sent, newest first."""
    rows = db.execute(
        """
        SELECT request_id, max(id) AS newest FROM texts
        WHERE purpose = 'forward' AND recipient = ? AND request_id IS NOT NULL
        GROUP BY request_id ORDER BY newest DESC LIMIT 100
        """,
        (phone.e164,),
    )
    return [row["request_id"] for row in rows]


def is_forwarded(db: sqlite3.Connection, request_id: str, phone: Msisdn) -> bool:
    """Whether this official's phone was sent the request."""
    sql = "SELECT 1 FROM texts WHERE purpose = 'forward' AND recipient = ? AND request_id = ?"
    return db.execute(sql, (phone.e164, request_id)).fetchone() is not None


def open_questions(db: sqlite3.Connection, request_ids: list[str]) -> set[str]:
    """Which of these requests we have asked something that nobody has added to since."""
    return {
        request_id
        for request_id in request_ids
        if db.execute(
            """
            SELECT 1 FROM texts WHERE request_id = :id AND purpose = 'question'
                AND NOT EXISTS (SELECT 1 FROM follow_ups WHERE request_id = :id)
            """,
            {"id": request_id},
        ).fetchone()
    }
