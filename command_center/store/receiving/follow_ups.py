"""What residents and officials said about cases by SMS, each once, and what has a time limit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.receiving import follow_ups

ID_MAX_CHARS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A wish about personal data that the law gives a time for, and that nobody has answered."""

    id: str
    request_id: str
    wish: str
    due_at: datetime


def add(
    connection: Connection,
    follow_up_id: str,
    request_id: str,
    *,
    wish: str,
    due_at: datetime | None,
    now: datetime,
) -> bool:
    """Store a follow-up; False when its id is here already."""
    if is_known(connection, follow_up_id):
        return False
    connection.execute(
        insert(follow_ups).values(
            follow_up_id=follow_up_id,
            request_id=request_id,
            wish=wish,
            received_at=to_ms(now),
            due_at=to_ms(due_at) if due_at else None,
        )
    )
    return True


def is_known(connection: Connection, follow_up_id: str) -> bool:
    """Whether a follow-up is here already."""
    known = select(follow_ups.c.request_id).where(follow_ups.c.follow_up_id == follow_up_id)
    return connection.scalar(known) is not None


def due(connection: Connection, request_id: str | None = None) -> list[Due]:
    """What must be answered by when, of one request or of all, the most pressing first."""
    query = select(follow_ups).where(
        follow_ups.c.due_at.is_not(None), follow_ups.c.done_at.is_(None)
    )
    if request_id is not None:
        query = query.where(follow_ups.c.request_id == request_id)
    rows = connection.execute(query.order_by(follow_ups.c.due_at, follow_ups.c.follow_up_id))
    return [
        Due(
            id=row.follow_up_id,
            request_id=row.request_id,
            wish=row.wish,
            due_at=from_ms(row.due_at),
        )
        for row in rows
    ]


def answer(connection: Connection, follow_up_id: str, *, by: str, now: datetime) -> Due | None:
    """Tick a wish off; None if there is no such open one."""
    found = next((wish for wish in due(connection) if wish.id == follow_up_id), None)
    if found is not None:
        this = follow_ups.c.follow_up_id == follow_up_id
        connection.execute(update(follow_ups).where(this).values(done_at=to_ms(now), done_by=by))
    return found


def finish(connection: Connection, request_id: str, wish: str, *, by: str, now: datetime) -> None:
    """Tick off every open wish of this kind about a request."""
    open_ones = (
        (follow_ups.c.request_id == request_id)
        & (follow_ups.c.wish == wish)
        & follow_ups.c.done_at.is_(None)
    )
    connection.execute(update(follow_ups).where(open_ones).values(done_at=to_ms(now), done_by=by))


def last_wish(connection: Connection, request_id: str, among: Collection[str]) -> str | None:
    """Which of these wishes the reporter has said last; at one time, the first by its letters."""
    wish: str | None = connection.scalar(
        select(follow_ups.c.wish)
        .where(follow_ups.c.request_id == request_id, follow_ups.c.wish.in_(among))
        .order_by(follow_ups.c.received_at.desc(), follow_ups.c.wish)
        .limit(1)
    )
    return wish
