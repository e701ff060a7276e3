"""The one row that says which box this database belongs to, and where it issues tickets."""

import sqlite3
from collections.abc import Callable, Collection, Iterable

from appliance.domain.errors import PoskoError
from appliance.domain.ids import SERIALS_PER_BLOCK, SERIALS_PER_SITE, SiteCode, Ticket

_BLOCKS = SERIALS_PER_SITE // SERIALS_PER_BLOCK
_MAY_BE_REACHED = 10
"""Blocks: ten thousand tickets are more than half a year of a busy kecamatan."""
_CURRENT_BLOCK = """
    SELECT site_code, block, block IN (SELECT block FROM used_blocks) AS is_used,
        coalesce((
            SELECT max(ticket) / 10 % 100000 FROM requests
            WHERE ticket BETWEEN substr(site_code, -2) * 1000000 + block * 10000
                AND substr(site_code, -2) * 1000000 + block * 10000 + 9999
        ), block * 1000) AS newest
    FROM box
"""
"""The first four digits of a ticket are those of the kecamatan and of the block, the first five
after the kecamatan's are the serial."""


class TicketsExhausted(PoskoError, RuntimeError):
    """Every serial of this site is in use; an operator must archive old tickets."""


def claim(
    db: sqlite3.Connection,
    site: SiteCode,
    new_epoch: Callable[[], str],
    begun: Collection[int] = (),
) -> SiteCode:
    """Make the database this site's if it is nobody's yet; return whose it is.

    `begun` are blocks of its predecessors. Where they are not known, a replaced box must not meet
    its predecessor's numbers before the city has told it which they are (`use_blocks`), so that it
    depends on the epoch where a new database starts to count.
    """
    row = db.execute("SELECT site_code FROM box").fetchone()
    if row is not None:
        return SiteCode(row["site_code"])
    use_blocks(db, begun)
    epoch = new_epoch()
    db.execute(
        "INSERT INTO box (id, site_code, epoch, block) VALUES (1, ?, ?, ?)",
        (str(site), epoch, _block_apart(epoch, used_blocks(db), begun)),
    )
    return site


def _block_apart(epoch: str, used: Collection[int], begun: Iterable[int]) -> int:
    """One that is not used and that no database can have reached which began one of `begun`; which
    of them depends on the epoch."""
    unused = set(range(_BLOCKS)).difference(used)
    near = {(block + ahead) % _BLOCKS for block in begun for ahead in range(_MAY_BE_REACHED)}
    apart = sorted(unused - near) or sorted(unused) or range(_BLOCKS)
    return apart[int(epoch, 16) % len(apart)]


def site(db: sqlite3.Connection) -> SiteCode:
    """Which kecamatan this box stands in."""
    return SiteCode(db.execute("SELECT site_code FROM box").fetchone()["site_code"])


def epoch(db: sqlite3.Connection) -> str:
    """The epoch of this database: eight hex digits, new whenever a database is made."""
    value: str = db.execute("SELECT epoch FROM box").fetchone()["epoch"]
    return value


def issue_ticket(db: sqlite3.Connection) -> Ticket:
    """The number for a request that the caller adds in its transaction.

    It follows the highest in the current block; a block that is full or not ours is left.
    """
    for _ in range(_BLOCKS + 1):
        row = db.execute(_CURRENT_BLOCK).fetchone()
        serial = row["newest"] + 1
        if not row["is_used"] and serial // SERIALS_PER_BLOCK == row["block"]:
            return Ticket.issue(SiteCode(row["site_code"]).ticket_prefix, serial)
        db.execute("UPDATE box SET block = (block + 1) % ?", (_BLOCKS,))
    raise TicketsExhausted("all ticket numbers of this site are in use")


def current_block(db: sqlite3.Connection) -> int:
    """The block that the next ticket is from, unless it is full or not ours."""
    block: int = db.execute("SELECT block FROM box").fetchone()["block"]
    return block


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
    db.execute("UPDATE box SET epoch = ?, block = (block + 2) % ?", (epoch, _BLOCKS))


def begin_elsewhere(db: sqlite3.Connection, epoch: str) -> None:
    """Begin a new life in which this database may be much older than the numbers already given.

    Blocks that are known to be used, or that the lost box may have reached in the meantime, are
    left out; which of the others is taken depends on the epoch, so that copies of one backup go
    apart.
    """
    used = used_blocks(db) | {
        row["block"]
        for row in db.execute("SELECT DISTINCT ticket / 10000 % 100 AS block FROM requests")
    }
    block = _block_apart(epoch, used, [current_block(db)])
    db.execute("UPDATE box SET epoch = ?, block = ?", (epoch, block))
