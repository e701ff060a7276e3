"""Overwriting what the box knows of a person through a request, table by table.

Each statement repeats well. Ticket, category, agency, times and status stay, for statistics.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from appliance.domain.privacy.erasure import ERASED_TEXT, redacted
from appliance.store.cases import recordings, ticket_pins
from appliance.store.privacy import erasures, wal_wipes

_NOBODY = "000"


def overwrite(db: sqlite3.Connection, request_id: str, at: datetime, *, keeps_phone: bool) -> None:
    """Overwrite all of it, in the caller's transaction.

    `keeps_phone` leaves the reporter's number with the request, by which its owner is still known.
    """
    with wal_wipes.overwriting(db):
        db.execute(
            """
            UPDATE requests SET text = ?, reporter_name = NULL, location = NULL, sealed = NULL,
                reporter_phone = CASE WHEN ? THEN reporter_phone END
            WHERE id = ?
            """,
            (ERASED_TEXT, keeps_phone, request_id),
        )
        db.execute("UPDATE request_history SET message = '' WHERE request_id = ?", (request_id,))
        db.execute("UPDATE follow_ups SET text = '' WHERE request_id = ?", (request_id,))
        db.execute("UPDATE staff_actions SET message = '' WHERE request_id = ?", (request_id,))
        db.execute("DELETE FROM photos WHERE request_id = ?", (request_id,))
        recordings.remove(db, request_id)
        db.execute("DELETE FROM answers WHERE request_id = ?", (request_id,))
        db.execute(
            "UPDATE publications SET state = 'hidden', text = '' WHERE request_id = ?",
            (request_id,),
        )
        ticket_pins.remove(db, request_id)
        db.execute("DELETE FROM chases WHERE request_id = ?", (request_id,))
        rows = db.execute("SELECT id FROM sms_inbox WHERE request_id = ?", (request_id,))
        overwrite_messages(db, [row["id"] for row in rows], at)
        rows = db.execute("SELECT id FROM texts WHERE request_id = ?", (request_id,))
        delete_texts(db, [row["id"] for row in rows])
        _overwrite_events(db, request_id)


def overwrite_messages(db: sqlite3.Connection, sms_ids: Iterable[int], at: datetime) -> None:
    """SMS received; that they came stays, and that the same TPDU is a repetition."""
    for sms_id in sms_ids:
        keys = db.execute(
            """
            SELECT concat_key FROM sms_parts WHERE sms_id = ? AND concat_key IS NOT NULL
            GROUP BY concat_key HAVING count(*) < max(concat_total)
            """,
            (sms_id,),
        )
        for row in keys:
            erasures.expect_no_part(db, row["concat_key"], at)
        db.execute(
            "UPDATE sms_parts SET tpdu = x'', sender = NULL, concat_key = NULL WHERE sms_id = ?",
            (sms_id,),
        )
        db.execute(
            """
            UPDATE sms_inbox SET sender = '', phone = NULL, body = '', sent_stamp = '' WHERE id = ?
            """,
            (sms_id,),
        )


def delete_texts(db: sqlite3.Connection, text_ids: Iterable[int]) -> None:
    """SMS to send and sent; one that a modem has in its hands is emptied, so that it ends alone."""
    for text_id in text_ids:
        in_flight = db.execute(
            "SELECT 1 FROM text_parts WHERE text_id = ? AND state = 'sending'", (text_id,)
        ).fetchone()
        if in_flight:
            db.execute(
                """
                UPDATE text_parts SET tpdu = x'',
                    state = CASE state WHEN 'pending' THEN 'failed' ELSE state END
                WHERE text_id = ?
                """,
                (text_id,),
            )
            db.execute(
                """
                UPDATE texts SET body = ?, recipient = ?, address = NULL, request_id = NULL
                WHERE id = ?
                """,
                (ERASED_TEXT, _NOBODY, text_id),
            )
        else:
            db.execute("DELETE FROM text_parts WHERE text_id = ?", (text_id,))
            db.execute("DELETE FROM texts WHERE id = ?", (text_id,))


def _overwrite_events(db: sqlite3.Connection, request_id: str) -> None:
    """What has been told to the city or waits for it, and what the city has told."""
    for select, update in (
        (
            "SELECT place AS key, kind, payload FROM outbox WHERE subject = ?",
            "UPDATE outbox SET payload = ? WHERE place = ?",
        ),
        (
            "SELECT id AS key, kind, payload FROM rejected_events WHERE subject = ?",
            "UPDATE rejected_events SET payload = ? WHERE id = ?",
        ),
    ):
        rows = db.execute(select, (request_id,)).fetchall()
        db.executemany(
            update, [(redacted(row["kind"], row["payload"]), row["key"]) for row in rows]
        )
    rows = db.execute(
        "SELECT epoch, seq, kind, payload FROM inbox WHERE instr(payload, ?)", (request_id,)
    ).fetchall()
    db.executemany(
        "UPDATE inbox SET payload = ?, detail = '' WHERE epoch = ? AND seq = ?",
        [(redacted(row["kind"], row["payload"]), row["epoch"], row["seq"]) for row in rows],
    )
