"""Requests that the duty officer must hear of, until somebody answers."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import to_ms


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that nobody has answered yet; told `times` times."""

    request_id: str
    times: int


def add(db: sqlite3.Connection, request_id: str, at: datetime) -> None:
    """Begin an alert, due now; nothing happens if there is one."""
    db.execute(
        "INSERT INTO alerts (request_id, next_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (request_id, to_ms(at)),
    )


def due(db: sqlite3.Connection, at: datetime, longest_wait_ms: int) -> list[Alert]:
    """Alerts to be told now; one that is further away than any can be was set by a wrong clock."""
    rows = db.execute(
        """
        SELECT request_id, times FROM alerts
        WHERE next_at_ms IS NOT NULL AND next_at_ms NOT BETWEEN :now + 1 AND :now + :longest
        ORDER BY next_at_ms
        """,
        {"now": to_ms(at), "longest": longest_wait_ms},
    )
    return [Alert(row["request_id"], row["times"]) for row in rows]


def told(db: sqlite3.Connection, alert: Alert, next_at: datetime | None) -> None:
    """Count that it was told, and when again; None for never."""
    db.execute(
        "UPDATE alerts SET times = ?, next_at_ms = ? WHERE request_id = ?",
        (alert.times + 1, next_at and to_ms(next_at), alert.request_id),
    )


def unanswered(db: sqlite3.Connection) -> list[str]:
    """Ids of the requests whose alert was told and not answered, the latest first."""
    rows = db.execute(
        "SELECT request_id FROM alerts WHERE answered_at_ms IS NULL ORDER BY rowid DESC"
    )
    return [row["request_id"] for row in rows]


def answer(db: sqlite3.Connection, request_id: str, at: datetime) -> bool:
    """Somebody has answered; False where there is nothing to answer."""
    answered = db.execute(
        """
        UPDATE alerts SET answered_at_ms = ?, next_at_ms = NULL
        WHERE request_id = ? AND answered_at_ms IS NULL
        """,
        (to_ms(at), request_id),
    )
    return answered.rowcount == 1
