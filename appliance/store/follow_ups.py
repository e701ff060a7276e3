"""What residents said about their tickets after the report, and who wants no more texts."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.phone import Msisdn


def add(
    db: sqlite3.Connection,
    follow_up_id: str,
    request_id: str,
    *,
    wish: str,
    text: str,
    at: datetime,
) -> None:
    """Store a follow-up."""
    db.execute(
        "INSERT INTO follow_ups (id, request_id, wish, text, at_ms) VALUES (?, ?, ?, ?, ?)",
        (follow_up_id, request_id, wish, text, to_ms(at)),
    )


def opt_out(db: sqlite3.Connection, phone: Msisdn, at: datetime) -> None:
    """Send no more texts to this phone but answers."""
    db.execute(
        "INSERT INTO text_optouts (phone, at_ms) VALUES (?, ?) ON CONFLICT (phone) DO NOTHING",
        (phone.e164, to_ms(at)),
    )


def has_opted_out(db: sqlite3.Connection, phone: Msisdn) -> bool:
    """Whether this phone wants only answers."""
    sql = "SELECT 1 FROM text_optouts WHERE phone = ?"
    return db.execute(sql, (phone.e164,)).fetchone() is not None
