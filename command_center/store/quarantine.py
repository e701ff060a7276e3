"""Messages that could not be read: the newest, cut short, so that nobody can fill the disk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from appliance.domain.moment import to_ms
from command_center.store.schema import city, quarantine

ROWS_KEPT = 1_000
PAYLOAD_KEPT_BYTES = 512
TOPIC_KEPT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A message that is no message; `code` says why."""

    site: str | None
    topic: str
    code: str
    payload: bytes
    size_bytes: int


def add(connection: Connection, poison: Poison, now: datetime) -> None:
    """Set a message aside, count it, and forget the oldest beyond the bound."""
    row = {
        "site": poison.site,
        "topic": poison.topic[:TOPIC_KEPT_CHARS],
        "code": poison.code,
        "size_bytes": poison.size_bytes,
        "payload_hex": poison.payload[:PAYLOAD_KEPT_BYTES].hex(),
        "received_at": to_ms(now),
    }
    connection.execute(insert(quarantine).values(row))
    connection.execute(update(city).values(quarantined=city.c.quarantined + 1))
    newest = select(func.max(quarantine.c.id)).scalar_subquery()
    connection.execute(delete(quarantine).where(quarantine.c.id <= newest - ROWS_KEPT))


def total(connection: Connection) -> int:
    """How many messages were set aside since the database was made."""
    return connection.scalar(select(city.c.quarantined)) or 0


def count_by_code(connection: Connection) -> dict[str, int]:
    """The messages still kept, by reason."""
    rows = connection.execute(select(quarantine.c.code, func.count()).group_by(quarantine.c.code))
    return dict(rows.all())


def forget(connection: Connection, before_ms: int) -> int:
    """Forget what came before that time; return how many."""
    return connection.execute(
        delete(quarantine).where(quarantine.c.received_at < before_ms)
    ).rowcount
