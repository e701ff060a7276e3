"""Putting the times of requests right that were told under a wrong clock.

The first event of a request has the boot and the time since it began, which no clock can falsify.
"""

import sqlite3

TOLERANCE_MS = 60_000
"""A clock that is off by less is left alone."""
AT_ONCE = 100


def of_boot(db: sqlite3.Connection, boot_id: str, began_ms: int) -> dict[str, int]:
    """When requests of this boot were really made, where their time is wrong; id -> milliseconds.

    `began_ms` is when the boot began, by a clock that the network has set.
    """
    rows = db.execute(
        """
        SELECT r.id, o.mono_ms FROM requests r
        JOIN outbox_lanes l ON l.lane = r.event_lane
        JOIN outbox o ON o.place = l.base + r.event_seq AND o.subject = r.id
        WHERE o.boot_id = :boot AND o.clock_source != 'ntp'
            AND abs(:began + o.mono_ms - r.created_at_ms) > :tolerance
        LIMIT :limit
        """,
        {"boot": boot_id, "began": began_ms, "tolerance": TOLERANCE_MS, "limit": AT_ONCE},
    )
    return {row["id"]: began_ms + row["mono_ms"] for row in rows}


def of_the_future(db: sqlite3.Connection, now_ms: int) -> list[str]:
    """Requests that claim to be made after now: of an earlier boot, under a clock ahead."""
    rows = db.execute(
        "SELECT id FROM requests WHERE created_at_ms > ? LIMIT ?",
        (now_ms + TOLERANCE_MS, AT_ONCE),
    )
    return [row["id"] for row in rows]


def set_created(db: sqlite3.Connection, request_id: str, at_ms: int) -> None:
    """Say when a request was made; `updated_at_ms` follows unless something has happened since."""
    db.execute(
        """
        UPDATE requests SET created_at_ms = :at,
            updated_at_ms = CASE WHEN updated_at_ms = created_at_ms OR updated_at_ms < :at
                THEN :at ELSE updated_at_ms END
        WHERE id = :id
        """,
        {"at": at_ms, "id": request_id},
    )
