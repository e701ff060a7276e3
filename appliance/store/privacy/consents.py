"""What residents have agreed to about their requests, and when they took it back."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms
from appliance.domain.privacy.consent import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A consent as it was given; `withdrawn_at` is None while it holds."""

    purpose: str
    text_version: str
    language: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


def add(db: sqlite3.Connection, request_id: str, new: Record) -> None:
    """Record a consent given with a request."""
    db.execute(
        """
        INSERT INTO consents (request_id, purpose, text_version, language, channel, given_at_ms)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (
            request_id,
            new.purpose,
            new.text_version,
            new.language,
            new.channel,
            to_ms(new.given_at),
        ),
    )


def withdraw(db: sqlite3.Connection, request_id: str, at: datetime) -> list[Record]:
    """Take back all that holds about a request; return what that was."""
    held = [record for record in of_request(db, request_id) if record.withdrawn_at is None]
    db.execute(
        """
        UPDATE consents SET withdrawn_at_ms = ? WHERE request_id = ? AND withdrawn_at_ms IS NULL
        """,
        (to_ms(at), request_id),
    )
    return held


def holds(db: sqlite3.Connection, request_id: str, purpose: Purpose) -> bool:
    """Whether somebody has agreed to this, and not taken it back."""
    row = db.execute(
        """
        SELECT 1 FROM consents
        WHERE request_id = ? AND purpose = ? AND withdrawn_at_ms IS NULL
        """,
        (request_id, purpose),
    ).fetchone()
    return row is not None


def of_request(db: sqlite3.Connection, request_id: str) -> list[Record]:
    """All of a request, oldest first."""
    rows = db.execute("SELECT * FROM consents WHERE request_id = ? ORDER BY id", (request_id,))
    return [
        Record(
            purpose=row["purpose"],
            text_version=row["text_version"],
            language=row["language"],
            channel=row["channel"],
            given_at=from_ms(row["given_at_ms"]),
            withdrawn_at=from_ms(row["withdrawn_at_ms"])
            if row["withdrawn_at_ms"] is not None
            else None,
        )
        for row in rows
    ]
