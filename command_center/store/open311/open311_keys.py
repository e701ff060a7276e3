"""Keys of Open311, and what each has filed lately."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.open311 import open311_filed, open311_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Who may file requests."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A request of the last hour."""

    request_id: str
    fingerprint: str
    at_ms: int


def add(connection: Connection, name: str, sha256: str, now: datetime) -> None:
    """Keep a new key, as its hash."""
    connection.execute(insert(open311_keys).values(name=name, sha256=sha256, created_at=to_ms(now)))


def every(connection: Connection) -> list[Key]:
    """All keys, the oldest first."""
    return [_key(*row) for row in connection.execute(_KEYS.order_by(open311_keys.c.id))]


def valid(connection: Connection, sha256: str) -> Key | None:
    """The key of this hash, unless it is revoked."""
    ours = (open311_keys.c.sha256 == sha256) & open311_keys.c.revoked_at.is_(None)
    row = connection.execute(_KEYS.where(ours)).one_or_none()
    return None if row is None else _key(*row)


def revoke(connection: Connection, id_: int, now: datetime) -> bool:
    """Take a key back; False if there is none that is valid."""
    ours = (open311_keys.c.id == id_) & open311_keys.c.revoked_at.is_(None)
    done = connection.execute(update(open311_keys).where(ours).values(revoked_at=to_ms(now)))
    return done.rowcount > 0


def filed(connection: Connection, key_id: int) -> list[Filed]:
    """What a key has filed lately."""
    wanted = select(
        open311_filed.c.request_id, open311_filed.c.fingerprint, open311_filed.c.at
    ).where(open311_filed.c.key_id == key_id)
    return [Filed(*row) for row in connection.execute(wanted)]


def add_filed(
    connection: Connection, request_id: str, key_id: int, fingerprint: str, now: datetime
) -> None:
    """Note that a key has filed a request."""
    connection.execute(
        insert(open311_filed).values(
            request_id=request_id, key_id=key_id, fingerprint=fingerprint, at=to_ms(now)
        )
    )


def forget_filed(connection: Connection, before: datetime) -> None:
    """Forget who has filed what before that time."""
    connection.execute(delete(open311_filed).where(open311_filed.c.at <= to_ms(before)))


_KEYS = select(
    open311_keys.c.id, open311_keys.c.name, open311_keys.c.created_at, open311_keys.c.revoked_at
)


def _key(id_: int, name: str, created_ms: int, revoked_ms: int | None) -> Key:
    return Key(
        id=id_,
        name=name,
        created_at=from_ms(created_ms),
        revoked_at=None if revoked_ms is None else from_ms(revoked_ms),
    )
