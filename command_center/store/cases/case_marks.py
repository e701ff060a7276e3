"""What of a case an officer should see first, until one has."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from appliance.domain.moment import to_ms
from command_center.store.cases.requests import CityRequest, from_row
from command_center.store.schema.cases import case_marks, requests

SHOWN = 50


def add(connection: Connection, request_id: str, marks: Iterable[str], now: datetime) -> None:
    """Mark a case; marks that it has stay as they are."""
    there = set(of(connection, [request_id]).get(request_id, ()))
    for mark in sorted(set(marks) - there):
        connection.execute(
            insert(case_marks).values(request_id=request_id, mark=mark, at=to_ms(now))
        )


def drop(connection: Connection, request_id: str, mark: str) -> None:
    """Take a mark off a case."""
    this = (case_marks.c.request_id == request_id) & (case_marks.c.mark == mark)
    connection.execute(delete(case_marks).where(this))


def of(connection: Connection, request_ids: Sequence[str]) -> dict[str, list[str]]:
    """The marks of some cases."""
    query = select(case_marks.c.request_id, case_marks.c.mark).order_by(case_marks.c.mark)
    found: dict[str, list[str]] = {}
    for request_id, mark in connection.execute(
        query.where(case_marks.c.request_id.in_(request_ids))
    ):
        found.setdefault(request_id, []).append(mark)
    return found


def unseen(connection: Connection, mark: str) -> list[CityRequest]:
    """Cases with this mark that no officer has seen, the oldest first."""
    rows = connection.execute(
        select(requests)
        .join(case_marks, case_marks.c.request_id == requests.c.request_id)
        .where(case_marks.c.mark == mark, case_marks.c.seen_at.is_(None))
        .order_by(requests.c.received_at, requests.c.request_id)
        .limit(SHOWN)
    )
    return [from_row(row) for row in rows]


def see(
    connection: Connection, request_ids: Sequence[str], mark: str, *, by: str, now: datetime
) -> None:
    """An officer has seen these."""
    connection.execute(
        update(case_marks)
        .where(
            case_marks.c.request_id.in_(request_ids),
            case_marks.c.mark == mark,
            case_marks.c.seen_at.is_(None),
        )
        .values(seen_at=to_ms(now), seen_by=by)
    )
