"""Slips to print."""

import sqlite3
from datetime import datetime

from appliance.domain.box.print_job import Outcome, PrintJob, PrintState, Trouble
from appliance.domain.moment import from_ms, to_ms


def add(
    db: sqlite3.Connection,
    request_id: str,
    copy: int,
    language: str,
    at: datetime,
    *,
    shows_pin: bool = False,
) -> bool:
    """Queue one copy; False if it was queued before."""
    added = db.execute(
        """
        INSERT INTO print_jobs
            (request_id, copy, language, shows_pin, state, created_at_ms, updated_at_ms)
        VALUES (:request_id, :copy, :language, :shows_pin, 'queued', :at_ms, :at_ms)
        ON CONFLICT (request_id, copy) DO NOTHING
        """,
        {
            "request_id": request_id,
            "copy": copy,
            "language": language,
            "shows_pin": shows_pin,
            "at_ms": to_ms(at),
        },
    )
    return bool(added.rowcount)


def latest(db: sqlite3.Connection, request_id: str) -> PrintJob | None:
    """The newest copy of a request's slip."""
    row = db.execute(
        "SELECT * FROM print_jobs WHERE request_id = ? ORDER BY copy DESC LIMIT 1", (request_id,)
    ).fetchone()
    return _job(row) if row else None


def oldest_in(db: sqlite3.Connection, state: PrintState) -> PrintJob | None:
    """The job that came first to a state that is not final."""
    row = db.execute(
        """
        SELECT * FROM print_jobs
        WHERE state = ? AND state IN ('queued', 'printing') ORDER BY id LIMIT 1
        """,
        (state,),
    ).fetchone()
    return _job(row) if row else None


def set_state(db: sqlite3.Connection, job: PrintJob, outcome: Outcome, at: datetime) -> bool:
    """Move a job on; False if it is no longer in the state that the caller saw."""
    changed = db.execute(
        """
        UPDATE print_jobs SET state = :state, reason = :reason, updated_at_ms = :at_ms
        WHERE id = :id AND state = :was
        """,
        {
            "id": job.id,
            "was": job.state,
            "state": outcome.state,
            "reason": outcome.trouble or "",
            "at_ms": to_ms(at),
        },
    )
    return bool(changed.rowcount)


def forget(db: sqlite3.Connection, before: datetime, *, limit: int) -> int:
    """Delete settled jobs of long ago; return how many."""
    return db.execute(
        """
        DELETE FROM print_jobs WHERE id IN (
            SELECT id FROM print_jobs
            WHERE updated_at_ms < :before AND state NOT IN ('queued', 'printing') LIMIT :limit
        )
        """,
        {"before": to_ms(before), "limit": limit},
    ).rowcount


def _job(row: sqlite3.Row) -> PrintJob:
    return PrintJob(
        id=row["id"],
        request_id=row["request_id"],
        copy=row["copy"],
        language=row["language"],
        state=PrintState(row["state"]),
        trouble=Trouble(row["reason"]) if row["reason"] else None,
        created_at=from_ms(row["created_at_ms"]),
        shows_pin=bool(row["shows_pin"]),
    )
