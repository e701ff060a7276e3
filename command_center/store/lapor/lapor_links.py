"""Which requests SP4N-LAPOR! knows too, and by which id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from appliance.domain.cases.service_request import Source
from appliance.domain.moment import to_ms
from command_center.store.schema.cases import case_history
from command_center.store.schema.lapor import lapor_links

CITY, LAPOR = "city", "lapor"
"""Where a request came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaporLink:
    """One of them; `tracking_id` is None until LAPOR! has given one."""

    request_id: str
    tracking_id: str | None
    origin: str
    is_secret: bool
    is_anonymous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A move that LAPOR! has not heard of."""

    request_id: str
    history_id: int
    at_ms: int


def add(connection: Connection, link: LaporLink, now: datetime) -> None:
    """Note a request that LAPOR! knows, or is to know, as it stands now."""
    row = {
        "request_id": link.request_id,
        "tracking_id": link.tracking_id,
        "origin": link.origin,
        "is_secret": int(link.is_secret),
        "is_anonymous": int(link.is_anonymous),
        "told_id": _last_line(connection, link.request_id),
        "at": to_ms(now),
    }
    connection.execute(insert(lapor_links).values(row))


def of(connection: Connection, request_id: str) -> LaporLink | None:
    """The link of a request."""
    return _one(connection, lapor_links.c.request_id == request_id)


def tracked(connection: Connection, tracking_id: str) -> LaporLink | None:
    """The link of a tracking id."""
    return _one(connection, lapor_links.c.tracking_id == tracking_id)


def set_tracking(connection: Connection, request_id: str, tracking_id: str) -> None:
    """Keep the id that LAPOR! has given."""
    mine = lapor_links.c.request_id == request_id
    connection.execute(update(lapor_links).where(mine).values(tracking_id=tracking_id))


def untold(connection: Connection, limit: int) -> list[Untold]:
    """Moves of these requests that LAPOR! has not heard of and has not made, the oldest first.

    Lines of one case are written one after the other, so none can appear behind `told_id` later.
    """
    is_newer = case_history.c.id > lapor_links.c.told_id
    rows = connection.execute(
        select(case_history.c.request_id, case_history.c.id, case_history.c.at)
        .join_from(lapor_links, case_history, case_history.c.request_id == lapor_links.c.request_id)
        .where(is_newer, case_history.c.agency.is_not(None))
        .where(case_history.c.source != Source.LAPOR.value)
        .order_by(case_history.c.id)
        .limit(limit)
    )
    return [Untold(request_id=id_, history_id=line, at_ms=at) for id_, line, at in rows]


def set_told(connection: Connection, request_id: str, history_id: int) -> None:
    """Say that all lines up to this one were looked at."""
    mine = (lapor_links.c.request_id == request_id) & (lapor_links.c.told_id < history_id)
    connection.execute(update(lapor_links).where(mine).values(told_id=history_id))


def _last_line(connection: Connection, request_id: str) -> int:
    mine = case_history.c.request_id == request_id
    return connection.scalar(select(func.max(case_history.c.id)).where(mine)) or 0


def _one(connection: Connection, where: ColumnElement[bool]) -> LaporLink | None:
    row = connection.execute(select(lapor_links).where(where)).one_or_none()
    return None if row is None else _link(row)


def _link(row: Row[Any]) -> LaporLink:
    return LaporLink(
        request_id=row.request_id,
        tracking_id=row.tracking_id,
        origin=row.origin,
        is_secret=bool(row.is_secret),
        is_anonymous=bool(row.is_anonymous),
    )
