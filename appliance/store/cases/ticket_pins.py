"""PINs of tickets; deleted with the personal data of their request."""

import sqlite3

from appliance.domain.cases.ticket_pin import TicketPin
from appliance.domain.moment import from_ms, to_ms


def add(db: sqlite3.Connection, request_id: str, pin: str) -> None:
    """Give a new request its PIN."""
    db.execute("INSERT INTO ticket_pins (request_id, pin) VALUES (?, ?)", (request_id, pin))


def of(db: sqlite3.Connection, request_id: str) -> TicketPin | None:
    """The PIN of a request; None if it has none (any more)."""
    row = db.execute("SELECT * FROM ticket_pins WHERE request_id = ?", (request_id,)).fetchone()
    if row is None:
        return None
    return TicketPin(
        pin=row["pin"],
        wrong=row["wrong"],
        wrong_today=row["wrong_today"],
        day_began_at=from_ms(row["day_began_ms"]) if row["day_began_ms"] else None,
    )


def note(db: sqlite3.Connection, request_id: str, after: TicketPin) -> None:
    """Keep the count of wrong tries."""
    db.execute(
        """
        UPDATE ticket_pins SET wrong = ?, wrong_today = ?, day_began_ms = ? WHERE request_id = ?
        """,
        (
            after.wrong,
            after.wrong_today,
            to_ms(after.day_began_at) if after.day_began_at else 0,
            request_id,
        ),
    )


def remove(db: sqlite3.Connection, request_id: str) -> None:
    """Its number opens nothing any more."""
    db.execute("DELETE FROM ticket_pins WHERE request_id = ?", (request_id,))
