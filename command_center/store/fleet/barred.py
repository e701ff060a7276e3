"""Whom the city does not listen to: boxes without a credential, and databases that were stolen."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.fleet import barred_boxes as table

WHOLE = ""
"""Stands for every database of a site, until a box is enrolled there again."""
Barred = frozenset[tuple[str, str]]


def every(connection: Connection) -> Barred:
    """Sites and epochs; few, if any."""
    rows = connection.execute(select(table.c.site, table.c.epoch))
    return frozenset((row.site, row.epoch) for row in rows)


def since(connection: Connection, site: SiteCode) -> datetime | None:
    """Since when nothing at all is taken from this site; None if something is."""
    at = connection.scalar(
        select(table.c.at).where(table.c.site == str(site), table.c.epoch == WHOLE)
    )
    return None if at is None else from_ms(at)


def bar(connection: Connection, site: SiteCode, epoch: str, now: datetime) -> None:
    """Listen to this database no more, or (WHOLE) to none of the site; repeats well."""
    if (str(site), epoch) not in every(connection):
        connection.execute(insert(table).values(site=str(site), epoch=epoch, at=to_ms(now)))


def admit(connection: Connection, site: SiteCode) -> None:
    """A box was enrolled: listen to the site again, but to no stolen database."""
    ours = (table.c.site == str(site)) & (table.c.epoch == WHOLE)
    connection.execute(delete(table).where(ours))
