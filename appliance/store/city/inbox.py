"""What the city has sent down: each event stored raw once, and how far each epoch is applied."""

import sqlite3
from datetime import datetime

from appliance.domain.city import wire
from appliance.domain.moment import to_ms


def applied_seq(db: sqlite3.Connection, epoch: str) -> int:
    """The newest number applied of a city epoch; 0 for one never seen."""
    row = db.execute("SELECT applied_seq FROM inbox_cursors WHERE epoch = ?", (epoch,)).fetchone()
    return row["applied_seq"] if row else 0


def latest(db: sqlite3.Connection) -> tuple[str, int] | None:
    """Epoch and number of the newest downlink, for the hello."""
    row = db.execute(
        "SELECT epoch, applied_seq FROM inbox_cursors ORDER BY updated_at_ms DESC, epoch LIMIT 1"
    ).fetchone()
    return (row["epoch"], row["applied_seq"]) if row else None


def advance(db: sqlite3.Connection, epoch: str, seq: int, at: datetime) -> None:
    """Say that everything up to `seq` of this epoch is applied."""
    db.execute(
        """
        INSERT INTO inbox_cursors (epoch, applied_seq, updated_at_ms) VALUES (?, ?, ?)
        ON CONFLICT (epoch) DO UPDATE SET
            applied_seq = excluded.applied_seq, updated_at_ms = excluded.updated_at_ms
        """,
        (epoch, seq, to_ms(at)),
    )


def rejected(db: sqlite3.Connection, epoch: str, first: int, upto: int) -> list[wire.Reject]:
    """What has been set aside of these numbers; the city may not have heard of it."""
    rows = db.execute(
        """
        SELECT seq, detail FROM inbox
        WHERE epoch = ? AND seq BETWEEN ? AND ? AND outcome = 'rejected' ORDER BY seq
        """,
        (epoch, first, upto),
    )
    return [wire.Reject(seq=row["seq"], code="event", msg=row["detail"]) for row in rows]


def keep(
    db: sqlite3.Connection,
    *,
    epoch: str,
    seq: int,
    kind: str,
    payload: str,
    outcome: str,
    detail: str,
    at: datetime,
) -> None:
    """Store one event with what became of it: applied, unknown_kind or rejected."""
    db.execute(
        "INSERT INTO inbox VALUES (:epoch, :seq, :kind, :payload, :outcome, :detail, :at_ms)",
        {
            "epoch": epoch,
            "seq": seq,
            "kind": kind,
            "payload": payload,
            "outcome": outcome,
            "detail": detail[:200],
            "at_ms": to_ms(at),
        },
    )
