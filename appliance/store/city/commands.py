"""Commands of the city: what waits to be executed, and what was, so that it is done once."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.city.remote_command import Outcome
from appliance.domain.events.orders import CommandIssued
from appliance.domain.moment import Moment, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that waits."""

    command_id: str
    name: str
    args: dict[str, str]
    expires_at_ms: int
    """By the city's clock, as `city_ms`, the city's time when the command was sent."""
    city_ms: int
    boot_id: str
    mono_ms: int
    """When it was received: milliseconds since the boot named."""
    signed_by: str
    """The public key; empty if nobody has checked a signature."""


def add(
    db: sqlite3.Connection, event: CommandIssued, now: Moment, *, city_ms: int, signed_by: str
) -> bool:
    """Keep a command; False when its id is known."""
    added = db.execute(
        """
        INSERT INTO commands (command_id, name, args, expires_at_ms, city_ms, boot_id, mono_ms,
            signed_by, received_at_ms)
        VALUES (:command_id, :name, :args, :expires_at_ms, :city_ms, :boot_id, :mono_ms,
            :signed_by, :received_at_ms)
        ON CONFLICT DO NOTHING
        """,
        {
            "command_id": event.command_id,
            "name": event.name,
            "args": json.dumps(event.args, ensure_ascii=False),
            "expires_at_ms": to_ms(event.issued_at) + event.expires_s * 1000,
            "city_ms": city_ms,
            "boot_id": now.boot_id,
            "mono_ms": now.mono_ms,
            "signed_by": signed_by,
            "received_at_ms": to_ms(now.wall),
        },
    )
    return added.rowcount > 0


def waiting(db: sqlite3.Connection) -> list[Command]:
    """Commands that are not executed yet, in the order they came."""
    rows = db.execute(
        """
        SELECT command_id, name, args, expires_at_ms, city_ms, boot_id, mono_ms, signed_by
        FROM commands WHERE outcome IS NULL ORDER BY rowid
        """
    )
    return [Command(**{**dict(row), "args": json.loads(row["args"])}) for row in rows]


def count_waiting(db: sqlite3.Connection) -> int:
    """How many commands are not executed yet."""
    count: int = db.execute("SELECT count(*) FROM commands WHERE outcome IS NULL").fetchone()[0]
    return count


def finish(db: sqlite3.Connection, command_id: str, outcome: Outcome, at: datetime) -> bool:
    """Say what became of a command; False when that has been said."""
    done = db.execute(
        """
        UPDATE commands SET outcome = ?, finished_at_ms = ?
        WHERE command_id = ? AND outcome IS NULL
        """,
        (outcome, to_ms(at), command_id),
    )
    return done.rowcount > 0
