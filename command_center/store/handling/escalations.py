"""Steps that were taken about cases near or behind their deadlines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select, update

from appliance.domain.cases.service_request import OVER
from appliance.domain.moment import from_ms, to_ms
from command_center.store.bulk import rows_of
from command_center.store.schema.cases import requests
from command_center.store.schema.handling import escalations


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One step of a case."""

    request_id: str
    since: datetime
    """When the round of the case began."""
    agency: str
    step: str
    unit: str | None
    deadline: str
    due_on: date
    working_days: int
    """Since the last day, when it was taken; negative before it."""
    addressee: str
    """A `steps.To`."""
    act: str
    at: datetime
    done_at: datetime | None = None
    done_by: str | None = None


def add(connection: Connection, new: Escalation) -> None:
    """Note a step; the caller has checked that it is new."""
    connection.execute(
        insert(escalations).values(
            request_id=new.request_id,
            since=to_ms(new.since),
            agency=new.agency,
            step=new.step,
            unit=new.unit,
            deadline=new.deadline,
            due_on=new.due_on.isoformat(),
            working_days=new.working_days,
            addressee=new.addressee,
            act=new.act,
            at=to_ms(new.at),
        )
    )


def of_some(connection: Connection, request_ids: Sequence[str]) -> dict[str, list[Escalation]]:
    """The steps of each of some cases, oldest first."""
    oldest_first = select(escalations).order_by(escalations.c.at, escalations.c.step)
    rows = rows_of(connection, oldest_first, escalations.c.request_id, request_ids)
    found: dict[str, list[Escalation]] = {}
    for row in rows:
        found.setdefault(row.request_id, []).append(_escalation(row))
    return found


def untold(connection: Connection, *, limit: int, offset: int) -> list[Escalation]:
    """The last untold step of each open case, those whose deadline was first, first; whose clock
    stands before it, last."""
    last = _untold().subquery()
    rows = connection.execute(
        select(last)
        .where(last.c.place == 1)
        .order_by(last.c.rest_ms, last.c.last_day, last.c.request_id)
        .limit(limit)
        .offset(offset)
    )
    return [_escalation(row) for row in rows]


def count_untold(connection: Connection) -> int:
    """How many cases have one."""
    last = _untold().subquery()
    number: int = connection.execute(
        select(func.count()).select_from(last).where(last.c.place == 1)
    ).scalar_one()
    return number


def _untold() -> Select[Any]:
    """Those of the present round and agency, of a deadline that holds; the last has place 1."""
    is_of_round = (
        (requests.c.request_id == escalations.c.request_id)
        & (requests.c.round_at == escalations.c.since)
        & (requests.c.agency == escalations.c.agency)
    )
    is_end = escalations.c.deadline == "finish"
    newest_first = (escalations.c.at.desc(), escalations.c.step.desc())
    return (
        select(
            escalations,
            func.row_number()
            .over(partition_by=escalations.c.request_id, order_by=newest_first)
            .label("place"),
            func.coalesce(requests.c.rest_ms, 0).label("rest_ms"),
            case((is_end, requests.c.finish_on), else_=requests.c.respond_on).label("last_day"),
        )
        .join_from(escalations, requests, is_of_round)
        .where(
            escalations.c.done_at.is_(None),
            requests.c.finish_on.is_not(None),
            requests.c.status.not_in(OVER),
            is_end | requests.c.respond_on.is_not(None),
        )
    )


def of_request(connection: Connection, request_id: str) -> list[Escalation]:
    """The steps of a case, oldest first."""
    wanted = select(escalations).where(escalations.c.request_id == request_id)
    rows = connection.execute(wanted.order_by(escalations.c.at, escalations.c.step))
    return [_escalation(row) for row in rows]


def finish(
    connection: Connection, request_id: str, steps: Collection[str], *, by: str, now: datetime
) -> int:
    """Say that those were told; return how many were waiting for it."""
    waiting = (
        (escalations.c.request_id == request_id)
        & escalations.c.step.in_(steps)
        & escalations.c.done_at.is_(None)
    )
    done = update(escalations).where(waiting).values(done_at=to_ms(now), done_by=by)
    return connection.execute(done).rowcount


def reopen(connection: Connection, request_id: str, step: str, *, by: str) -> None:
    """What `by` has told did not arrive: it is to be told again."""
    mine = (
        (escalations.c.request_id == request_id)
        & (escalations.c.step == step)
        & (escalations.c.done_by == by)
    )
    connection.execute(update(escalations).where(mine).values(done_at=None, done_by=None))


def _escalation(row: Row[Any]) -> Escalation:
    return Escalation(
        request_id=row.request_id,
        since=from_ms(row.since),
        agency=row.agency,
        step=row.step,
        unit=row.unit,
        deadline=row.deadline,
        due_on=date.fromisoformat(row.due_on),
        working_days=row.working_days,
        addressee=row.addressee,
        act=row.act,
        at=from_ms(row.at),
        done_at=None if row.done_at is None else from_ms(row.done_at),
        done_by=row.done_by,
    )
