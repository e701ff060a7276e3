"""Service requests and their history."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from appliance.domain.cases import marks
from appliance.domain.cases.service_request import (
    Channel,
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
    StatusEntry,
)
from appliance.domain.ids import Ticket
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.phone import Msisdn

_LOOKED_BACK = 5000
"""The numbers of 500 tickets, ten days of a busy box: the last digit only checks the others."""
_SELECT = """
    SELECT r.*, r.event_seq <= l.acked_seq AND o.reject_code IS NULL AND e.id IS NULL AS acked
    FROM requests r JOIN outbox_lanes l ON l.lane = r.event_lane
    LEFT JOIN outbox o ON o.place = l.base + r.event_seq
    LEFT JOIN rejected_events e ON e.subject = r.id AND e.kind = 'service_request.received'
"""


class Neighbour(NamedTuple):
    """What tells whether another report is about the same as this request."""

    id: str
    kind: str
    category: str
    sensitivity: str
    status: str
    text: str
    location: str | None
    kelurahan: str | None
    duplicate_of: str | None


def add(
    db: sqlite3.Connection,
    request: ServiceRequest,
    *,
    event_lane: str,
    event_seq: int,
) -> None:
    """Store a new request; `event_lane` and `event_seq` are the place of its outbox event."""
    db.execute(
        """
        INSERT INTO requests (
            ticket, id, channel, kind, category, sensitivity, agency, status, text,
            reporter_phone, reporter_name, location, kelurahan, created_at_ms, updated_at_ms,
            event_lane, event_seq, routing_version, destination, sealed, marks, duplicate_of
        ) VALUES (
            :ticket, :id, :channel, :kind, :category, :sensitivity, :agency,
            :status, :text, :reporter_phone, :reporter_name, :location, :kelurahan, :at_ms, :at_ms,
            :event_lane, :event_seq, :routing_version, :destination, :sealed, :marks, :duplicate_of
        )
        """,
        {
            "ticket": request.ticket.number,
            "id": request.id,
            "channel": request.channel,
            "kind": request.kind,
            "category": request.category,
            "sensitivity": request.sensitivity,
            "agency": request.agency,
            "status": request.status,
            "text": request.text,
            "reporter_phone": request.reporter_phone and request.reporter_phone.e164,
            "reporter_name": request.reporter_name,
            "location": request.location,
            "kelurahan": request.kelurahan,
            "at_ms": to_ms(request.created_at),
            "event_lane": event_lane,
            "event_seq": event_seq,
            "routing_version": request.routing_version,
            "destination": request.destination,
            "sealed": request.sealed,
            "marks": marks.joined(request.marks),
            "duplicate_of": request.duplicate_of,
        },
    )


def by_ticket(db: sqlite3.Connection, ticket: Ticket) -> ServiceRequest | None:
    """Find a request by its number."""
    return _one(db.execute(_SELECT + "WHERE r.ticket = ?", (ticket.number,)))


def by_id(db: sqlite3.Connection, request_id: str) -> ServiceRequest | None:
    """Find a request by its id."""
    return _one(db.execute(_SELECT + "WHERE r.id = ?", (request_id,)))


def of_phone(db: sqlite3.Connection, phone: Msisdn) -> list[ServiceRequest]:
    """All requests of a phone, newest first; more than anybody sends."""
    return latest_of_phone(db, phone, 10_000)


def latest_of_phone(db: sqlite3.Connection, phone: Msisdn, limit: int) -> list[ServiceRequest]:
    """The newest requests of a phone, newest first."""
    rows = db.execute(
        _SELECT + "WHERE r.reporter_phone = ? ORDER BY r.created_at_ms DESC LIMIT ?",
        (phone.e164, limit),
    )
    return [_request(row) for row in rows]


def latest_of_origin(
    db: sqlite3.Connection, origin: str, since: datetime, limit: int
) -> list[ServiceRequest]:
    """The newest requests that a device has sent, newest first."""
    sent = "SELECT ticket FROM intake_attempts WHERE origin = ? AND at_ms >= ?"
    rows = db.execute(
        _SELECT + f"WHERE r.ticket IN ({sent}) ORDER BY r.created_at_ms DESC LIMIT ?",
        (origin, to_ms(since), limit),
    )
    return [_request(row) for row in rows]


def of_category(
    db: sqlite3.Connection, category: str, ticket: Ticket, since: datetime, limit: int
) -> list[Neighbour]:
    """The newest requests of a category, newest first, among the last before a ticket.

    It reads those rather than an index, which would cost every request another page to write.
    """
    rows = db.execute(
        """
        SELECT id, kind, category, sensitivity, status, text, location, kelurahan, duplicate_of
        FROM requests
        WHERE ticket < :ticket AND ticket > :ticket - :span
            AND category = :category AND created_at_ms >= :since
        ORDER BY ticket DESC LIMIT :limit
        """,
        {
            "ticket": ticket.number,
            "span": _LOOKED_BACK,
            "category": category,
            "since": to_ms(since),
            "limit": limit,
        },
    )
    return [Neighbour(*row) for row in rows]


def every(db: sqlite3.Connection) -> Iterator[ServiceRequest]:
    """All requests, oldest first."""
    for row in db.execute(_SELECT + "ORDER BY r.created_at_ms, r.id"):
        yield _request(row)


def counts_by_status(db: sqlite3.Connection) -> dict[str, int]:
    """How many requests stand at each status."""
    return dict(db.execute("SELECT status, count(*) FROM requests GROUP BY status").fetchall())


def set_status(db: sqlite3.Connection, request_id: str, entry: StatusEntry) -> None:
    """Move a request and write the move into its history."""
    db.execute(
        """
        UPDATE requests SET status = ?, agency = coalesce(?, agency), updated_at_ms = ?
        WHERE id = ?
        """,
        (entry.status, entry.agency, to_ms(entry.at), request_id),
    )
    db.execute(
        """
        INSERT INTO request_history (request_id, status, message, agency, at_ms, source)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (request_id, entry.status, entry.message, entry.agency, to_ms(entry.at), entry.source),
    )


