"""What of the news of SP4N-LAPOR! the city has looked at, and how far it has read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.lapor import lapor_state, lapor_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How the bridge is; `error` is empty while all is well."""

    cursor: str
    ok_at: datetime | None
    error: str
    error_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """News that the city could not take."""

    tracking_id: str
    problem: str
    at: datetime


def state(connection: Connection, *, lock: bool = False) -> State:
    """How the bridge is; `lock` keeps other readers of the news waiting."""
    query = select(lapor_state)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return State(cursor="", ok_at=None, error="", error_at=None)
    return State(
        cursor=row.cursor,
        ok_at=None if row.ok_at is None else from_ms(row.ok_at),
        error=row.error,
        error_at=None if row.error_at is None else from_ms(row.error_at),
    )


def set_cursor(connection: Connection, cursor: str) -> None:
    """Read on from here."""
    _set(connection, cursor=cursor)


def set_ok(connection: Connection, now: datetime) -> None:
    """All is well."""
    _set(connection, ok_at=to_ms(now), error="", error_at=None)


def set_error(connection: Connection, error: str, now: datetime) -> None:
    """Something is not; the first time of the same trouble is kept."""
    if state(connection).error != error:
        _set(connection, error=error, error_at=to_ms(now))


def is_known(connection: Connection, item_id: str) -> bool:
    """Whether these news were looked at before."""
    mine = select(lapor_taken.c.item_id).where(lapor_taken.c.item_id == item_id)
    return connection.execute(mine).first() is not None


def add(
    connection: Connection, item_id: str, tracking_id: str, problem: str, now: datetime
) -> None:
    """Note that they were, and why they were left out, if they were."""
    row = {"item_id": item_id, "tracking_id": tracking_id, "problem": problem, "at": to_ms(now)}
    connection.execute(insert(lapor_taken).values(row))


def left_out(connection: Connection, limit: int) -> list[LeftOut]:
    """What was left out, the newest first."""
    query = select(lapor_taken).where(lapor_taken.c.problem != "")
    rows = connection.execute(query.order_by(lapor_taken.c.at.desc()).limit(limit))
    return [
        LeftOut(tracking_id=row.tracking_id, problem=row.problem, at=from_ms(row.at))
        for row in rows
    ]


def forget(connection: Connection, before: datetime) -> int:
    """Forget what was looked at before that time."""
    old = lapor_taken.c.at < to_ms(before)
    return connection.execute(delete(lapor_taken).where(old)).rowcount


def _set(connection: Connection, **values: str | int | None) -> None:
    """Change the one row, and make it if need be."""
    if connection.execute(update(lapor_state).values(values)).rowcount == 0:
        row = {"id": 1, "cursor": "", "error": "", **values}
        connection.execute(insert(lapor_state).values(row))
