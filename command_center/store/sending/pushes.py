"""What the city has pushed to boxes (tables, documents, commands) and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from appliance.domain.events.files import DocumentPublished, SoftwarePublished
from appliance.domain.events.orders import CommandIssued, TablePublished
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms
from command_center.store.schema.sending import commands, document_sites, down_lanes, down_outbox
from command_center.store.sending.tables import SentTable

_KINDS = (
    TablePublished.KIND,
    DocumentPublished.KIND,
    CommandIssued.KIND,
    SoftwarePublished.KIND,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One thing that was sent; `version` of tables alone."""

    what: str
    version: int | None
    at: datetime
    state: str
    """`waiting`, `applied`, or `refused`: then the box keeps what it had."""
    detail: str


def of_table(table: SentTable) -> Push:
    """The same of a version of a table."""
    return Push(
        what=table.name,
        version=table.version,
        at=table.sent_at,
        state=_state(table.reject_code, is_delivered=table.is_delivered),
        detail=table.detail,
    )


def last(connection: Connection) -> dict[SiteCode, Push]:
    """The newest push to each box."""
    newest = (
        select(down_outbox.c.site, func.max(down_outbox.c.seq).label("seq"))
        .where(down_outbox.c.kind.in_(_KINDS))
        .group_by(down_outbox.c.site)
        .subquery()
    )
    wanted = (
        select(down_outbox, down_lanes.c.acked_seq)
        .join_from(down_outbox, down_lanes, down_outbox.c.site == down_lanes.c.site)
        .join(newest, (down_outbox.c.site == newest.c.site) & (down_outbox.c.seq == newest.c.seq))
    )
    return {
        SiteCode(row.site): Push(
            what=row.subject if row.kind == TablePublished.KIND else row.kind.partition(".")[0],
            version=None,
            at=from_ms(row.created_at),
            state=_state(row.reject_code, is_delivered=row.seq <= row.acked_seq),
            detail=row.reject_detail or "",
        )
        for row in connection.execute(wanted)
    }


def pending(connection: Connection) -> dict[SiteCode, int]:
    """How many pushes each box has not taken yet, and how many documents it still fetches."""
    here = down_outbox.c.site == down_lanes.c.site
    waiting = (
        select(down_outbox.c.site, func.count().label("number"))
        .join_from(down_outbox, down_lanes, here)
        .where(down_outbox.c.kind.in_(_KINDS), down_outbox.c.seq > down_lanes.c.acked_seq)
        .group_by(down_outbox.c.site)
    )
    fetching = (
        select(document_sites.c.site, func.count().label("number"))
        .where(document_sites.c.state == "sent")
        .group_by(document_sites.c.site)
    )
    unanswered = (
        select(commands.c.site, func.count().label("number"))
        .where(commands.c.outcome.is_(None))
        .group_by(commands.c.site)
    )
    found: dict[SiteCode, int] = {}
    for query in (waiting, fetching, unanswered):
        for row in connection.execute(query):
            site = SiteCode(row.site)
            found[site] = max(found.get(site, 0), row.number)
    return found


def _state(reject_code: str | None, *, is_delivered: bool) -> str:
    if reject_code:
        return "refused"
    return "applied" if is_delivered else "waiting"
