"""Events that the city has kept without doing what they say: they did not fit, broke the store, or
are of a kind that it does not know yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, select, update

from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms
from command_center.store.receiving.streams import Kept
from command_center.store.schema.receiving import events

LISTED = 1_000
_IS_ASIDE = events.c.outcome != "applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One of them; `code` and `detail` are empty where only its kind is not known."""

    id: int
    site: SiteCode
    epoch: str
    lane: wire.LaneName
    seq: int
    event: wire.WireEvent
    code: str
    detail: str
    received_at: datetime


def every(connection: Connection) -> list[Aside]:
    """The newest, newest first."""
    asked = select(events).where(_IS_ASIDE).order_by(events.c.id.desc()).limit(LISTED)
    return [_aside(row) for row in connection.execute(asked)]


def after(connection: Connection, id_: int) -> list[Aside]:
    """Some that came after one, oldest first; empty: there are none."""
    asked = select(events).where(_IS_ASIDE, events.c.id > id_).order_by(events.c.id).limit(LISTED)
    return [_aside(row) for row in connection.execute(asked)]


def by_id(connection: Connection, id_: int) -> Aside | None:
    """One, if it is still aside."""
    row = connection.execute(select(events).where(_IS_ASIDE, events.c.id == id_)).first()
    return None if row is None else _aside(row)


def settle(connection: Connection, id_: int, became: Kept) -> None:
    """Write what has become of one, tried again."""
    values = {
        "outcome": became.outcome,
        "reject_code": became.reject_code,
        "detail": became.detail,
    }
    connection.execute(update(events).where(events.c.id == id_).values(values))


def _aside(row: Row[Any]) -> Aside:
    clock = wire.Clock(boot=row.boot, mono=row.mono, wall=row.wall, src=row.clock_source)
    return Aside(
        id=row.id,
        site=SiteCode(row.site),
        epoch=row.epoch,
        lane=cast("wire.LaneName", row.lane),
        seq=row.seq,
        event=wire.WireEvent(y=row.kind, c=clock, d=wire.raw(row.payload), s=row.subject),
        code=row.reject_code or "",
        detail=row.detail,
        received_at=from_ms(row.received_at),
    )
