"""SMS to send, and the parts they become. Queued by actions; states moved by the modem alone."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A queued or sent SMS."""

    id: int
    recipient: str
    """In E.164."""
    address: str | None
    """The number as the SMS that is answered gave it."""
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
    sent_at: datetime | None
    """When it was handed to the modem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """Which officials are to be left in peace now."""

    all_but_awake: bool
    """Whether the hours of the box cover all that have none of their own."""
    awake: Collection[Msisdn] = ()
    asleep: Collection[Msisdn] = ()


def add(
    db: sqlite3.Connection,
    *,
    recipient: Msisdn,
    address: str | None = None,
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
            recipient, address, body, purpose, request_id, priority, next_attempt_at_ms,
            expires_at_ms, boot_id, expires_mono_ms, created_at_ms, updated_at_ms
        ) VALUES (
            :recipient, :address, :body, :purpose, :request_id, :priority, :now, :expires,
            :boot_id, :expires_mono, :now, :now
        )
        """,
        {
            "recipient": recipient.e164,
            "address": address,
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


def next_due(
    db: sqlite3.Connection,
    now: datetime,
    longest_wait: timedelta,
    *,
    modem: str,
    resting: Resting | None = None,
    lowest_priority: int = 9,
    left_to_others: Collection[str] = (),
    left_after: datetime | None = None,
) -> Text | None:
    """The text whose turn it is: one already begun first, then by priority and age.

    One whose outcome is still to be written has no turn before it is, and none overtakes another
    to the same recipient that waits for its next attempt. What is urgent (priority 0) overtakes,
    and is sent even to who is `resting`.
    A text to a number that begins as one of `left_to_others` is another modem's, if it became due
    after `left_after`. An attempt further away than `longest_wait` was set by a clock that was
    wrong: it is due.
    """
    row = db.execute(
        """
        SELECT * FROM texts
        WHERE state IN ('queued', 'sending')
            AND (
                modem = :modem
                OR modem IS NULL AND (
                    next_attempt_at_ms < :left_after
                    OR NOT EXISTS (
                        SELECT 1 FROM json_each(:left_to_others)
                        WHERE recipient LIKE value || '%'
                    )
                )
            )
            AND priority <= :lowest_priority
            AND next_attempt_at_ms NOT BETWEEN :now + 1 AND :now + :longest_wait
            AND (priority = 0 OR (
                (
                    purpose NOT IN ('forward', 'official') OR state = 'sending'
                    OR CASE WHEN :all_rest THEN recipient IN (SELECT value FROM json_each(:awake))
                        ELSE recipient NOT IN (SELECT value FROM json_each(:asleep)) END
                )
                AND recipient NOT IN (
                    SELECT recipient FROM texts
                    WHERE state IN ('queued', 'sending')
                        AND next_attempt_at_ms BETWEEN :now + 1 AND :now + :longest_wait
                )
            ))
            AND NOT EXISTS (
                SELECT 1 FROM text_parts
                WHERE text_parts.text_id = texts.id AND text_parts.state = 'sending'
            )
        ORDER BY state = 'queued', priority, id LIMIT 1
        """,
        {
            "now": to_ms(now),
            "longest_wait": longest_wait // timedelta(milliseconds=1),
            "modem": modem,
            "all_rest": resting is not None and resting.all_but_awake,
            "awake": json.dumps([phone.e164 for phone in resting.awake] if resting else []),
            "asleep": json.dumps([phone.e164 for phone in resting.asleep] if resting else []),
            "lowest_priority": lowest_priority,
            "left_to_others": json.dumps(list(left_to_others)),
            "left_after": to_ms(left_after or now),
        },
    ).fetchone()
    return _text(row) if row else None


def set_modem(db: sqlite3.Connection, text_id: int, modem: str) -> None:
    """Bind a text to the modem that begins it."""
    db.execute(
        "UPDATE texts SET modem = :modem WHERE id = :id AND modem IS NOT :modem",
        {"id": text_id, "modem": modem},
    )


def release(db: sqlite3.Connection, modem: str) -> int:
    """Free the texts that a modem has claimed without sending any of their parts."""
    return db.execute(
        """
        UPDATE texts SET modem = NULL
        WHERE modem = ? AND state = 'queued' AND NOT EXISTS (
            SELECT 1 FROM text_parts
            WHERE text_parts.text_id = texts.id AND text_parts.state <> 'pending'
        )
        """,
        (modem,),
    ).rowcount


def adopt(db: sqlite3.Connection, modems: Collection[str]) -> int:
    """Free the texts of modems other than these, which are no longer there."""
    return db.execute(
        """
        UPDATE texts SET modem = NULL
        WHERE state IN ('queued', 'sending') AND modem NOT IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(modems)),),
    ).rowcount


def owner(db: sqlite3.Connection, part_id: int) -> str | None:
    """The modem that a part's text is bound to; None also if the text is gone."""
    row = db.execute(
        "SELECT t.modem FROM text_parts p JOIN texts t ON t.id = p.text_id WHERE p.id = ?",
        (part_id,),
    ).fetchone()
    owner: str | None = row["modem"] if row else None
    return owner


def parts_sent_between(db: sqlite3.Connection, modem: str, since: datetime, until: datetime) -> int:
    """How many parts this modem was handed."""
    count: int = db.execute(
        """
        SELECT count(*) FROM text_parts p JOIN texts t ON t.id = p.text_id
        WHERE p.sent_at_ms > ? AND p.sent_at_ms <= ? AND t.modem = ?
        """,
        (to_ms(since), to_ms(until), modem),
    ).fetchone()[0]
    return count


def expire(db: sqlite3.Connection, now: Moment) -> list[Text]:
    """Give up waiting texts whose time is over, begun or not; return them.

    Within one boot the monotonic clock decides: a Pi without RTC starts in the past, and the
    jump to the right time must not expire what was queued a minute ago.
    """
    rows = db.execute(
        """
        UPDATE texts SET state = 'expired', updated_at_ms = :now
        WHERE state IN ('queued', 'sending') AND NOT EXISTS (
                SELECT 1 FROM text_parts
                WHERE text_parts.text_id = texts.id AND text_parts.state = 'sending'
            ) AND CASE boot_id
            WHEN :boot_id THEN expires_mono_ms <= :mono
            ELSE expires_at_ms <= :now END
        RETURNING *
        """,
        {"now": to_ms(now.wall), "boot_id": now.boot_id, "mono": now.mono_ms},
    ).fetchall()
    return [_text(row) for row in rows]


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
        "SELECT * FROM text_parts WHERE text_id = ? ORDER BY part",
        (text_id,),
    )
    return [_part(row) for row in rows]


def part(db: sqlite3.Connection, part_id: int) -> TextPart:
    """One part by id."""
    row = db.execute("SELECT * FROM text_parts WHERE id = ?", (part_id,)).fetchone()
    return _part(row)


def parts_in_flight(db: sqlite3.Connection, others: Collection[str] = ()) -> list[TextPart]:
    """Parts that were begun without an outcome, except those of `others`, who may be at it."""
    rows = db.execute(
        """
        SELECT p.* FROM text_parts p JOIN texts t ON t.id = p.text_id
        WHERE p.state = 'sending' AND coalesce(t.modem, '') NOT IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(others)),),
    )
    return [_part(row) for row in rows]


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
        UPDATE text_parts SET state = :state,
            sent_at_ms = iif(:state = 'sending', :now, sent_at_ms),
            message_reference = coalesce(:reference, message_reference)
        WHERE id = :id
        """,
        {"state": state, "now": to_ms(now), "reference": message_reference, "id": part_id},
    )


def part_awaiting_report(
    db: sqlite3.Connection, *, recipient_tail: str, message_reference: int, since: datetime
) -> TextPart | None:
    """The newest part that a status report can belong to.

    `recipient_tail` is the last digits of the number: operators report it in other forms. A part
    of unknown outcome has no reference and matches by recipient, unless the report repeats what is
    known of another part, or another is being sent there whose answer it may have overtaken.
    """
    row = db.execute(
        """
        SELECT p.*
        FROM text_parts p JOIN texts t ON t.id = p.text_id
        WHERE p.state IN ('sent', 'uncertain') AND p.sent_at_ms >= :since
            AND t.recipient LIKE '%' || :tail
            AND (p.message_reference = :mr OR p.message_reference IS NULL AND NOT EXISTS (
                SELECT 1 FROM text_parts known JOIN texts k ON k.id = known.text_id
                WHERE known.state IN ('delivered', 'failed') AND known.sent_at_ms >= :since
                    AND known.message_reference = :mr AND k.recipient = t.recipient
            ) AND NOT EXISTS (
                SELECT 1 FROM text_parts sending JOIN texts s ON s.id = sending.text_id
                WHERE sending.state = 'sending' AND s.recipient = t.recipient
            ))
        ORDER BY p.message_reference IS NULL, p.sent_at_ms DESC LIMIT 1
        """,
        {"since": to_ms(since), "tail": recipient_tail, "mr": message_reference},
    ).fetchone()
    return _part(row) if row else None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The queue at a glance."""

    count: int
    since: datetime | None


def waiting(db: sqlite3.Connection) -> Waiting:
    """How many texts wait, and since when the oldest does."""
    row = db.execute(
        """
        SELECT count(*) AS n, min(created_at_ms) AS since FROM texts
        WHERE state IN ('queued', 'sending')
        """
    ).fetchone()
    since = None if row["since"] is None else from_ms(row["since"])
    return Waiting(count=row["n"], since=since)


def last_error(db: sqlite3.Connection) -> str | None:
    """Why the text that was refused last was."""
    row = db.execute(
        "SELECT error FROM texts WHERE error <> '' ORDER BY updated_at_ms DESC LIMIT 1"
    ).fetchone()
    return row["error"] if row else None


def answered_since(db: sqlite3.Connection, phone: Msisdn, body: str, since: datetime) -> bool:
    """Whether this phone has been answered with these words."""
    sql = """
        SELECT 1 FROM texts
        WHERE purpose = 'answer' AND recipient = ? AND created_at_ms >= ? AND body = ?
    """
    return db.execute(sql, (phone.e164, to_ms(since), body)).fetchone() is not None


def forwarded_to(db: sqlite3.Connection, phone: Msisdn) -> list[str]:
    """The requests that this phone was sent, newest first."""
    rows = db.execute(
        """
        SELECT request_id, max(id) AS newest FROM texts
        WHERE purpose = 'forward' AND recipient = ? AND request_id IS NOT NULL
        GROUP BY request_id ORDER BY newest DESC LIMIT 100
        """,
        (phone.e164,),
    )
    return [row["request_id"] for row in rows]


def open_questions(db: sqlite3.Connection, request_ids: list[str]) -> set[str]:
    """Which of these requests we have asked something that nobody has added to since."""
    return {
        request_id
        for request_id in request_ids
        if db.execute(
            """
            SELECT 1 FROM texts WHERE request_id = :id AND purpose = 'question'
                AND NOT EXISTS (SELECT 1 FROM follow_ups WHERE request_id = :id)
            """,
            {"id": request_id},
        ).fetchone()
    }


def counts_by_state(db: sqlite3.Connection) -> dict[str, int]:
    """How many texts are in each state."""
    return dict(db.execute("SELECT state, count(*) FROM texts GROUP BY state").fetchall())


def of_request(db: sqlite3.Connection, request_id: str) -> list[Text]:
    """The texts that a request has caused, oldest first."""
    rows = db.execute("SELECT * FROM texts WHERE request_id = ? ORDER BY id", (request_id,))
    return [_text(row) for row in rows]


def naming(db: sqlite3.Connection, phone: Msisdn, words: str) -> list[int]:
    """Texts to a phone that belong to no request and hold these words, by id."""
    rows = db.execute(
        """
        SELECT id FROM texts WHERE recipient = ? AND request_id IS NULL AND instr(body, ?)
        """,
        (phone.e164, words),
    )
    return [row["id"] for row in rows]


def every(db: sqlite3.Connection) -> list[Text]:
    """All texts, oldest first."""
    return [_text(row) for row in db.execute("SELECT * FROM texts ORDER BY id")]


def _part(row: sqlite3.Row) -> TextPart:
    return TextPart(
        id=row["id"],
        text_id=row["text_id"],
        part=row["part"],
        tpdu=row["tpdu"],
        state=row["state"],
        sent_at=None if row["sent_at_ms"] is None else from_ms(row["sent_at_ms"]),
    )


def _text(row: sqlite3.Row) -> Text:
    return Text(
        id=row["id"],
        recipient=row["recipient"],
        address=row["address"],
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
