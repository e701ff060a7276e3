"""Tombstones: requests whose personal data are gone and must not come back."""

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One tombstone; `reason` is an `erasure.Reason`."""

    request_id: str
    reason: str
    at: datetime


def add(db: sqlite3.Connection, request_id: str, reason: str, at: datetime) -> None:
    """Put one; what was erased before for a lesser reason is erased for this one now."""
    db.execute(
        """
        INSERT INTO erasures (request_id, reason, at_ms) VALUES (?, ?, ?)
        ON CONFLICT (request_id) DO UPDATE SET
            reason = excluded.reason, at_ms = excluded.at_ms, is_scrubbed = 0
        """,
        (request_id, reason, to_ms(at)),
    )


def of(db: sqlite3.Connection, request_id: str) -> Erasure | None:
    """The tombstone of a request."""
    row = db.execute("SELECT * FROM erasures WHERE request_id = ?", (request_id,)).fetchone()
    return _erasure(row) if row else None


def every(db: sqlite3.Connection) -> list[Erasure]:
    """All tombstones, oldest first."""
    return [_erasure(row) for row in db.execute("SELECT * FROM erasures ORDER BY at_ms")]


def unscrubbed(db: sqlite3.Connection) -> list[str]:
    """Requests of which something may still lie in free pages."""
    rows = db.execute("SELECT request_id FROM erasures WHERE is_scrubbed = 0")
    return [row["request_id"] for row in rows]


def set_scrubbed(db: sqlite3.Connection, request_ids: list[str]) -> None:
    """Say that nothing of these is left there."""
    db.executemany(
        "UPDATE erasures SET is_scrubbed = 1 WHERE request_id = ?", [(id_,) for id_ in request_ids]
    )


def expect_no_part(db: sqlite3.Connection, concat_key: str, at: datetime) -> None:
    """Parts of this message that come from now on are dropped."""
    db.execute(
        "INSERT OR REPLACE INTO erased_messages (key, at_ms) VALUES (?, ?)",
        (_hash(concat_key), to_ms(at)),
    )


def is_expected(db: sqlite3.Connection, concat_key: str, since: datetime) -> bool:
    """Whether a part of this message may be kept; False once its message has been erased."""
    row = db.execute(
        "SELECT 1 FROM erased_messages WHERE key = ? AND at_ms >= ?",
        (_hash(concat_key), to_ms(since)),
    ).fetchone()
    return row is None


def _hash(concat_key: str) -> str:
    return hashlib.sha256(concat_key.encode()).hexdigest()


def _erasure(row: sqlite3.Row) -> Erasure:
    return Erasure(request_id=row["request_id"], reason=row["reason"], at=from_ms(row["at_ms"]))
