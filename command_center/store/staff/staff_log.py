"""The audit trail of the city: rows are added, never changed; ids only, never content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.staff import staff_log

SUBJECT_MAX_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act; `subject` is what it was about where that is no case."""

    id: int
    at: datetime
    by: str
    what: str
    request_id: str | None
    subject: str


def add(
    connection: Connection,
    *,
    by: str,
    what: str,
    now: datetime,
    request_id: str | None = None,
    subject: str = "",
) -> None:
    """Note an act, in the caller's transaction."""
    row = {
        "at": to_ms(now),
        "by": by,
        "what": what,
        "request_id": request_id,
        "subject": subject[:SUBJECT_MAX_CHARS],
    }
    connection.execute(insert(staff_log).values(row))


def page(
    connection: Connection,
    *,
    by: str = "",
    what: str = "",
    request_id: str = "",
    before: int | None = None,
    limit: int,
) -> list[Entry]:
    """The newest entries, older than entry `before`; empty words do not narrow."""
    query = select(staff_log).order_by(staff_log.c.id.desc()).limit(limit)
    for column, value in (
        (staff_log.c.by, by),
        (staff_log.c.what, what),
        (staff_log.c.request_id, request_id),
    ):
        query = query.where(column == value) if value else query
    if before is not None:
        query = query.where(staff_log.c.id < before)
    return [_entry(row) for row in connection.execute(query)]


def of_request(connection: Connection, request_id: str) -> list[Entry]:
    """What staff saw and did of one case, oldest first."""
    mine = staff_log.c.request_id == request_id
    rows = connection.execute(select(staff_log).where(mine).order_by(staff_log.c.id))
    return [_entry(row) for row in rows]


def forget(connection: Connection, before_ms: int) -> int:
    """Forget what was done before that time; return how many."""
    return connection.execute(delete(staff_log).where(staff_log.c.at < before_ms)).rowcount


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        at=from_ms(row.at),
        by=row.by,
        what=row.what,
        request_id=row.request_id,
        subject=row.subject,
    )
