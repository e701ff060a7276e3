"""Final status reports that belong to no part yet."""

import sqlite3
from datetime import datetime, timedelta

from appliance.domain.moment import to_ms

KEPT_FOR = timedelta(hours=1)
KEPT_AT_MOST = 1_000


def keep(
    db: sqlite3.Connection,
    recipient_tail: str,
    message_reference: int,
    *,
    is_delivered: bool,
    modem: str,
    at: datetime,
) -> None:
    """Keep a report until its part is named; old ones go."""
    db.execute(
        """
        INSERT INTO early_reports (
            recipient_tail, message_reference, is_delivered, modem, received_at_ms
        ) VALUES (?, ?, ?, ?, ?)
        """,
        (recipient_tail, message_reference, is_delivered, modem, to_ms(at)),
    )
    db.execute(
        """
        DELETE FROM early_reports WHERE received_at_ms < ?
            OR id <= (SELECT max(id) FROM early_reports) - ?
        """,
        (to_ms(at - KEPT_FOR), KEPT_AT_MOST),
    )


def take(
    db: sqlite3.Connection,
    recipient_tail: str,
    message_reference: int | None,
    *,
    modem: str | None,
    since: datetime | None,
) -> bool | None:
    """Whether a part that a modem sent at `since` was delivered, if its report is here: it goes.

    One that came earlier is about another message: references (TP-MR) wrap after 256. A part whose
    reference nobody learnt takes the newest of its recipient.
    """
    if since is None:
        return None
    row = db.execute(
        """
        SELECT id, is_delivered FROM early_reports
        WHERE recipient_tail = :tail AND modem IS :modem AND received_at_ms >= :since
            AND (message_reference = :reference OR :reference IS NULL)
        ORDER BY id DESC LIMIT 1
        """,
        {
            "tail": recipient_tail,
            "modem": modem,
            "reference": message_reference,
            "since": to_ms(since),
        },
    ).fetchone()
    if row is None:
        return None
    db.execute("DELETE FROM early_reports WHERE id = ?", (row["id"],))
    return bool(row["is_delivered"])
