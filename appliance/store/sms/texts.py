"""SMS to send. Queued by actions; states moved by the modem alone (its parts: `text_parts`)."""

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
    now: Moment,
    longest_wait: timedelta,
    *,
    modem: str,
    resting: Resting | None = None,
    lowest_priority: int = 9,
    left_to_others: Collection[str] = (),
    left_after: datetime | None = None,
) -> Text | None:
    """The text whose turn it is: one already begun first, then by priority and age.

    One whose outcome is still to be written has no turn before it is, nor has one that is to
    expire, and none overtakes another to the same recipient that waits for its next attempt. What
    is urgent (priority 0) overtakes, and is sent even to who is `resting`.

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
                    purpose NOT IN ('forward', 'official', 'notice') OR state = 'sending'
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
            AND CASE boot_id
                WHEN :boot_id THEN expires_mono_ms > :mono
                ELSE expires_at_ms > :now END
        ORDER BY state = 'queued', priority, id LIMIT 1
        """,
        {
            "now": to_ms(now.wall),
            "boot_id": now.boot_id,
            "mono": now.mono_ms,
            "longest_wait": longest_wait // timedelta(milliseconds=1),
            "modem": modem,
            "all_rest": resting is not None and resting.all_but_awake,
            "awake": json.dumps([phone.e164 for phone in resting.awake] if resting else []),
            "asleep": json.dumps([phone.e164 for phone in resting.asleep] if resting else []),
            "lowest_priority": lowest_priority,
            "left_to_others": json.dumps(list(left_to_others)),
            "left_after": to_ms(left_after or now.wall),
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
        WHERE modem = ? AND state IN ('queued', 'sending') AND NOT EXISTS (
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


def expire(db: sqlite3.Connection, now: Moment, at_most: int) -> list[Text]:
    """Give up waiting texts whose time is over, begun or not; return them.

    Within one boot the monotonic clock decides: a Pi without RTC starts in the past, and the
    jump to the right time must not expire what was queued a minute ago.
    """
    rows = db.execute(
        """
        UPDATE texts SET state = 'expired', updated_at_ms = :now
        WHERE id IN (
            SELECT id FROM texts
            WHERE state IN ('queued', 'sending') AND NOT EXISTS (
                    SELECT 1 FROM text_parts
                    WHERE text_parts.text_id = texts.id AND text_parts.state = 'sending'
                ) AND CASE boot_id
                WHEN :boot_id THEN expires_mono_ms <= :mono
                ELSE expires_at_ms <= :now END
            LIMIT :limit
        )
        RETURNING *
        """,
        {
            "now": to_ms(now.wall),
            "boot_id": now.boot_id,
            "mono": now.mono_ms,
            "limit": at_most,
        },
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
