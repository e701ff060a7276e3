"""Sessions of the desk by the hash of their id, and failed log-ins by whom they count for."""

import sqlite3
from collections.abc import Iterator

from appliance.domain.moment import Moment
from appliance.domain.staff.accounts import Session
from appliance.domain.staff.lockout import Failures

FAILURES_MAX = 10_000
"""Names and addresses remembered; then the ones that failed longest ago in this boot go."""


def add(db: sqlite3.Connection, id_hash: str, session: Session) -> None:
    """Add a session."""
    db.execute(
        "INSERT INTO staff_sessions VALUES (?, ?, ?, ?, ?)",
        (
            id_hash,
            session.account,
            session.boot_id,
            session.opened_mono_ms,
            session.seen_mono_ms,
        ),
    )


def find(db: sqlite3.Connection, id_hash: str) -> Session | None:
    """A session, alive or not."""
    row = db.execute("SELECT * FROM staff_sessions WHERE id_hash = ?", (id_hash,)).fetchone()
    return _session(row) if row else None


def every(db: sqlite3.Connection) -> Iterator[tuple[str, Session]]:
    """All sessions with the hashes of their ids, the oldest first."""
    for row in db.execute("SELECT * FROM staff_sessions ORDER BY opened_mono_ms").fetchall():
        yield row["id_hash"], _session(row)


def touch(db: sqlite3.Connection, id_hash: str, now: Moment) -> None:
    """Note that a session was used."""
    db.execute(
        "UPDATE staff_sessions SET seen_mono_ms = ? WHERE id_hash = ?", (now.mono_ms, id_hash)
    )


def remove(db: sqlite3.Connection, id_hash: str) -> None:
    """End a session."""
    db.execute("DELETE FROM staff_sessions WHERE id_hash = ?", (id_hash,))


def remove_of(db: sqlite3.Connection, account: str) -> None:
    """End every session of an account."""
    db.execute("DELETE FROM staff_sessions WHERE account = ?", (account,))


def remove_all(db: sqlite3.Connection) -> None:
    """End every session."""
    db.execute("DELETE FROM staff_sessions")


def failures(db: sqlite3.Connection, subject: str) -> Failures | None:
    """What is remembered of a name or an address."""
    row = db.execute("SELECT * FROM staff_failures WHERE subject = ?", (subject,)).fetchone()
    if row is None:
        return None
    return Failures(count=row["count"], boot_id=row["boot_id"], mono_ms=row["mono_ms"])


def set_failures(db: sqlite3.Connection, subject: str, failures: Failures) -> None:
    """Remember failures, of a bounded number of subjects."""
    db.execute(
        "INSERT OR REPLACE INTO staff_failures VALUES (?, ?, ?, ?)",
        (subject, failures.count, failures.boot_id, failures.mono_ms),
    )
    db.execute(
        """
        DELETE FROM staff_failures WHERE subject IN (
            SELECT subject FROM staff_failures ORDER BY boot_id = ? DESC, mono_ms DESC
            LIMIT -1 OFFSET ?
        )
        """,
        (failures.boot_id, FAILURES_MAX),
    )


def forget_failures(db: sqlite3.Connection, subject: str) -> None:
    """Forget the failures of a name or an address."""
    db.execute("DELETE FROM staff_failures WHERE subject = ?", (subject,))


def _session(row: sqlite3.Row) -> Session:
    return Session(
        account=row["account"],
        boot_id=row["boot_id"],
        opened_mono_ms=row["opened_mono_ms"],
        seen_mono_ms=row["seen_mono_ms"],
    )
