"""Tables published to boxes, read back from the downlink, which keeps every version."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from appliance.domain import home
from appliance.domain.city import wire
from appliance.domain.city.city_tables import NAMES, Published, Tables
from appliance.domain.events.orders import TablePublished
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.privacy import sealing
from command_center.store.schema.sending import down_lanes, down_outbox

_IS_TABLE = down_outbox.c.kind == TablePublished.KIND
_IS_GOOD = down_outbox.c.reject_code.is_(None)
TERMS = ("sla", "holidays")
"""The tables that deadlines follow from."""
_ALL_TERMS = (
    select(*(down_outbox.c[name] for name in ("site", "subject", "created_at", "payload")))
    .where(_IS_TABLE, _IS_GOOD, down_outbox.c.subject.in_(TERMS))
    .order_by(down_outbox.c.created_at, down_outbox.c.seq)
)
_TERMS = _ALL_TERMS.where(down_outbox.c.site == bindparam("of_site"))
_ANY = ""
"""Stands for the boxes together: the city itself goes by what was published to any."""


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


def by_arrival(
    connection: Connection, site: SiteCode | None = None
) -> Callable[[SiteCode, datetime], Tables]:
    """What deadlines are judged by, for many requests and by one query: the days to finish as of a
    request's arrival, the holidays of today; other tables are as shipped.

    `site` is the only one that will be asked about, if there is one.
    """
    if site is None or site.is_city:
        rows = connection.execute(_ALL_TERMS)
    else:
        rows = connection.execute(_TERMS, {"of_site": site.value})
    sent: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for of_site, name, created_ms, payload in rows:
        for whose in (of_site, _ANY):
            sent.setdefault((whose, name), []).append((created_ms, payload))

    def judge(of: SiteCode, at: datetime) -> Tables:
        whose = _ANY if of.is_city else of.value
        days = sent.get((whose, "sla"), [])
        before = bisect_right(days, to_ms(at), key=itemgetter(0))
        holidays = sent.get((whose, "holidays"))
        last = days[before - 1][1] if before else ""
        return _terms(home.city(), last, holidays[-1][1] if holidays else "")

    return judge


@lru_cache(maxsize=64)
def _terms(_city: str, days: str, holidays: str) -> Tables:
    """By what was published, which is small, and the same for thousands of requests."""
    found = (_table(payload) for payload in (days, holidays) if payload)
    return Tables({table.name: Published(table.version, table.rows) for table in found})


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
