"""The one row that says which box this database belongs to, and its ticket serial."""

import sqlite3
from collections.abc import Callable, Iterable

from appliance.domain.errors import PoskoError
from appliance.domain.ids import SERIALS_PER_BLOCK, SERIALS_PER_SITE, SiteCode, Ticket


class TicketsExhausted(PoskoError, RuntimeError):
    """Every serial of this site is in use; an operator must archive old tickets."""


def claim(db: sqlite3.Connection, site: SiteCode, new_epoch: Callable[[], str]) -> SiteCode:
    """Make the database this site's if it is nobody's yet; return whose it is."""
    row = db.execute("SELECT site_code FROM box").fetchone()
    if row is not None:
        return SiteCode(row["site_code"])
    epoch = new_epoch()
    db.execute(
        "INSERT INTO box (id, site_code, epoch, next_serial) VALUES (1, ?, ?, ?)",
        (str(site), epoch, _first_block(epoch) * SERIALS_PER_BLOCK + 1),
    )
    return site


def _first_block(epoch: str) -> int:
    """Where a new database starts to count: a replaced box must not meet its predecessor's
    numbers before the city has told it which they are (`use_blocks`)."""
    return int(epoch, 16) % (SERIALS_PER_SITE // SERIALS_PER_BLOCK)


def epoch(db: sqlite3.Connection) -> str:
    """The epoch of this database: eight hex digits, new whenever a database is made."""
    value: str = db.execute("SELECT epoch FROM box").fetchone()["epoch"]
    return value


def issue_ticket(db: sqlite3.Connection) -> Ticket:
    """Take the next free serial, inside the caller's transaction."""
    row = db.execute("SELECT site_code, next_serial FROM box").fetchone()
    prefix, first = SiteCode(row["site_code"]).ticket_prefix, row["next_serial"]
    avoided = used_blocks(db)
    for step in range(SERIALS_PER_SITE):
        serial = (first + step) % SERIALS_PER_SITE
        ticket = Ticket.issue(prefix, serial)
        if serial // SERIALS_PER_BLOCK not in avoided and not _is_taken(db, ticket):
            db.execute("UPDATE box SET next_serial = ?", (serial + 1,))
            return ticket
    raise TicketsExhausted("all 100,000 ticket numbers of this site are in use")


def used_blocks(db: sqlite3.Connection) -> set[int]:
    """Blocks of serials that earlier databases of this site have used."""
    return {row["block"] for row in db.execute("SELECT block FROM used_blocks")}


def use_blocks(db: sqlite3.Connection, blocks: Iterable[int]) -> None:
    """Never issue a ticket from these blocks."""
    db.executemany(
        "INSERT INTO used_blocks (block) VALUES (?) ON CONFLICT DO NOTHING",
        [(block,) for block in blocks],
    )


def renew(db: sqlite3.Connection, epoch: str) -> None:
    """Begin a new life: this database is an older copy of itself, so that numbers it would give
    next have been given already. Tickets go on in the next block but one."""
    db.execute(
        "UPDATE box SET epoch = :epoch, next_serial = (next_serial / :size + 2) * :size % :all",
        {"epoch": epoch, "size": SERIALS_PER_BLOCK, "all": SERIALS_PER_SITE},
    )


def _is_taken(db: sqlite3.Connection, ticket: Ticket) -> bool:
    found = db.execute("SELECT 1 FROM requests WHERE ticket = ?", (ticket.digits,)).fetchone()
    return found is not None
