"""What staff saw of personal data and what they changed: rows are added, never changed."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act; `subject` is an id, never content."""

    id: int
    by: str
    what: str
    subject: str
    at: datetime


def add(db: sqlite3.Connection, *, by: str, what: str, subject: str, at: datetime) -> None:
    """Note an act, in the caller's transaction."""
    db.execute(
        "INSERT INTO staff_log (by, what, subject, at_ms) VALUES (?, ?, ?, ?)",
        (by, what, subject, to_ms(at)),
    )


def page(
    db: sqlite3.Connection, *, by: str, subject: str, before: int | None, limit: int
) -> list[Entry]:
    """The newest entries, of one account or subject where not empty, older than entry `before`."""
    rows = db.execute(
        """
        SELECT * FROM staff_log
        WHERE (:by = '' OR by = :by) AND (:subject = '' OR subject = :subject)
            AND (:before IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        {"by": by, "subject": subject, "before": before, "limit": limit},
    )
    return [_entry(row) for row in rows]


def of_subject(db: sqlite3.Connection, subject: str) -> list[Entry]:
    """What staff saw and did of one thing, oldest first."""
    rows = db.execute("SELECT * FROM staff_log WHERE subject = ? ORDER BY id", (subject,))
    return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        by=row["by"],
        what=row["what"],
        subject=row["subject"],
        at=from_ms(row["at_ms"]),
    )
