"""Cases that wait for their reporter, and since when the news of it is at his box."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, or_, select

from appliance.domain.cases.service_request import Status
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.cases import awaited_answers, case_history, requests
from command_center.store.schema.sending import down_lanes, down_outbox

WAITING = (Status.RESOLVED, Status.NEEDS_DETAILS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A case whose box has been told the last that the reporter is to answer."""

    request_id: str
    status: str
    history_id: int
    told_at: datetime | None
    """None until this is written down."""


def every(connection: Connection) -> list[Awaited]:
    """All of them, the oldest first; those whose box has not heard of it are left out."""
    rows = connection.execute(_told().order_by(case_history.c.id))
    return [_awaited(row) for row in rows]


def of(connection: Connection, request_id: str) -> Awaited | None:
    """One of them."""
    row = connection.execute(_told().where(requests.c.request_id == request_id)).one_or_none()
    return None if row is None else _awaited(row)


def told(connection: Connection, awaited: Awaited, now: datetime) -> None:
    """Write down that the reporter can answer from now on."""
    of_case = awaited_answers.c.request_id == awaited.request_id
    connection.execute(delete(awaited_answers).where(of_case))
    connection.execute(
        insert(awaited_answers).values(
            request_id=awaited.request_id, history_id=awaited.history_id, told_at=to_ms(now)
        )
    )


def _told() -> Select[tuple[str, str, int, int | None]]:
    """The newest move of each waiting case, if its box has applied it or there is none (0)."""
    moves = case_history.alias()
    newest = (
        select(func.max(moves.c.id))
        .where(moves.c.request_id == requests.c.request_id, moves.c.down_seq.is_not(None))
        .scalar_subquery()
    )
    sent = and_(down_outbox.c.site == requests.c.site, down_outbox.c.seq == case_history.c.down_seq)
    is_told = and_(
        case_history.c.down_seq <= down_lanes.c.acked_seq,
        down_outbox.c.seq.is_not(None),
        down_outbox.c.reject_code.is_(None),
    )
    noted = and_(
        awaited_answers.c.request_id == requests.c.request_id,
        awaited_answers.c.history_id == case_history.c.id,
    )
    return (
        select(
            requests.c.request_id,
            requests.c.status,
            case_history.c.id.label("history_id"),
            awaited_answers.c.told_at,
        )
        .join_from(requests, case_history, case_history.c.id == newest)
        .join(down_lanes, down_lanes.c.site == requests.c.site, isouter=True)
        .join(down_outbox, sent, isouter=True)
        .join(awaited_answers, noted, isouter=True)
        .where(
            requests.c.status.in_(WAITING),
            case_history.c.status == requests.c.status,
            or_(case_history.c.down_seq == 0, is_told),
        )
    )


def _awaited(row: Row[tuple[str, str, int, int | None]]) -> Awaited:
    return Awaited(
        request_id=row.request_id,
        status=row.status,
        history_id=row.history_id,
        told_at=None if row.told_at is None else from_ms(row.told_at),
    )
