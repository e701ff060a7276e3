"""Which numbers of tickets are taken, by whom."""

from sqlalchemy import Connection, func, select

from appliance.domain.ids import SiteCode
from command_center.store.schema.cases import requests


def used_blocks(connection: Connection, site: SiteCode, epoch: str) -> list[int]:
    """Thousands of ticket serials that other databases of this site have used."""
    prefix, block = site.ticket_prefix, func.substr(requests.c.ticket, 3, 2)
    rows = connection.scalars(
        select(block)
        .where(
            requests.c.ticket.between(f"{prefix}000000", f"{prefix}999999"),
            requests.c.site == str(site),
            requests.c.epoch != epoch,
        )
        .distinct()
        .order_by(block)
    )
    return [int(found) for found in rows]


def of_epoch(connection: Connection, site: SiteCode, epoch: str) -> set[int]:
    """Ticket serials that one database of a site has given."""
    mine = (requests.c.site == str(site)) & (requests.c.epoch == epoch)
    tickets = connection.scalars(select(requests.c.ticket).where(mine))
    return {int(ticket[2:7]) for ticket in tickets}


def last(connection: Connection, site: SiteCode) -> int:
    """The highest serial of a ticket of this site; 0 before the first."""
    prefix = site.ticket_prefix
    mine = requests.c.ticket.between(f"{prefix}000000", f"{prefix}999999")
    last = connection.scalar(
        select(func.max(requests.c.ticket)).where(mine, requests.c.site == str(site))
    )
    return int(last[2:7]) if last else 0
