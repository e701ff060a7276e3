"""The parts that texts become, each a TPDU, and what became of each. Written by the modem alone."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """One TPDU of a text; `tpdu` is a complete SMS-SUBMIT without the service centre."""

    id: int
    text_id: int
    part: int
    tpdu: bytes
    state: str
    sent_at: datetime | None
    """When it was handed to the modem."""


def add(db: sqlite3.Connection, text_id: int, tpdus: list[bytes]) -> None:
    """Store the TPDUs of a text, once, before the first is sent."""
    db.executemany(
        "INSERT INTO text_parts (text_id, part, tpdu) VALUES (?, ?, ?)",
        [(text_id, number, tpdu) for number, tpdu in enumerate(tpdus, start=1)],
    )


def of_text(db: sqlite3.Connection, text_id: int) -> list[TextPart]:
    """The parts of a text in order; empty before it is begun."""
    rows = db.execute(
        "SELECT * FROM text_parts WHERE text_id = ? ORDER BY part",
        (text_id,),
    )
    return [_part(row) for row in rows]


def by_id(db: sqlite3.Connection, part_id: int) -> TextPart:
    """One part by id."""
    row = db.execute("SELECT * FROM text_parts WHERE id = ?", (part_id,)).fetchone()
    return _part(row)


def owner(db: sqlite3.Connection, part_id: int) -> str | None:
    """The modem that a part's text is bound to; None also where the text is gone."""
    row = db.execute(
        "SELECT t.modem FROM text_parts p JOIN texts t ON t.id = p.text_id WHERE p.id = ?",
        (part_id,),
    ).fetchone()
    owner: str | None = row["modem"] if row else None
    return owner


def in_flight(db: sqlite3.Connection, others: Collection[str] = ()) -> list[TextPart]:
    """Parts that were begun without an outcome, except those of `others`, who may be at it."""
    rows = db.execute(
        """
        SELECT p.* FROM texts t INDEXED BY texts_waiting
        CROSS JOIN text_parts p ON p.text_id = t.id
        WHERE t.state IN ('queued', 'sending') AND p.state = 'sending'
            AND coalesce(t.modem, '') NOT IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(others)),),
    )
    return [_part(row) for row in rows]


def set_state(
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
        UPDATE text_parts SET state = :state,
            sent_at_ms = iif(:state = 'sending', :now, sent_at_ms),
            message_reference = coalesce(:reference, message_reference)
        WHERE id = :id
        """,
        {"state": state, "now": to_ms(now), "reference": message_reference, "id": part_id},
    )


def awaiting_report(
    db: sqlite3.Connection,
    *,
    recipient_tail: str,
    message_reference: int,
    since: datetime,
    modem: str,
) -> TextPart | None:
    """The newest part of this modem that a status report can belong to: each counts its own.

    `recipient_tail` is the last digits of the number: operators report it in other forms. A part
    of unknown outcome has no reference and matches by recipient, unless the report repeats what is
    known of another part, or another is being sent there whose answer it may have overtaken.
    """
    row = db.execute(
        """
        SELECT p.*
        FROM text_parts p JOIN texts t ON t.id = p.text_id
        WHERE p.state IN ('sent', 'uncertain') AND p.sent_at_ms >= :since
            AND t.modem = :modem AND t.recipient LIKE '%' || :tail
            AND (p.message_reference = :mr OR p.message_reference IS NULL AND NOT EXISTS (
                SELECT 1 FROM text_parts known JOIN texts k ON k.id = known.text_id
                WHERE known.state IN ('delivered', 'failed') AND known.sent_at_ms >= :since
                    AND known.message_reference = :mr AND k.recipient = t.recipient
                    AND k.modem = :modem
            ) AND NOT EXISTS (
                SELECT 1 FROM texts s INDEXED BY texts_waiting
                CROSS JOIN text_parts sending ON sending.text_id = s.id
                WHERE s.state IN ('queued', 'sending') AND sending.state = 'sending'
                    AND s.recipient = t.recipient AND s.modem = :modem
            ))
        ORDER BY p.message_reference IS NULL, p.sent_at_ms DESC LIMIT 1
        """,
        {
            "since": to_ms(since),
            "tail": recipient_tail,
            "mr": message_reference,
            "modem": modem,
        },
    ).fetchone()
    return _part(row) if row else None


def counted(db: sqlite3.Connection, modem: str, since: datetime, until: datetime) -> int:
    """How many parts this modem was handed, and how many are left of the texts it has begun."""
    count: int = db.execute(
        """
        SELECT (
            SELECT count(*) FROM text_parts p JOIN texts t ON t.id = p.text_id
            WHERE p.state <> 'pending' AND p.sent_at_ms > :since AND p.sent_at_ms <= :until
                AND t.modem = :modem
        ) + (
            SELECT count(*) FROM texts t INDEXED BY texts_waiting
            CROSS JOIN text_parts p ON p.text_id = t.id
            WHERE t.state IN ('queued', 'sending') AND t.state = 'sending' AND t.modem = :modem
                AND p.state = 'pending'
        )
        """,
        {"since": to_ms(since), "until": to_ms(until), "modem": modem},
    ).fetchone()[0]
    return count


def _part(row: sqlite3.Row) -> TextPart:
    return TextPart(
        id=row["id"],
        text_id=row["text_id"],
        part=row["part"],
        tpdu=row["tpdu"],
        state=row["state"],
        sent_at=None if row["sent_at_ms"] is None else from_ms(row["sent_at_ms"]),
    )
