"""Who has exported, erased or answered about personal data, and when: without any content."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.privacy import processing_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act: export, erase, answer or forget."""

    act: str
    by: str
    at: datetime


def add(
    connection: Connection, request_id: str | None, act: str, *, by: str, now: datetime
) -> None:
    """Note an act."""
    row = {"request_id": request_id, "act": act, "by": by, "at": to_ms(now)}
    connection.execute(insert(processing_log).values(row))


def of_request(connection: Connection, request_id: str) -> list[Entry]:
    """What was done with the data of a request, oldest first."""
    rows = connection.execute(
        select(processing_log)
        .where(processing_log.c.request_id == request_id)
        .order_by(processing_log.c.id)
    )
    return [Entry(act=row.act, by=row.by, at=from_ms(row.at)) for row in rows]


def forget(connection: Connection, before_ms: int) -> int:
    """Forget what was done before that time; return how many."""
    old = delete(processing_log).where(processing_log.c.at < before_ms)
    return connection.execute(old).rowcount
