"""SMS to send, and the parts they become. Queued by actions; states moved by the modem alone."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A queued or sent SMS."""

    id: int
    recipient: str
    body: str
    purpose: str
    request_id: str | None
    priority: int
    state: str
    attempts: int
    error: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """One TPDU of a text; `tpdu` is a complete SMS-SUBMIT without the service centre."""

    id: int
    text_id: int
    part: int
    tpdu: bytes
    state: str


def add(
    db: sqlite3.Connection,
    *,
    recipient: Msisdn,
    body: str,
    purpose: str,
    request_id: str | None,
    priority: int,
    now: Moment,
    validity: timedelta,
) -> int:
    """Queue a text; priority 0 goes first."""
    text_id = db.execute(
        """
        INSERT INTO texts (
            recipient, body, purpose, request_id, priority, next_attempt_at_ms, expires_at_ms,
            boot_id, expires_mono_ms, created_at_ms, updated_at_ms
        ) VALUES (
            :recipient, :body, :purpose, :request_id, :priority, :now, :expires,
            :boot_id, :expires_mono, :now, :now
        )
        """,
        {
            "recipient": recipient.e164,
            "body": body,
            "purpose": purpose,
            "request_id": request_id,
            "priority": priority,
            "now": to_ms(now.wall),
            "expires": to_ms(now.wall + validity),
            "boot_id": now.boot_id,
            "expires_mono": now.mono_ms + validity // timedelta(milliseconds=1),
        },
    ).lastrowid
    assert text_id is not None, "an INSERT gives one"
    return text_id


def by_id(db: sqlite3.Connection, text_id: int) -> Text:
    """One text by id."""
    return _text(db.execute("SELECT * FROM texts WHERE id = ?", (text_id,)).fetchone())


