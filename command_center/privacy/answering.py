"""Wishes about personal data, which people answer; the law gives 72 hours for it."""

from datetime import datetime

from sqlalchemy import Connection

from command_center.store.privacy import processing_log
from command_center.store.receiving import follow_ups
from command_center.store.receiving.follow_ups import Due


def answer(connection: Connection, follow_up_id: str, *, by: str, now: datetime) -> Due | None:
    """Tick a wish off, and note who has; None if there is no such open one."""
    wish = follow_ups.answer(connection, follow_up_id, by=by, now=now)
    if wish is not None:
        processing_log.add(connection, wish.request_id, "answer", by=by, now=now)
    return wish
