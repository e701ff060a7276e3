"""What staff of the kecamatan have answered to questions, the last answer of each."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, and who gave it."""

    text: str
    by: str
    at: datetime


def put(db: sqlite3.Connection, request_id: str, answer: Answer) -> None:
    """Store an answer in place of an earlier one."""
    db.execute(
        """
        INSERT INTO answers (request_id, text, by, at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (request_id) DO UPDATE SET
            text = excluded.text, by = excluded.by, at_ms = excluded.at_ms
        """,
        (request_id, answer.text, answer.by, to_ms(answer.at)),
    )


def of(db: sqlite3.Connection, request_id: str) -> Answer | None:
    """The answer to a question; None before there is one."""
    row = db.execute("SELECT * FROM answers WHERE request_id = ?", (request_id,)).fetchone()
    if row is None:
        return None
    return Answer(text=row["text"], by=row["by"], at=from_ms(row["at_ms"]))
