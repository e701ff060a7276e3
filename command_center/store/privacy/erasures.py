"""Tombstones of the city: requests whose personal data must not come back, from any box."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.privacy import erasures

# Made once: every batch of every box asks.
_ANY = select(erasures.c.request_id).limit(1)
_AMONG = select(erasures.c.request_id).where(
    erasures.c.request_id.in_(bindparam("wanted", expanding=True))
)
BY_ITSELF = "masa simpan"
"""Who erased what had been kept long enough: nobody has ordered the box to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One tombstone; `box_at` is when its box said that it has erased too."""

    request_id: str
    site: SiteCode
    by: str
    at: datetime
    box_at: datetime | None


def add(connection: Connection, site: SiteCode, request_id: str, *, by: str, now: datetime) -> bool:
    """Put one; False if it is there. A person's order replaces what age alone has put."""
    known = of(connection, request_id)
    if known is not None and (known.by != BY_ITSELF or by == BY_ITSELF):
        return False
    connection.execute(delete(erasures).where(erasures.c.request_id == request_id))
    row = {"request_id": request_id, "site": str(site), "by": by, "at": to_ms(now)}
    connection.execute(insert(erasures).values(**row, is_scrubbed=0))
    return True


def of(connection: Connection, request_id: str) -> Erasure | None:
    """The tombstone of a request."""
    row = connection.execute(
        select(erasures).where(erasures.c.request_id == request_id)
    ).one_or_none()
    if row is None:
        return None
    return Erasure(
        request_id=row.request_id,
        site=SiteCode(row.site),
        by=row.by,
        at=from_ms(row.at),
        box_at=None if row.box_at is None else from_ms(row.box_at),
    )


def confirm(connection: Connection, request_id: str, now: datetime) -> None:
    """The box has erased it; the first time counts."""
    still = (erasures.c.request_id == request_id) & erasures.c.box_at.is_(None)
    connection.execute(update(erasures).where(still).values(box_at=to_ms(now)))


def are_none(connection: Connection) -> bool:
    """Whether nothing was ever erased."""
    return connection.execute(_ANY).first() is None


def among(connection: Connection, request_ids: Collection[str]) -> set[str]:
    """Which of these requests are erased."""
    return set(connection.scalars(_AMONG, {"wanted": list(request_ids)}))


def unconfirmed(connection: Connection) -> list[str]:
    """Erasures that their box has not confirmed yet, the oldest first."""
    waiting = erasures.c.box_at.is_(None)
    query = select(erasures.c.request_id).where(waiting).order_by(erasures.c.at)
    return list(connection.scalars(query))


def unscrubbed(connection: Connection) -> list[str]:
    """Requests of which something may still lie in the WAL."""
    query = select(erasures.c.request_id).where(erasures.c.is_scrubbed == 0)
    return list(connection.scalars(query))


def set_scrubbed(connection: Connection, request_ids: Collection[str]) -> None:
    """Say that nothing of these is left there."""
    done = erasures.c.request_id.in_(request_ids)
    connection.execute(update(erasures).where(done).values(is_scrubbed=1))
