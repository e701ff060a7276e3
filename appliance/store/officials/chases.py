"""Requests about which officials are to be asked until somebody answers."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.officials.escalation import Asked, Fate
from appliance.domain.phone import Msisdn

_FATES = {"sent": Fate.SENT, "delivered": Fate.SENT, "uncertain": Fate.SENT}
_LOST = frozenset({"failed", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text to an official."""

    text_id: int
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """One of them, with what was asked in this round, oldest first."""

    request_id: str
    since_text: int | None
    """The question that was handed over at `since`."""
    since: Moment
    questions: tuple[Question, ...]


def begin(db: sqlite3.Connection, request_id: str, now: Moment) -> None:
    """Begin a round; what was asked in an earlier one does not count."""
    db.execute(
        """
        INSERT OR REPLACE INTO chases (
            request_id, after_text, boot_id, mono_ms, wall_ms, clock_source
        ) VALUES (
            :request_id, (SELECT coalesce(max(id), 0) FROM texts), :boot_id, :mono_ms, :wall_ms,
            :clock_source
        )
        """,
        {"request_id": request_id, **_columns(now)},
    )


def handed_over(db: sqlite3.Connection, request_id: str, text_id: int, now: Moment) -> None:
    """Say that the last question has left the box: from now on an answer is waited for."""
    db.execute(
        """
        UPDATE chases SET since_text = :text_id, boot_id = :boot_id, mono_ms = :mono_ms,
            wall_ms = :wall_ms, clock_source = :clock_source
        WHERE request_id = :request_id
        """,
        {"request_id": request_id, "text_id": text_id, **_columns(now)},
    )


def end(db: sqlite3.Connection, request_id: str) -> None:
    """Ask nobody any more."""
    db.execute("DELETE FROM chases WHERE request_id = ?", (request_id,))


def of(db: sqlite3.Connection, request_id: str) -> Chase | None:
    """The round that goes on about a request."""
    row = db.execute("SELECT * FROM chases WHERE request_id = ?", (request_id,)).fetchone()
    return _chase(db, row) if row else None


def every(db: sqlite3.Connection) -> Iterator[Chase]:
    """All of them."""
    for row in db.execute("SELECT * FROM chases"):
        yield _chase(db, row)


def _chase(db: sqlite3.Connection, row: sqlite3.Row) -> Chase:
    texts = db.execute(
        """
        SELECT id, recipient, state, attempts FROM texts
        WHERE request_id = ? AND purpose = 'forward' AND id > ? ORDER BY id
        """,
        (row["request_id"], row["after_text"]),
    )
    return Chase(
        request_id=row["request_id"],
        since_text=row["since_text"],
        since=Moment(
            wall=from_ms(row["wall_ms"]),
            boot_id=row["boot_id"],
            mono_ms=row["mono_ms"],
            source=row["clock_source"],
        ),
        questions=tuple(
            Question(text_id=text["id"], asked=Asked(Msisdn(text["recipient"]), _fate(text)))
            for text in texts
        ),
    )


def _fate(text: sqlite3.Row) -> Fate:
    if text["state"] in _LOST:
        return Fate.LOST
    return _FATES.get(text["state"], Fate.REFUSED if text["attempts"] else Fate.WAITING)


def _columns(now: Moment) -> dict[str, object]:
    return {
        "boot_id": now.boot_id,
        "mono_ms": now.mono_ms,
        "wall_ms": to_ms(now.wall),
        "clock_source": now.source,
    }
