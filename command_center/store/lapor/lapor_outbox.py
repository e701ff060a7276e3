"""What SP4N-LAPOR! is to be told, and how often that was tried."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.lapor import lapor_links, lapor_outbox

WAITING, SENT, FAILED, DROPPED = "waiting", "sent", "failed", "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to tell: a request, or the line `history_id` of one."""

    id: int
    transaction_id: str
    request_id: str
    history_id: int | None
    state: str
    attempts: int
    next_at: datetime
    error: str
    by: str


def add(
    connection: Connection,
    transaction_id: str,
    request_id: str,
    history_id: int | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Queue one; its transaction id is new."""
    row = {
        "transaction_id": transaction_id,
        "request_id": request_id,
        "history_id": history_id,
        "state": WAITING,
        "attempts": 0,
        "next_at": to_ms(now),
        "error": "",
        "by": by,
        "created_at": to_ms(now),
    }
    connection.execute(insert(lapor_outbox).values(row))


def due(connection: Connection, now: datetime, limit: int) -> list[Entry]:
    """What may be sent now, in the order it was queued: of each request the first that waits, and
    its changes only when LAPOR! has given it an id."""
    waiting = lapor_outbox.c.state == WAITING
    first = (
        select(func.min(lapor_outbox.c.id))
        .where(waiting)
        .group_by(lapor_outbox.c.request_id)
        .scalar_subquery()
    )
    may_go = lapor_outbox.c.history_id.is_(None) | lapor_links.c.tracking_id.is_not(None)
    rows = connection.execute(
        select(lapor_outbox)
        .join(lapor_links, lapor_links.c.request_id == lapor_outbox.c.request_id)
        .where(lapor_outbox.c.id.in_(first), lapor_outbox.c.next_at <= to_ms(now), may_go)
        .order_by(lapor_outbox.c.id)
        .limit(limit)
    )
    return [_entry(row) for row in rows]


def claim(connection: Connection, entry: Entry, until: datetime) -> bool:
    """Keep others from sending it until then; False if somebody else has."""
    unchanged = (
        (lapor_outbox.c.id == entry.id)
        & (lapor_outbox.c.state == WAITING)
        & (lapor_outbox.c.next_at == to_ms(entry.next_at))
    )
    done = connection.execute(
        update(lapor_outbox)
        .where(unchanged)
        .values(next_at=to_ms(until), attempts=lapor_outbox.c.attempts + 1)
    )
    return done.rowcount > 0


def settle(connection: Connection, id_: int, state: str, error: str = "") -> None:
    """Say what has become of one."""
    mine = (lapor_outbox.c.id == id_) & (lapor_outbox.c.state == WAITING)
    connection.execute(update(lapor_outbox).where(mine).values(state=state, error=error))


def postpone(connection: Connection, id_: int, until: datetime, error: str) -> None:
    """Try it again then."""
    mine = (lapor_outbox.c.id == id_) & (lapor_outbox.c.state == WAITING)
    connection.execute(update(lapor_outbox).where(mine).values(next_at=to_ms(until), error=error))


def again(connection: Connection, id_: int, now: datetime) -> bool:
    """Try one now that has failed or waits; False if there is none."""
    open_ = (lapor_outbox.c.id == id_) & lapor_outbox.c.state.in_((WAITING, FAILED))
    values = {"state": WAITING, "next_at": to_ms(now), "attempts": 0}
    return connection.execute(update(lapor_outbox).where(open_).values(values)).rowcount > 0


def drop(connection: Connection, id_: int) -> bool:
    """Give one up; False if there is none that is unsent."""
    open_ = (lapor_outbox.c.id == id_) & lapor_outbox.c.state.in_((WAITING, FAILED))
    return connection.execute(update(lapor_outbox).where(open_).values(state=DROPPED)).rowcount > 0


def of_transaction(connection: Connection, transaction_id: str) -> Entry | None:
    """The entry of a transaction."""
    mine = lapor_outbox.c.transaction_id == transaction_id
    row = connection.execute(select(lapor_outbox).where(mine)).one_or_none()
    return None if row is None else _entry(row)


def unsent(connection: Connection, limit: int, request_id: str | None = None) -> list[Entry]:
    """What has failed or waits, of all requests or one, the oldest first."""
    query = select(lapor_outbox).where(lapor_outbox.c.state.in_((WAITING, FAILED)))
    if request_id is not None:
        query = query.where(lapor_outbox.c.request_id == request_id)
    rows = connection.execute(query.order_by(lapor_outbox.c.id).limit(limit))
    return [_entry(row) for row in rows]


def count(connection: Connection, state: str) -> int:
    """How many stand there."""
    query = select(func.count()).select_from(lapor_outbox).where(lapor_outbox.c.state == state)
    number: int = connection.execute(query).scalar_one()
    return number


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        transaction_id=row.transaction_id,
        request_id=row.request_id,
        history_id=row.history_id,
        state=row.state,
        attempts=row.attempts,
        next_at=from_ms(row.next_at),
        error=row.error,
        by=row.by,
    )