def history(db: sqlite3.Connection, request_id: str) -> list[StatusEntry]:
    """The moves of a request in the order they were applied here.

    The first is its arrival, which no row of the history repeats.
    """
    rows = db.execute(
        """
        SELECT :received AS status, '' AS message, NULL AS agency, created_at_ms AS at_ms, 0 AS id,
            '' AS source
        FROM requests WHERE id = :request_id
        UNION ALL
        SELECT status, message, agency, at_ms, id, source FROM request_history
        WHERE request_id = :request_id ORDER BY id
        """,
        {"received": Status.RECEIVED, "request_id": request_id},
    )
    return [
        StatusEntry(
            status=Status(row["status"]),
            message=row["message"],
            agency=row["agency"],
            at=from_ms(row["at_ms"]),
            source=row["source"],
        )
        for row in rows
    ]


def correct(db: sqlite3.Connection, request: ServiceRequest) -> None:
    """Store what an officer has corrected in a request, and nothing else of it."""
    db.execute(
        """
        UPDATE requests SET category = ?, kind = ?, kelurahan = ?, agency = ?, sensitivity = ?,
            destination = ? WHERE id = ?
        """,
        (
            request.category,
            request.kind,
            request.kelurahan,
            request.agency,
            request.sensitivity,
            request.destination,
            request.id,
        ),
    )


def set_text(db: sqlite3.Connection, request_id: str, text: str) -> None:
    """Replace what the resident wrote by what is known of it now."""
    db.execute("UPDATE requests SET text = ? WHERE id = ?", (text, request_id))


def complete(
    db: sqlite3.Connection,
    request_id: str,
    *,
    location: str | None,
    kelurahan: str | None,
    reporter_name: str | None,
) -> None:
    """Fill in what a request lacks; what it has stays."""
    db.execute(
        """
        UPDATE requests SET location = coalesce(location, ?), kelurahan = coalesce(kelurahan, ?),
            reporter_name = coalesce(reporter_name, ?)
        WHERE id = ?
        """,
        (location, kelurahan, reporter_name, request_id),
    )


def attempts_since(db: sqlite3.Connection, origin: str, since: datetime) -> list[datetime]:
    """When this origin has submitted; forgets everybody's older attempts on the way."""
    db.execute("DELETE FROM intake_attempts WHERE at_ms < ?", (to_ms(since),))
    rows = db.execute("SELECT at_ms FROM intake_attempts WHERE origin = ?", (origin,))
    return [from_ms(row["at_ms"]) for row in rows]


def add_attempt(
    db: sqlite3.Connection, origin: str, at: datetime, ticket: Ticket | None = None
) -> None:
    """Count one submission of an origin, and what became of it."""
    db.execute(
        "INSERT INTO intake_attempts (origin, at_ms, ticket) VALUES (?, ?, ?)",
        (origin, to_ms(at), ticket and ticket.number),
    )


def _one(cursor: sqlite3.Cursor) -> ServiceRequest | None:
    row = cursor.fetchone()
    return _request(row) if row else None


def _request(row: sqlite3.Row) -> ServiceRequest:
    phone = row["reporter_phone"]
    return ServiceRequest(
        id=row["id"],
        ticket=Ticket.numbered(row["ticket"]),
        channel=Channel(row["channel"]),
        kind=Kind(row["kind"]),
        category=row["category"],
        sensitivity=Sensitivity(row["sensitivity"]),
        agency=row["agency"],
        status=Status(row["status"]),
        text=row["text"],
        reporter_phone=Msisdn(phone) if phone else None,
        reporter_name=row["reporter_name"],
        location=row["location"],
        kelurahan=row["kelurahan"],
        created_at=from_ms(row["created_at_ms"]),
        updated_at=from_ms(row["updated_at_ms"]),
        acked=bool(row["acked"]),
        routing_version=row["routing_version"],
        destination=row["destination"],
        sealed=row["sealed"],
        marks=marks.parse(row["marks"]),
        duplicate_of=row["duplicate_of"],
    )
