"""Messages that could not be read or stored: the newest, so that nobody can fill the disk.

The newest of them are kept whole, up to what one honest message may weigh, so that they can be
tried again; of the others the beginning tells what they were.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.city import city
from command_center.store.schema.receiving import quarantine

ROWS_KEPT = 1_000
WHOLE_KEPT = 100
PAYLOAD_KEPT_BYTES = 512
"""Of the others, and of what is longer than a message may be."""
TOPIC_KEPT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """A message that is no message; `code` says why."""

    site: str | None
    topic: str
    code: str
    payload: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message in the quarantine."""

    id: int
    site: str | None
    topic: str
    code: str
    payload: bytes
    size_bytes: int
    received_at: datetime

    @property
    def is_cut(self) -> bool:
        """Whether only its beginning is there."""
        return len(self.payload) < self.size_bytes or len(self.topic) == TOPIC_KEPT_CHARS


def add(connection: Connection, poison: Poison, now: datetime) -> None:
    """Set a message aside, count it, and forget the oldest beyond the bound."""
    row = {
        "site": poison.site,
        "topic": poison.topic[:TOPIC_KEPT_CHARS],
        "code": poison.code,
        "size_bytes": poison.size_bytes,
        "payload_hex": poison.payload.hex(),
        "received_at": to_ms(now),
    }
    connection.execute(insert(quarantine).values(row))
    connection.execute(update(city).values(quarantined=city.c.quarantined + 1))
    newest = select(func.max(quarantine.c.id)).scalar_subquery()
    connection.execute(delete(quarantine).where(quarantine.c.id <= newest - ROWS_KEPT))
    shown = 2 * PAYLOAD_KEPT_BYTES
    is_old = quarantine.c.id <= newest - WHOLE_KEPT
    is_long = func.length(quarantine.c.payload_hex) > shown
    beginning = func.substr(quarantine.c.payload_hex, 1, shown)
    connection.execute(update(quarantine).where(is_old, is_long).values(payload_hex=beginning))


def every(connection: Connection) -> list[Kept]:
    """All that is kept, the newest first."""
    rows = connection.execute(select(quarantine).order_by(quarantine.c.id.desc()))
    return [
        Kept(
            id=row.id,
            site=row.site,
            topic=row.topic,
            code=row.code,
            payload=bytes.fromhex(row.payload_hex),
            size_bytes=row.size_bytes,
            received_at=from_ms(row.received_at),
        )
        for row in rows
    ]


def drop(connection: Connection, id_: int) -> None:
    """Forget a message."""
    connection.execute(delete(quarantine).where(quarantine.c.id == id_))


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
