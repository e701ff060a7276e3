"""Texts to officials that the city has ordered; their requests may be other boxes'."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.ids import Ticket
from appliance.domain.moment import to_ms
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One that was queued."""

    id: str
    request_id: str
    ticket: Ticket
    agency: str
    """Whose the request is."""


def add(
    db: sqlite3.Connection, new: Notice, recipient: Msisdn, *, text_id: int, at: datetime
) -> None:
    """Note one whose text has just been queued."""
    db.execute(
        """
        INSERT INTO notices (id, request_id, ticket, agency, recipient, text_id, at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            *(new.id, new.request_id, new.ticket.number, new.agency),
            *(recipient.e164, text_id, to_ms(at)),
        ),
    )


def is_known(db: sqlite3.Connection, notice_id: str) -> bool:
    """Whether it was queued before."""
    return db.execute("SELECT 1 FROM notices WHERE id = ?", (notice_id,)).fetchone() is not None


def count_since(db: sqlite3.Connection, since: datetime, recipient: Msisdn | None = None) -> int:
    """How many were queued since then, for one phone or for all."""
    count: int = db.execute(
        """
        SELECT count(*) FROM notices
        WHERE at_ms >= :since AND recipient = coalesce(:to, recipient)
        """,
        {"since": to_ms(since), "to": recipient.e164 if recipient else None},
    ).fetchone()[0]
    return count


def of_text(db: sqlite3.Connection, text_id: int) -> Notice | None:
    """The notice that a text is."""
    return _one(db, "text_id = ?", text_id)


def by_ticket(db: sqlite3.Connection, ticket: Ticket) -> Notice | None:
    """The last one about a request."""
    return _one(db, "ticket = ?", ticket.number)


def of_request(db: sqlite3.Connection, request_id: str) -> Notice | None:
    """Likewise by the request's id."""
    return _one(db, "request_id = ?", request_id)


def told(db: sqlite3.Connection, recipient: Msisdn, since: datetime) -> dict[str, Notice]:
    """By request, what a phone was texted since then and has not answered."""
    rows = db.execute(
        """
        SELECT n.id, n.request_id, n.ticket, n.agency FROM notices n
        WHERE n.recipient = ? AND n.at_ms >= ? AND NOT EXISTS (
            SELECT 1 FROM official_replies r
            WHERE r.request_id = n.request_id AND r.at_ms >= n.at_ms
        )
        ORDER BY n.rowid
        """,
        (recipient.e164, to_ms(since)),
    )
    return {row["request_id"]: _notice(row) for row in rows}


def forget(db: sqlite3.Connection, before: datetime) -> int:
    """Delete those from before a time, and what was answered about other boxes' requests; return
    how many."""
    replies = db.execute(
        """
        DELETE FROM official_replies
        WHERE at_ms < ? AND request_id NOT IN (SELECT id FROM requests)
        """,
        (to_ms(before),),
    ).rowcount
    gone = db.execute("DELETE FROM notices WHERE at_ms < ?", (to_ms(before),)).rowcount
    return gone + replies


def _one(db: sqlite3.Connection, where: str, value: object) -> Notice | None:
    sql = f"SELECT id, request_id, ticket, agency FROM notices WHERE {where}"  # noqa: S608
    row = db.execute(f"{sql} ORDER BY rowid DESC LIMIT 1", (value,)).fetchone()
    return _notice(row) if row else None


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"],
        request_id=row["request_id"],
        ticket=Ticket.numbered(row["ticket"]),
        agency=row["agency"],
    )
