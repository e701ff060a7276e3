"""Which cases tell of the same matter: a parent and its children, one level deep."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from appliance.domain.moment import to_ms
from command_center.store.cases.requests import CityRequest, from_row
from command_center.store.schema.cases import case_links, requests


def parent_of(connection: Connection, request_id: str) -> str | None:
    """The parent's id; None for a case that is nobody's child."""
    query = select(case_links.c.parent_id).where(case_links.c.request_id == request_id)
    return connection.scalar(query)


def is_decided(connection: Connection, request_id: str) -> bool:
    """Whether somebody has linked it, or said that it is a matter of its own."""
    query = select(case_links.c.request_id).where(case_links.c.request_id == request_id)
    return connection.scalar(query) is not None


def put(
    connection: Connection, request_id: str, parent_id: str | None, *, by: str, now: datetime
) -> None:
    """Link a case; None makes it a matter of its own."""
    connection.execute(delete(case_links).where(case_links.c.request_id == request_id))
    connection.execute(
        insert(case_links).values(request_id=request_id, parent_id=parent_id, by=by, at=to_ms(now))
    )


def adopt(connection: Connection, old_parent: str, new_parent: str) -> None:
    """Give all children of a case to another."""
    connection.execute(
        update(case_links)
        .where(case_links.c.parent_id == old_parent, case_links.c.request_id != new_parent)
        .values(parent_id=new_parent)
    )


def children(connection: Connection, request_id: str, *, lock: bool = False) -> list[CityRequest]:
    """The cases under a parent, in the order they came."""
    query = (
        select(requests)
        .join(case_links, case_links.c.request_id == requests.c.request_id)
        .where(case_links.c.parent_id == request_id)
        .order_by(requests.c.received_at, requests.c.request_id)
    )
    rows = connection.execute(query.with_for_update(of=requests) if lock else query)
    return [from_row(row) for row in rows]


def parents(connection: Connection) -> dict[str, str]:
    """The parent of every child, for those who count each matter once."""
    query = select(case_links.c.request_id, case_links.c.parent_id)
    rows = connection.execute(query.where(case_links.c.parent_id.is_not(None)))
    return {row.request_id: row.parent_id for row in rows}


def family(connection: Connection, request_ids: Sequence[str]) -> dict[str, int]:
    """How many children each of these has, of those that have some."""
    rows = connection.execute(
        select(case_links.c.parent_id, func.count())
        .where(case_links.c.parent_id.in_(request_ids))
        .group_by(case_links.c.parent_id)
    )
    return dict(rows.all())
