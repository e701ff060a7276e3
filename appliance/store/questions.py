"""Residents' questions as staff work through them."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.ids import Ticket
from appliance.domain.moment import from_ms
from appliance.domain.service_request import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One line of their list."""

    ticket: Ticket
    text: str
    category: str
    asked_at: datetime
    is_answered: bool
    is_shown: bool


def newest(db: sqlite3.Connection, *, is_answered: bool, limit: int) -> list[Question]:
    """Those with or without an answer, the newest first; nothing confidential or erased."""
    rows = db.execute(
        """
        SELECT r.ticket, r.text, r.category, r.created_at_ms, a.request_id IS NOT NULL AS answered,
            coalesce(p.state, '') = 'shown' AS shown
        FROM requests r LEFT JOIN answers a ON a.request_id = r.id
        LEFT JOIN publications p ON p.request_id = r.id
        WHERE r.kind = :kind AND r.sensitivity != 'rahasia' AND r.sealed IS NULL
            AND (a.request_id IS NOT NULL) = :answered
            AND NOT EXISTS (SELECT 1 FROM erasures WHERE request_id = r.id)
        ORDER BY r.created_at_ms DESC LIMIT :limit
        """,
        {"kind": Kind.INFORMATION, "answered": is_answered, "limit": limit},
    )
    return [
        Question(
            ticket=Ticket.numbered(row["ticket"]),
            text=row["text"],
            category=row["category"],
            asked_at=from_ms(row["created_at_ms"]),
            is_answered=bool(row["answered"]),
            is_shown=bool(row["shown"]),
        )
        for row in rows
    ]
