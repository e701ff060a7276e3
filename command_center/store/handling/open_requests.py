"""Open requests by their deadlines, which are columns of them (`handling.due_days`).

Every question here is answered by an index of what is open: it costs by the number of what it is
about, not of all that is stored. Days are days since 1970.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)

from appliance.domain.cases.service_request import OVER, Sensitivity, Status
from appliance.domain.ids import SiteCode
from command_center.handling.due_days import ASIDE, LOOK_NOW, UNKNOWN, DueDays
from command_center.store.cases.requests import (
    WHOLE_AGENCY,
    CityRequest,
    Filter,
    by_ids,
    from_row,
    narrowed,
)
from command_center.store.schema.cases import ASTRAY, requests

FRESH = (Status.RECEIVED, Status.VERIFIED, Status.REOPENED)
"""Nobody has said that they work on it."""
_HAS_DAYS = requests.c.finish_on.is_not(None)
_IS_OPEN = _HAS_DAYS & requests.c.status.not_in(OVER)
"""The status counts where an older program or a hand has changed it alone."""
_IS_SECRET = requests.c.sensitivity == Sensitivity.CONFIDENTIAL
_FIRST = 0
"""A last day before that of any case."""
_DUE = (*DueDays._fields, "look_on")
_PARAMETERS = ("of_id", *(f"new_{name}" for name in _DUE))
_PUT = (
    update(requests)
    .where(requests.c.request_id == bindparam("of_id"))
    .values({name: bindparam(f"new_{name}") for name in _DUE})
)
_LATER = (
    update(requests)
    .where(requests.c.request_id == bindparam("of_id"))
    .values(look_on=bindparam("next_on"))
)


class Count(NamedTuple):
    """How many open requests a unit of an agency has, or the agency itself (None)."""

    agency: str
    unit: str | None
    open: int
    fresh: int
    soon: int
    late: int


def put(
    connection: Connection, days: Mapping[str, DueDays], look_on: int | None = LOOK_NOW
) -> None:
    """Write the deadlines of requests by their ids, and when they are to be looked at."""
    if days:
        rows = [(id_, *found, look_on) for id_, found in days.items()]
        connection.execute(_PUT, [dict(zip(_PARAMETERS, row, strict=True)) for row in rows])


def look_later(connection: Connection, next_on: Mapping[str, int | None]) -> None:
    """Write when each request is to be looked at again; None: not before it changes."""
    if next_on:
        connection.execute(_LATER, [{"of_id": id_, "next_on": on} for id_, on in next_on.items()])


def to_look_at(connection: Connection, today: int, limit: int) -> list[CityRequest]:
    """Requests whose day has come, those whose deadlines are to be computed anew first."""
    query = select(requests).where(requests.c.look_on.between(UNKNOWN, today))
    rows = connection.execute(
        query.order_by(requests.c.look_on, requests.c.request_id).limit(limit)
    )
    return [from_row(row) for row in rows]


def unknown(connection: Connection, limit: int) -> list[CityRequest]:
    """Requests whose deadlines are to be computed anew."""
    query = select(requests).where(requests.c.look_on == UNKNOWN)
    rows = connection.execute(query.order_by(requests.c.request_id).limit(limit))
    return [from_row(row) for row in rows]


def set_aside(connection: Connection, request: CityRequest) -> None:
    """Have a request left out until all that are set aside are tried again.

    One that is open is listed all the same: by the deadlines that it had, or before all others.
    """
    this = update(requests).where(requests.c.request_id == request.request_id)
    if request.status not in OVER:
        this = this.values(finish_on=func.coalesce(requests.c.finish_on, _FIRST))
    connection.execute(this.values(look_on=ASIDE))


def mark_astray(connection: Connection) -> None:
    """Have those computed anew that were set aside, and those that are open by their status alone
    or by their deadlines alone: an older program, or a hand, has stored, ended or opened them."""
    for wanted in (requests.c.look_on == ASIDE, ASTRAY):
        connection.execute(update(requests).where(wanted).values(look_on=UNKNOWN))


def forget_deadlines(connection: Connection, site: SiteCode | None = None) -> None:
    """Have those of a site computed anew, and of what the city holds itself; or all."""
    every = update(requests).where(_HAS_DAYS).values(look_on=UNKNOWN)
    if site is not None:
        held = SiteCode.of_city(site.city)
        every = every.where(requests.c.site.in_([site.value, held.value]))
    connection.execute(every)


def forget_all(connection: Connection) -> None:
    """Have all computed anew that have a deadline or should have one, whatever stands there."""
    has_any = or_(*(requests.c[name].is_not(None) for name in _DUE))
    wanted = or_(has_any, requests.c.status.not_in(OVER))
    connection.execute(update(requests).where(wanted).values(look_on=UNKNOWN))


def forget_looks(connection: Connection) -> None:
    """Have all looked at that wait for a day."""
    waiting = _HAS_DAYS & or_(requests.c.look_on.is_(None), requests.c.look_on > LOOK_NOW)
    connection.execute(update(requests).where(waiting).values(look_on=LOOK_NOW))


def counts(
    connection: Connection, wanted: Filter, today: int, *, is_placeless: bool = False
) -> list[Count]:
    """Of each agency and unit; `is_placeless`: who asks may not know the unit of what is
    confidential, so it counts at its agency."""
    unit = _unit(is_placeless=is_placeless)
    columns = (requests.c.agency, unit)
    numbers = (
        func.count(),
        _sum(requests.c.status.in_(FRESH)),
        _sum(is_soon(today)),
        _sum(is_late(today)),
    )
    query = narrowed(select(*columns, *numbers).where(_IS_OPEN), wanted).group_by(*columns)
    return [Count(*row) for row in connection.execute(query)]


def by_deadline(
    connection: Connection,
    wanted: Filter,
    unit: str = "",
    *,
    limit: int,
    offset: int,
    is_placeless: bool = False,
) -> list[CityRequest]:
    """Those that are due first, first; whose clock stands, last, with the least time left first.

    `unit` as in `Filter.unit`, but as who asks may know it.
    """
    query = narrowed(select(requests.c.request_id).where(_IS_OPEN), wanted)
    if unit:
        has = _unit(is_placeless=is_placeless)
        query = query.where(has.is_(None) if unit == WHOLE_AGENCY else has == unit)
    order = (func.coalesce(requests.c.rest_ms, -1), requests.c.finish_on, requests.c.request_id)
    return _page(connection, query, order, limit, offset)


def late(
    connection: Connection, wanted: Filter, today: int, *, limit: int | None, offset: int = 0
) -> list[CityRequest]:
    """Those that are late, by the deadline that matters most: the end before the first answer."""
    query = narrowed(select(requests.c.request_id).where(is_late(today)), wanted)
    is_end = requests.c.finish_on < today
    day = case((is_end, requests.c.finish_on), else_=requests.c.respond_on)
    return _page(connection, query, (day, requests.c.request_id), limit, offset)


def soon(
    connection: Connection, wanted: Filter, today: int, *, limit: int | None, offset: int = 0
) -> list[CityRequest]:
    """Those that will be late soon, by their first deadline."""
    query = narrowed(select(requests.c.request_id).where(is_soon(today)), wanted)
    return _page(connection, query, (requests.c.late_on, requests.c.request_id), limit, offset)


def number(connection: Connection, wanted: Filter, condition: ColumnElement[bool]) -> int:
    """How many of a filter are late or soon."""
    query = narrowed(select(func.count()).select_from(requests).where(condition), wanted)
    found: int = connection.execute(query).scalar_one()
    return found


def is_late(today: int) -> ColumnElement[bool]:
    """A deadline is missed."""
    return _IS_OPEN & (requests.c.late_on <= today)


def is_soon(today: int) -> ColumnElement[bool]:
    """None is missed, and one ends today or on the next working day."""
    return _IS_OPEN & (requests.c.near_on <= today) & (requests.c.late_on > today)


def _page(
    connection: Connection,
    query: Select[Any],
    order: Sequence[ColumnElement[Any]],
    limit: int | None,
    offset: int,
) -> list[CityRequest]:
    """The ids by the index alone, then their rows."""
    ids = list(connection.scalars(query.order_by(*order).limit(limit).offset(offset)))
    found = {request.request_id: request for request in by_ids(connection, ids)}
    return [found[id_] for id_ in ids]


def _unit(*, is_placeless: bool) -> ColumnElement[Any]:
    return case((_IS_SECRET, null()), else_=requests.c.unit) if is_placeless else requests.c.unit


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
