"""SMS to officials that boxes are ordered to send, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.notices import notices

WAITING, ORDERED, QUEUED = "waiting", "ordered", "queued"
"""For a box; for its answer; for its modem."""
OPEN = (WAITING, ORDERED, QUEUED)
SENT, DELIVERED = "sent", "delivered"
UNCERTAIN, FAILED, CANCELLED = "uncertain", "failed", "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One of them."""

    notice_id: str
    request_id: str
    step: str
    """Of `escalations`, or of a disposition."""
    about: str
    """The words that the box has for it."""
    of_agency: str
    """Whose the case is."""
    agency: str
    rank: int
    """Whom of the directory it goes to."""
    due_on: date
    created_at: datetime
    state: str = WAITING
    site: SiteCode | None = None
    """The box that was asked last."""
    command_id: str | None = None
    ordered_at: datetime | None = None
    tried: tuple[SiteCode, ...] = ()
    error: str = ""
    settled_at: datetime | None = None


def add(connection: Connection, new: Notice) -> None:
    """Want one."""
    connection.execute(insert(notices).values(_row(new)))


def put(connection: Connection, changed: Notice) -> None:
    """Write one as it is now."""
    mine = notices.c.notice_id == changed.notice_id
    connection.execute(update(notices).where(mine).values(_row(changed)))


def is_any_open(connection: Connection) -> bool:
    """Whether there is anything to look after."""
    wanted = select(notices.c.notice_id).where(notices.c.state.in_(OPEN)).limit(1)
    return connection.execute(wanted).first() is not None


def unfinished(connection: Connection, limit: int) -> list[Notice]:
    """Those that are not settled, oldest first."""
    wanted = select(notices).where(notices.c.state.in_(OPEN))
    in_order = wanted.order_by(notices.c.created_at, notices.c.notice_id).limit(limit)
    return [_notice(row) for row in connection.execute(in_order)]


def by_id(connection: Connection, notice_id: str) -> Notice | None:
    """One of them, held against others' changes."""
    wanted = select(notices).where(notices.c.notice_id == notice_id).with_for_update()
    row = connection.execute(wanted).one_or_none()
    return _notice(row) if row else None


def of_request(connection: Connection, request_id: str) -> list[Notice]:
    """Those about a case, oldest first."""
    wanted = select(notices).where(notices.c.request_id == request_id)
    rows = connection.execute(wanted.order_by(notices.c.created_at, notices.c.notice_id))
    return [_notice(row) for row in rows]


def last_of(connection: Connection, request_ids: Sequence[str]) -> dict[tuple[str, str], Notice]:
    """The last about each step of some cases, by case and step."""
    wanted = select(notices).where(notices.c.request_id.in_(request_ids))
    rows = connection.execute(wanted.order_by(notices.c.created_at, notices.c.notice_id))
    return {(row.request_id, row.step): _notice(row) for row in rows}


def was_asked(connection: Connection, site: SiteCode, request_id: str) -> bool:
    """Whether a box was ordered to text somebody about this case."""
    return any(site in one.tried for one in of_request(connection, request_id))


def ordered_since(connection: Connection, since: datetime) -> dict[tuple[str, int], int]:
    """How many were ordered last since then, by agency and rank."""
    wanted = (
        select(notices.c.agency, notices.c.rank, func.count().label("number"))
        .where(notices.c.ordered_at >= to_ms(since))
        .group_by(notices.c.agency, notices.c.rank)
    )
    return {(row.agency, row.rank): row.number for row in connection.execute(wanted)}


def _row(one: Notice) -> dict[str, object]:
    return {
        "notice_id": one.notice_id,
        "request_id": one.request_id,
        "step": one.step,
        "about": one.about,
        "of_agency": one.of_agency,
        "agency": one.agency,
        "rank": one.rank,
        "due_on": one.due_on.isoformat(),
        "created_at": to_ms(one.created_at),
        "state": one.state,
        "site": str(one.site) if one.site else None,
        "command_id": one.command_id,
        "ordered_at": _ms(one.ordered_at),
        "tried": " ".join(map(str, one.tried)),
        "error": one.error,
        "settled_at": _ms(one.settled_at),
    }


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        notice_id=row.notice_id,
        request_id=row.request_id,
        step=row.step,
        about=row.about,
        of_agency=row.of_agency,
        agency=row.agency,
        rank=row.rank,
        due_on=date.fromisoformat(row.due_on),
        created_at=from_ms(row.created_at),
        state=row.state,
        site=SiteCode(row.site) if row.site else None,
        command_id=row.command_id,
        ordered_at=_at(row.ordered_at),
        tried=tuple(map(SiteCode, row.tried.split())),
        error=row.error,
        settled_at=_at(row.settled_at),
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
