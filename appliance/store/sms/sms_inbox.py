"""SMS received: each TPDU as it came, and the whole messages they make. Written by the modem."""

import hashlib
import hmac
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import ReceivedPart, ReceivedSms, StoredPart
from appliance.store.privacy import wal_wipes

_BECAME_TEXT = frozenset({"request", "continued", "tambah"})
"""Outcomes of messages whose words stand in a request."""
_OUTCOME_MAX_CHARS = 80
CONCEALED = "(tersegel)"
"""The body of a message that is kept nowhere but sealed."""
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A whole message as it came; `outcome` tells what was done with it."""

    id: int
    sender: str
    body: str
    parts: int
    received_at: datetime
    outcome: str
    request_id: str | None


def keep_part(db: sqlite3.Connection, part: ReceivedPart, now: Moment) -> bool:
    """Store a TPDU; False if the very same one is here already."""
    is_long = part.concat_key is not None
    return (
        db.execute(
            """
            INSERT INTO sms_parts (
                fingerprint, tpdu, sender, concat_key, concat_total, concat_part, received_at_ms,
                boot_id, mono_ms
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (fingerprint) DO NOTHING
            """,
            (
                part.fingerprint,
                part.tpdu,
                part.sender,
                part.concat_key,
                part.total,
                part.part,
                to_ms(now.wall),
                now.boot_id if is_long else None,
                now.mono_ms if is_long else None,
            ),
        ).rowcount
        == 1
    )


def drop_part(db: sqlite3.Connection, part: ReceivedPart, at: datetime) -> None:
    """Note only that a TPDU came: its message has been erased."""
    db.execute(
        """
        INSERT INTO sms_parts (fingerprint, tpdu, received_at_ms, state)
        VALUES (?, x'', ?, 'taken') ON CONFLICT (fingerprint) DO NOTHING
        """,
        (part.fingerprint, to_ms(at)),
    )


def quarantine(db: sqlite3.Connection, fingerprint: str, tpdu: bytes, at: datetime) -> None:
    """Store bytes that could not be read, so that the SIM can be freed and a person can look."""
    db.execute(
        """
        INSERT INTO sms_parts (fingerprint, tpdu, received_at_ms, state)
        VALUES (?, ?, ?, 'quarantined') ON CONFLICT (fingerprint) DO NOTHING
        """,
        (fingerprint, tpdu, to_ms(at)),
    )


def waiting(db: sqlite3.Connection) -> list[StoredPart]:
    """Parts that belong to no message yet, oldest first."""
    rows = db.execute(
        """
        SELECT * FROM sms_parts INDEXED BY sms_parts_waiting WHERE state = 'waiting' ORDER BY id
        """
    )
    return [_part(row) for row in rows]


def waiting_at(db: sqlite3.Connection, concat_key: str, place: int) -> list[StoredPart]:
    """Parts of this key and place that belong to no message yet."""
    rows = db.execute(
        """
        SELECT * FROM sms_parts INDEXED BY sms_parts_waiting
        WHERE state = 'waiting' AND concat_key = ? AND concat_part = ?
        """,
        (concat_key, place),
    )
    return [_part(row) for row in rows]


def taken(
    db: sqlite3.Connection, concat_key: str, now: Moment, within: timedelta
) -> list[StoredPart]:
    """Parts of this key that messages were made of, but for those that are emptied."""
    messages = _messages_of(db, concat_key, now, within)
    return [part for parts in messages.values() for part in parts if part.tpdu]


def add_message(
    db: sqlite3.Connection,
    sms: ReceivedSms,
    *,
    outcome: str,
    request_id: str | None,
    at: datetime,
) -> int:
    """Store a whole message and mark its parts as taken; return its number."""
    sms_id: int = db.execute(
        """
        INSERT INTO sms_inbox
            (sender, phone, body, parts, sent_stamp, received_at_ms, outcome, request_id)
        VALUES (:sender, :phone, :body, :parts, :stamp, :at, :outcome, :request_id) RETURNING id
        """,
        {
            "sender": sms.sender,
            "phone": sms.phone and sms.phone.e164,
            "body": sms.text,
            "parts": len(sms.part_ids),
            "stamp": sms.sent_stamp,
            "at": to_ms(at),
            "outcome": outcome[:_OUTCOME_MAX_CHARS],
            "request_id": request_id,
        },
    ).fetchall()[0]["id"]
    db.executemany(
        "UPDATE sms_parts SET state = 'taken', sms_id = ? WHERE id = ?",
        [(sms_id, part_id) for part_id in sms.part_ids],
    )
    return sms_id


def conceal(
    db: sqlite3.Connection, sms_id: int, part_ids: Iterable[int], body: str, *, salt: bytes
) -> None:
    """Wipe the words of a message from its row and its parts; `body` can still be recognised.

    Its TPDUs are emptied; their fingerprints stay, so that a SIM that gives them again is known.
    `salt`: 16 bytes that were never used before.
    """
    with wal_wipes.wiping(db):
        db.execute(
            "UPDATE sms_inbox SET body = ?, mark = ? WHERE id = ?",
            (CONCEALED, salt + _hash(salt, body), sms_id),
        )
        db.executemany(
            "UPDATE sms_parts SET tpdu = x'' WHERE id = ?", [(part_id,) for part_id in part_ids]
        )


def _hash(salt: bytes, body: str) -> bytes:
    return hashlib.blake2b(body.encode(), key=salt, digest_size=32).digest()


def _is_same(row: sqlite3.Row, body: str) -> bool:
    """Whether a message has these words, concealed or not."""
    mark: bytes | None = row["mark"]
    if mark is None:
        return bool(row["body"] == body)
    return hmac.compare_digest(mark[_SALT_BYTES:], _hash(mark[:_SALT_BYTES], body))


def with_gaps(
    db: sqlite3.Connection, concat_key: str, now: Moment, within: timedelta
) -> tuple[int, list[StoredPart]] | None:
    """The newest message of this key that was taken in without all its parts, and those it has."""
    for sms_id, parts in _messages_of(db, concat_key, now, within).items():
        if len(parts) < parts[0].total:
            return sms_id, parts
    return None


def _messages_of(
    db: sqlite3.Connection, concat_key: str, now: Moment, within: timedelta
) -> dict[int, list[StoredPart]]:
    """Messages of this key of which a part came within that time, the newest first."""
    rows = db.execute(
        """
        SELECT * FROM sms_parts
        WHERE concat_key = :key AND state = 'taken' AND sms_id IN (
            SELECT sms_id FROM sms_parts
            WHERE concat_key = :key AND state = 'taken' AND sms_id IS NOT NULL AND CASE boot_id
                WHEN :boot_id THEN mono_ms >= :mono
                ELSE received_at_ms >= :wall END
        ) ORDER BY sms_id DESC, id
        """,
        {
            "key": concat_key,
            "boot_id": now.boot_id,
            "mono": now.mono_ms - within // timedelta(milliseconds=1),
            "wall": to_ms(now.wall - within),
        },
    ).fetchall()
    return {
        sms_id: [_part(row) for row in parts]
        for sms_id, parts in groupby(rows, key=itemgetter("sms_id"))
    }


def request_of(db: sqlite3.Connection, sms_id: int) -> str | None:
    """The request whose text a message has become part of, if any.

    A question about a ticket, maybe another's, is no part of it.
    """
    outcome, request_id = settled_as(db, sms_id)
    return request_id if outcome in _BECAME_TEXT else None


def settled_as(db: sqlite3.Connection, sms_id: int) -> tuple[str, str | None]:
    """The outcome of a message, and the request that it was about."""
    row = db.execute("SELECT outcome, request_id FROM sms_inbox WHERE id = ?", (sms_id,)).fetchone()
    return row["outcome"], row["request_id"]


def amend(db: sqlite3.Connection, sms_id: int, body: str, part_ids: tuple[int, ...]) -> None:
    """Put more parts to a message."""
    db.executemany(
        "UPDATE sms_parts SET state = 'taken', sms_id = ? WHERE id = ?",
        [(sms_id, part_id) for part_id in part_ids],
    )
    db.execute(
        "UPDATE sms_inbox SET body = ?, parts = parts + ? WHERE id = ?",
        (body, len(part_ids), sms_id),
    )


def settle(db: sqlite3.Connection, sms_id: int, outcome: str, request_id: str | None) -> None:
    """Note what has been done with a message that was acted on anew."""
    db.execute(
        "UPDATE sms_inbox SET outcome = ?, request_id = ? WHERE id = ?",
        (outcome[:_OUTCOME_MAX_CHARS], request_id, sms_id),
    )


def reported_since(db: sqlite3.Connection, phone: Msisdn, body: str, since: datetime) -> str | None:
    """The request that the same words from this phone have made or joined."""
    rows = db.execute(
        """
        SELECT request_id, body, mark FROM sms_inbox
        WHERE phone = ? AND received_at_ms >= ? AND (body = ? OR mark IS NOT NULL)
            AND outcome IN ('request', 'continued') AND request_id IS NOT NULL
        ORDER BY id DESC
        """,
        (phone.e164, to_ms(since), body),
    )
    return next((row["request_id"] for row in rows if _is_same(row, body)), None)


def count_same(db: sqlite3.Connection, phone: Msisdn, body: str, since: datetime) -> int:
    """How often this phone has sent the same words."""
    rows = db.execute(
        """
        SELECT body, mark FROM sms_inbox
        WHERE phone = ? AND received_at_ms >= ? AND (body = ? OR mark IS NOT NULL)
        """,
        (phone.e164, to_ms(since), body),
    )
    return sum(_is_same(row, body) for row in rows)


def are_waiting(db: sqlite3.Connection, part_ids: tuple[int, ...]) -> bool:
    """Tell whether all these parts still belong to no message."""
    states = (
        db.execute("SELECT state FROM sms_parts WHERE id = ?", (part_id,)).fetchone()
        for part_id in part_ids
    )
    return all(row is not None and row["state"] == "waiting" for row in states)


def every(db: sqlite3.Connection) -> list[Message]:
    """All whole messages, oldest first."""
    return [_message(row) for row in db.execute("SELECT * FROM sms_inbox ORDER BY id")]


def every_of(db: sqlite3.Connection, phone: Msisdn) -> list[Message]:
    """All whole messages of a phone, oldest first."""
    rows = db.execute("SELECT * FROM sms_inbox WHERE phone = ? ORDER BY id", (phone.e164,))
    return [_message(row) for row in rows]


def last_received(db: sqlite3.Connection) -> datetime | None:
    """When the newest message came."""
    row = db.execute("SELECT received_at_ms FROM sms_inbox ORDER BY id DESC LIMIT 1").fetchone()
    return from_ms(row["received_at_ms"]) if row else None


def quarantined(db: sqlite3.Connection) -> int:
    """How many TPDUs could not be read and are kept as they came."""
    row = db.execute("SELECT count(*) AS count FROM sms_parts WHERE state = 'quarantined'")
    return int(row.fetchone()["count"])


def _part(row: sqlite3.Row) -> StoredPart:
    return StoredPart(
        id=row["id"],
        tpdu=row["tpdu"],
        sender=row["sender"],
        concat_key=row["concat_key"],
        total=row["concat_total"],
        part=row["concat_part"],
        boot_id=row["boot_id"],
        mono_ms=row["mono_ms"] or 0,
    )


def _message(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        sender=row["sender"],
        body=row["body"],
        parts=row["parts"],
        received_at=from_ms(row["received_at_ms"]),
        outcome=row["outcome"],
        request_id=row["request_id"],
    )
