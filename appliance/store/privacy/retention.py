"""What has been kept long enough: found and forgotten in small steps, a step a transaction."""

import sqlite3
from datetime import datetime

from appliance.domain.cases.service_request import ENDED
from appliance.domain.city.topics import Lane
from appliance.domain.moment import to_ms
from appliance.domain.privacy import retention
from appliance.domain.privacy.erasure import ERASED_TEXT
from appliance.domain.wifi.sessions import local_day
from appliance.store.cases import recordings
from appliance.store.city import outbox
from appliance.store.privacy import personal_data
from appliance.store.public import publications

AT_ONCE = 50
_ENDED = ", ".join(f"'{status}'" for status in sorted(ENDED))


def ended(db: sqlite3.Connection, now: datetime) -> list[str]:
    """Requests that ended long ago and still have personal data."""
    rows = db.execute(
        f"""
        SELECT r.id FROM requests r WHERE r.status IN ({_ENDED})
            AND r.updated_at_ms < CASE
                WHEN r.sensitivity = 'rahasia' THEN :confidential ELSE :ordinary END
            AND (r.text != :erased OR r.reporter_phone IS NOT NULL)
        LIMIT :limit
        """,  # noqa: S608 - our own words
        {
            "ordinary": to_ms(now - retention.PERSONAL_FIELDS),
            "confidential": to_ms(now - retention.CONFIDENTIAL_PHONE),
            "erased": ERASED_TEXT,
            "limit": AT_ONCE,
        },
    )
    return [row["id"] for row in rows]


def handed_over(db: sqlite3.Connection, now: datetime) -> list[str]:
    """Confidential requests whose words the city has had for long enough, all of them.

    What is said later counts anew. One with a text or a photo still to send is left alone.
    """
    rows = db.execute(
        """
        SELECT r.id FROM requests r
        WHERE r.sensitivity = 'rahasia' AND r.created_at_ms < :before
            AND (
                r.text != :erased
                OR EXISTS (SELECT 1 FROM follow_ups WHERE request_id = r.id AND text != '')
                OR EXISTS (SELECT 1 FROM sms_inbox WHERE request_id = r.id AND body != '')
            )
            AND NOT EXISTS (
                SELECT 1 FROM texts WHERE request_id = r.id AND state IN ('queued', 'sending')
            )
            AND NOT EXISTS (SELECT 1 FROM photos WHERE request_id = r.id AND state = 'waiting')
            AND NOT EXISTS (
                SELECT 1 FROM outbox o JOIN outbox_lanes l ON l.lane = o.lane
                WHERE o.subject = r.id
                    AND (o.seq > l.acked_seq OR o.reject_code IS NOT NULL OR o.wall_ms >= :before)
            )
        LIMIT :limit
        """,
        {
            "before": to_ms(now - retention.CONFIDENTIAL_AT_THE_BOX),
            "erased": ERASED_TEXT,
            "limit": AT_ONCE,
        },
    )
    return [row["id"] for row in rows]


def forget_messages(db: sqlite3.Connection, now: datetime) -> int:
    """Overwrite old SMS received and what was spam, delete old SMS sent; return how many."""
    rows = db.execute(
        """
        SELECT id FROM sms_inbox
        WHERE (body != '' OR sender != '') AND (
            received_at_ms < :old
            OR received_at_ms < :spam AND request_id IS NULL AND outcome LIKE 'ignored%'
        )
        LIMIT :limit
        """,
        {
            "old": to_ms(now - retention.RAW_SMS),
            "spam": to_ms(now - retention.SPAM),
            "limit": AT_ONCE,
        },
    )
    received = [row["id"] for row in rows]
    personal_data.overwrite_messages(db, received, now)
    rows = db.execute(
        """
        SELECT id FROM texts WHERE state NOT IN ('queued', 'sending') AND updated_at_ms < ? LIMIT ?
        """,
        (to_ms(now - retention.RAW_SMS), AT_ONCE),
    )
    sent = [row["id"] for row in rows]
    personal_data.delete_texts(db, sent)
    parts = db.execute(
        """
        DELETE FROM sms_parts WHERE id IN (
            SELECT id FROM sms_parts WHERE state != 'waiting' AND received_at_ms < ? LIMIT ?
        )
        """,
        (to_ms(now - retention.RAW_SMS), AT_ONCE),
    ).rowcount
    return len(received) + len(sent) + parts


def forget_recordings(db: sqlite3.Connection, now: datetime) -> int:
    """Forget voices that were written down some time ago; return how many."""
    return recordings.forget_transcribed(db, now - retention.RECORDING, AT_ONCE)


def forget_statistics(db: sqlite3.Connection, now: datetime) -> int:
    """Forget what the city has of the statistics lane, sessions of the WiFi among them: the oldest
    events, without holes."""
    lane = Lane.STATISTICS
    acked = outbox.lanes(db)[lane].acked_seq
    row = db.execute(
        "SELECT min(place) AS place FROM outbox WHERE place BETWEEN ? AND ? AND wall_ms >= ?",
        (outbox.place(lane, 0), outbox.end(lane), to_ms(now - retention.WIFI)),
    ).fetchone()
    newest = acked if row["place"] is None else row["place"] - outbox.place(lane, 0) - 1
    return outbox.forget(db, lane, min(acked, newest, outbox.oldest(db, lane) + AT_ONCE - 1))


def forget_notes(db: sqlite3.Connection, now: datetime) -> int:
    """Forget the oldest of the logs of processing and of staff, hashes of erased SMS, and of
    devices that have supported something before today."""
    log = db.execute(
        "DELETE FROM processing_log WHERE at_ms < ?", (to_ms(now - retention.PROCESSING_LOG),)
    ).rowcount
    staff = db.execute(
        "DELETE FROM staff_log WHERE at_ms < ?", (to_ms(now - retention.PROCESSING_LOG),)
    ).rowcount
    parts = db.execute(
        "DELETE FROM erased_messages WHERE at_ms < ?", (to_ms(now - retention.LATE_PARTS),)
    ).rowcount
    return log + staff + parts + publications.forget_supports(db, local_day(now))
