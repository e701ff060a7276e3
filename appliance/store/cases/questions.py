"""Residents' questions as staff work through them."""

import sqlite3

from appliance.domain.cases.service_request import Kind
from appliance.domain.ids import Ticket


def newest(db: sqlite3.Connection, *, is_answered: bool, limit: int) -> list[Ticket]:
    """Those with or without an answer, the newest first; nothing confidential or erased."""
    rows = db.execute(
        """
        SELECT r.ticket FROM requests r LEFT JOIN answers a ON a.request_id = r.id
        WHERE r.kind = :kind AND r.sensitivity != 'rahasia' AND r.sealed IS NULL
            AND (a.request_id IS NOT NULL) = :answered
            AND NOT EXISTS (SELECT 1 FROM erasures WHERE request_id = r.id)
        ORDER BY r.created_at_ms DESC LIMIT :limit
        """,
        {"kind": Kind.INFORMATION, "answered": is_answered, "limit": limit},
    )
    return [Ticket.numbered(row["ticket"]) for row in rows]
