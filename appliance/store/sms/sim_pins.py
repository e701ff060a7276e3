"""Which PINs were tried at which SIM, by a hash of both, and whether the SIM took them."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms


def spend(db: sqlite3.Connection, key: str, at: datetime) -> bool:
    """Note a try that begins; False for a PIN that was tried before and not accepted."""
    return bool(
        db.execute(
            """
            INSERT INTO sim_pins (key, is_accepted, changed_at_ms) VALUES (:key, 0, :at)
            ON CONFLICT (key) DO UPDATE SET is_accepted = 0, changed_at_ms = :at
                WHERE is_accepted = 1
            """,
            {"key": key, "at": to_ms(at)},
        ).rowcount
    )


def accept(db: sqlite3.Connection, key: str, at: datetime) -> None:
    """Note that the SIM took a PIN that was spent."""
    db.execute(
        "UPDATE sim_pins SET is_accepted = 1, changed_at_ms = ? WHERE key = ? AND is_accepted = 0",
        (to_ms(at), key),
    )
