"""Tables published to boxes, read back from the downlink, which keeps every version."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from appliance.domain import sealing, wire
from appliance.domain.city_tables import NAMES, Published, Tables
from appliance.domain.events import TablePublished
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema import down_lanes, down_outbox

_IS_TABLE = down_outbox.c.kind == TablePublished.KIND
_IS_GOOD = down_outbox.c.reject_code.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTable:
    """One version of a table and what became of it at one box."""

    site: SiteCode
    name: str
    version: int
    rows: list[dict[str, str]]
    sent_at: datetime
    is_delivered: bool
    reject_code: str | None
    detail: str
    """Why the box has set it aside."""


def history(connection: Connection, site: SiteCode, name: str) -> list[SentTable]:
    """Every version of a table for a box, the newest first."""
    wanted = _sent().where(down_outbox.c.site == str(site), down_outbox.c.subject == name)
    return _read(connection.execute(wanted.order_by(down_outbox.c.seq.desc())))


def newest(connection: Connection, site: SiteCode | None = None) -> list[SentTable]:
    """The newest version of each table for each box, set aside or not."""
    last = (
        select(down_outbox.c.site, func.max(down_outbox.c.seq).label("seq"))
        .where(_IS_TABLE)
        .group_by(down_outbox.c.site, down_outbox.c.subject)
        .subquery()
    )
    here = (down_outbox.c.site == last.c.site) & (down_outbox.c.seq == last.c.seq)
    wanted = _sent().join(last, here)
    if site is not None:
        wanted = wanted.where(down_outbox.c.site == str(site))
    return _read(connection.execute(wanted.order_by(down_outbox.c.site, down_outbox.c.subject)))


def in_force(
    connection: Connection, site: SiteCode | None = None, *, judged_at: datetime | None = None
) -> Tables:
    """What the city has last published to a box, or to any, and the box has not set aside.

    The days to finish (`sla`) are those of when a request was judged.
    """
    found = {}
    for name in NAMES:
        wanted = _last(name)
        if site is not None and not site.is_city:
            wanted = wanted.where(down_outbox.c.site == str(site))
        if name == "sla" and judged_at is not None:
            wanted = wanted.where(down_outbox.c.created_at <= to_ms(judged_at))
        if payload := connection.scalar(wanted):
            table = _table(payload)
            found[name] = Published(table.version, table.rows)
    return Tables(found)


def sealing_keys(connection: Connection) -> dict[str, str]:
    """The keys that the city has last published to any box, by unit; none where it has not."""
    rows = published(connection, sealing.TABLE)
    return sealing.parse_table(rows) if rows else {}


def published(connection: Connection, name: str) -> list[dict[str, str]]:
    """The rows of a table as the city has last published it to any box; none where it has not."""
    payload = connection.scalar(_last(name))
    return _table(payload).rows if payload else []


def by_arrival(connection: Connection) -> Callable[[SiteCode, datetime], Tables]:
    """As `in_force` with `judged_at`, for many requests: each state of the tables is read once."""
    published = select(down_outbox.c.created_at).where(
        _IS_TABLE, _IS_GOOD, down_outbox.c.subject == "sla"
    )
    times = sorted(connection.scalars(published))
    known: dict[tuple[SiteCode, int], Tables] = {}

    def judge(site: SiteCode, at: datetime) -> Tables:
        key = site, bisect_right(times, to_ms(at))
        if key not in known:
            known[key] = in_force(connection, site, judged_at=at)
        return known[key]

    return judge


def _last(name: str) -> Select[Any]:
    """The version of a table that was published last and that no box has set aside."""
    return (
        select(down_outbox.c.payload)
        .where(_IS_TABLE, _IS_GOOD, down_outbox.c.subject == name)
        .order_by(down_outbox.c.created_at.desc(), down_outbox.c.seq.desc())
        .limit(1)
    )


def _sent() -> Select[Any]:
    return (
        select(down_outbox, down_lanes.c.acked_seq)
        .join_from(down_outbox, down_lanes, down_outbox.c.site == down_lanes.c.site)
        .where(_IS_TABLE)
    )


def _read(rows: Iterable[Row[Any]]) -> list[SentTable]:
    return [_one(row, _table(row.payload)) for row in rows]


def _one(row: Row[Any], table: TablePublished) -> SentTable:
    return SentTable(
        site=SiteCode(row.site),
        name=table.name,
        version=table.version,
        rows=table.rows,
        sent_at=from_ms(row.created_at),
        is_delivered=row.seq <= row.acked_seq,
        reject_code=row.reject_code,
        detail=row.reject_detail or "",
    )


def _table(payload: str) -> TablePublished:
    table = wire.decode_event(TablePublished.KIND, payload.encode())
    assert isinstance(table, TablePublished), "we have written it ourselves"
    return table
