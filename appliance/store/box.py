"""The one row that says which box this database belongs to, and its ticket serial."""

import sqlite3
from collections.abc import Callable

from appliance.domain.errors import PoskoError
from appliance.domain.ids import SERIALS_PER_SITE, SiteCode, Ticket


class TicketsExhausted(PoskoError, RuntimeError):
    """Every serial of this site is in use; an operator must archive old tickets."""


def claim(db: sqlite3.Connection, site: SiteCode, new_epoch: Callable[[], str]) -> SiteCode:
    """Make the database this site's if it is nobody's yet; return whose it is."""
    row = db.execute("SELECT site_code FROM box").fetchone()
    if row is not None:
        return SiteCode(row["site_code"])
    db.execute(
        "INSERT INTO box (id, site_code, epoch, next_serial) VALUES (1, ?, ?, 1)",
        (str(site), new_epoch()),
    )
    return site


def epoch(db: sqlite3.Connection) -> str:
    """The epoch of this database: eight hex digits, new whenever a database is made."""
    value: str = db.execute("SELECT epoch FROM box").fetchone()["epoch"]
    return value


def issue_ticket(db: sqlite3.Connection) -> Ticket:
    """Take the next free serial, inside the caller's transaction."""
    row = db.execute("SELECT site_code, next_serial FROM box").fetchone()
    prefix = SiteCode(row["site_code"]).ticket_prefix
    for step in range(SERIALS_PER_SITE):
        serial = (row["next_serial"] + step) % SERIALS_PER_SITE
        ticket = Ticket.issue(prefix, serial)
        if not _is_taken(db, ticket):
            db.execute("UPDATE box SET next_serial = ?", (serial + 1,))
            return ticket
    raise TicketsExhausted("all 100,000 ticket numbers of this site are in use")


def _is_taken(db: sqlite3.Connection, ticket: Ticket) -> bool:
    found = db.execute("SELECT 1 FROM requests WHERE ticket = ?", (ticket.digits,)).fetchone()
    return found is not None
