"""Recorded voices: one a request, waiting for staff to write down what it says."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from appliance.domain.moment import from_ms, to_ms

State = Literal["waiting", "transcribed", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One voice, and what became of it."""

    request_id: str
    sha256: str
    size_bytes: int
    seconds: int
    state: State
    created_at: datetime


def add(db: sqlite3.Connection, recording: Recording) -> None:
    """Give a request its voice."""
    db.execute(
        """
        INSERT INTO recordings
            (request_id, sha256, size_bytes, seconds, state, created_at_ms, updated_at_ms)
        VALUES (:request_id, :sha256, :size_bytes, :seconds, :state, :at_ms, :at_ms)
        """,
        {
            "request_id": recording.request_id,
            "sha256": recording.sha256,
            "size_bytes": recording.size_bytes,
            "seconds": recording.seconds,
            "state": recording.state,
            "at_ms": to_ms(recording.created_at),
        },
    )


def of(db: sqlite3.Connection, request_id: str) -> Recording | None:
    """The voice of a request; None if it has none (any more)."""
    row = db.execute("SELECT * FROM recordings WHERE request_id = ?", (request_id,)).fetchone()
    return _recording(row) if row else None


def set_state(db: sqlite3.Connection, request_id: str, state: State, at: datetime) -> None:
    """Say what became of one."""
    db.execute(
        "UPDATE recordings SET state = ?, updated_at_ms = ? WHERE request_id = ?",
        (state, to_ms(at), request_id),
    )


def remove(db: sqlite3.Connection, request_id: str) -> None:
    """Forget one; its file is swept away later."""
    db.execute("DELETE FROM recordings WHERE request_id = ?", (request_id,))


def waiting(db: sqlite3.Connection, limit: int) -> list[Recording]:
    """What nobody has written down yet, oldest first."""
    rows = db.execute(
        "SELECT * FROM recordings WHERE state = 'waiting' ORDER BY created_at_ms LIMIT ?", (limit,)
    )
    return [_recording(row) for row in rows]


def total_bytes(db: sqlite3.Connection) -> int:
    """How large the files are together."""
    row = db.execute(
        "SELECT coalesce(sum(size_bytes), 0) AS size FROM recordings WHERE state != 'lost'"
    ).fetchone()
    return int(row["size"])


def files(db: sqlite3.Connection) -> set[str]:
    """The names of the files that must be kept."""
    rows = db.execute("SELECT sha256 FROM recordings WHERE state != 'lost'")
    return {row["sha256"] for row in rows}


def forget_transcribed(db: sqlite3.Connection, before: datetime, limit: int) -> int:
    """Forget what was written down before then; return how many."""
    return db.execute(
        """
        DELETE FROM recordings WHERE request_id IN (
            SELECT request_id FROM recordings
            WHERE state = 'transcribed' AND updated_at_ms < ? LIMIT ?
        )
        """,
        (to_ms(before), limit),
    ).rowcount


def _recording(row: sqlite3.Row) -> Recording:
    return Recording(
        request_id=row["request_id"],
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        seconds=row["seconds"],
        state=row["state"],
        created_at=from_ms(row["created_at_ms"]),
    )