def next_due(db: sqlite3.Connection, now: datetime, longest_wait: timedelta) -> Text | None:
    """The text whose turn it is: one already begun first, then by priority and age.

    One whose outcome is still to be written has no turn before it is.
    An attempt further away than `longest_wait` was set by a clock that was wrong: it is due.
    """
    row = db.execute(
        """
        SELECT * FROM texts
        WHERE state IN ('queued', 'sending')
            AND next_attempt_at_ms NOT BETWEEN :now + 1 AND :now + :longest_wait
            AND NOT EXISTS (
                SELECT 1 FROM text_parts
                WHERE text_parts.text_id = texts.id AND text_parts.state = 'sending'
            )
        ORDER BY state = 'queued', priority, id LIMIT 1
        """,
        {"now": to_ms(now), "longest_wait": longest_wait // timedelta(milliseconds=1)},
    ).fetchone()
    return _text(row) if row else None


def expire(db: sqlite3.Connection, now: Moment) -> int:
    """Give up waiting texts whose time is over; return how many.

    Within one boot the monotonic clock decides: a Pi without RTC starts in the past, and the
    jump to the right time must not expire what was queued a minute ago.
    """
    return db.execute(
        """
        UPDATE texts SET state = 'expired', updated_at_ms = :now
        WHERE state = 'queued' AND CASE boot_id
            WHEN :boot_id THEN expires_mono_ms <= :mono
            ELSE expires_at_ms <= :now END
        """,
        {"now": to_ms(now.wall), "boot_id": now.boot_id, "mono": now.mono_ms},
    ).rowcount


def set_state(
    db: sqlite3.Connection,
    text_id: int,
    state: str,
    *,
    now: datetime,
    error: str = "",
    next_attempt_at: datetime | None = None,
) -> None:
    """Move a text; a new attempt time also counts one attempt."""
    db.execute(
        """
        UPDATE texts SET state = :state, error = :error, updated_at_ms = :now,
            attempts = attempts + (:retry_ms IS NOT NULL),
            next_attempt_at_ms = coalesce(:retry_ms, next_attempt_at_ms)
        WHERE id = :id
        """,
        {
            "id": text_id,
            "state": state,
            "error": error[:200],
            "now": to_ms(now),
            "retry_ms": to_ms(next_attempt_at) if next_attempt_at else None,
        },
    )


def add_parts(db: sqlite3.Connection, text_id: int, tpdus: list[bytes]) -> None:
    """Store the TPDUs of a text, once, before the first is sent."""
    db.executemany(
        "INSERT INTO text_parts (text_id, part, tpdu) VALUES (?, ?, ?)",
        [(text_id, number, tpdu) for number, tpdu in enumerate(tpdus, start=1)],
    )


def parts(db: sqlite3.Connection, text_id: int) -> list[TextPart]:
    """The parts of a text in order; empty before it is begun."""
    rows = db.execute(
        "SELECT id, text_id, part, tpdu, state FROM text_parts WHERE text_id = ? ORDER BY part",
        (text_id,),
    )
    return [TextPart(**dict(row)) for row in rows]


def part(db: sqlite3.Connection, part_id: int) -> TextPart:
    """One part by id."""
    row = db.execute(
        "SELECT id, text_id, part, tpdu, state FROM text_parts WHERE id = ?", (part_id,)
    ).fetchone()
    return TextPart(**dict(row))


def parts_in_flight(db: sqlite3.Connection) -> list[TextPart]:
    """Parts that a process began to send without learning the outcome."""
    rows = db.execute("SELECT id, text_id, part, tpdu, state FROM text_parts WHERE state='sending'")
    return [TextPart(**dict(row)) for row in rows]


def set_part_state(
    db: sqlite3.Connection,
    part_id: int,
    state: str,
    *,
    now: datetime,
    message_reference: int | None = None,
) -> None:
    """Move a part; the message reference is what the modem answered (TP-MR)."""
    db.execute(
        """
        UPDATE text_parts SET state = ?, sent_at_ms = ?,
            message_reference = coalesce(?, message_reference)
        WHERE id = ?
        """,
        (state, to_ms(now), message_reference, part_id),
    )


def part_awaiting_report(
    db: sqlite3.Connection, *, recipient_tail: str, message_reference: int, since: datetime
) -> TextPart | None:
    """The newest part that a status report can belong to.

    `recipient_tail` is the last digits of the number: operators report it in other forms. A part
    of unknown outcome has no reference and matches by recipient.
    """
    row = db.execute(
        """
        SELECT p.id, p.text_id, p.part, p.tpdu, p.state
        FROM text_parts p JOIN texts t ON t.id = p.text_id
        WHERE p.state IN ('sent', 'uncertain') AND p.sent_at_ms >= :since
            AND t.recipient LIKE '%' || :tail
            AND (p.message_reference = :mr OR p.message_reference IS NULL)
        ORDER BY p.message_reference IS NULL, p.sent_at_ms DESC LIMIT 1
        """,
        {"since": to_ms(since), "tail": recipient_tail, "mr": message_reference},
    ).fetchone()
    return TextPart(**dict(row)) if row else None


def caused_since(db: sqlite3.Connection, phone: Msisdn, since: datetime) -> int:
    """How many texts this phone has caused since then: a receipt by each request, and answers."""
    count: int = db.execute(
        """
        SELECT (
            SELECT count(*) FROM requests WHERE reporter_phone = :phone AND created_at_ms >= :since
        ) + (
            SELECT count(*) FROM texts
            WHERE purpose = 'answer' AND recipient = :phone AND created_at_ms >= :since
        )
        """,
        {"phone": phone.e164, "since": to_ms(since)},
    ).fetchone()[0]
    return count


def counts_by_state(db: sqlite3.Connection) -> dict[str, int]:
    """How many texts are in each state."""
    return dict(db.execute("SELECT state, count(*) FROM texts GROUP BY state").fetchall())


def of_request(db: sqlite3.Connection, request_id: str) -> list[Text]:
    """The texts that a request has caused, oldest first."""
    rows = db.execute("SELECT * FROM texts WHERE request_id = ? ORDER BY id", (request_id,))
    return [_text(row) for row in rows]


def every(db: sqlite3.Connection) -> list[Text]:
    """All texts, oldest first."""
    return [_text(row) for row in db.execute("SELECT * FROM texts ORDER BY id")]


def _text(row: sqlite3.Row) -> Text:
    return Text(
        id=row["id"],
        recipient=row["recipient"],
        body=row["body"],
        purpose=row["purpose"],
        request_id=row["request_id"],
        priority=row["priority"],
        state=row["state"],
        attempts=row["attempts"],
        error=row["error"],
        created_at=from_ms(row["created_at_ms"]),
        updated_at=from_ms(row["updated_at_ms"]),
    )
