"""Stored events in the order in which the city has committed them."""

from sqlalchemy import Connection, Engine, func, select

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms
from command_center.cloudevents import StoredEvent
from command_center.store import database
from command_center.store.schema.receiving import events


def newest(engine: Engine) -> int:
    """The last position below which nothing can appear any more."""
    with database.at_rest(engine) as connection:
        return connection.scalar(select(func.max(events.c.id))) or 0


def after(connection: Connection, position: int, upto: int, limit: int) -> list[StoredEvent]:
    """Events beyond a position, oldest first, without those that were set aside."""
    rows = connection.execute(
        select(events)
        .where(events.c.id > position, events.c.id <= upto, events.c.outcome != "rejected")
        .order_by(events.c.id)
        .limit(limit)
    )
    return [
        StoredEvent(
            position=row.id,
            site=SiteCode(row.site),
            epoch=row.epoch,
            lane=row.lane,
            seq=row.seq,
            kind=row.kind,
            subject=row.subject,
            payload=row.payload,
            wall_ms=row.wall,
            clock_source=row.clock_source,
            received_at=from_ms(row.received_at),
        )
        for row in rows
    ]
