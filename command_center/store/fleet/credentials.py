"""What the city has given boxes to prove themselves with, valid or taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.fleet import box_credentials as table

_IS_VALID = table.c.revoked_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A certificate, or a password of which only mosquitto's hash is known."""

    site: SiteCode
    key: str
    """SHA-256 of a certificate's public key, or the hash of a password: what the box brought."""
    certificate: str
    """PEM; empty where it is a password."""
    serial: int | None
    issued_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None = None
    reason: str = ""

    @property
    def login(self) -> str:
        """`certificate` or `password`."""
        return "certificate" if self.certificate else "password"


def add(connection: Connection, credential: Credential) -> None:
    """Keep a new one."""
    connection.execute(
        insert(table).values(
            site=str(credential.site),
            key=credential.key,
            certificate=credential.certificate,
            serial=None if credential.serial is None else f"{credential.serial:x}",
            issued_at=to_ms(credential.issued_at),
            ends_at=None if credential.ends_at is None else to_ms(credential.ends_at),
            reason="",
        )
    )


def revoke(connection: Connection, site: SiteCode, reason: str, now: datetime) -> int:
    """Take back all that a site has; return how many were valid."""
    ours = (table.c.site == str(site)) & _IS_VALID
    done = connection.execute(
        update(table).where(ours).values(revoked_at=to_ms(now), reason=reason)
    )
    return done.rowcount


def of_key(connection: Connection, site: SiteCode, key: str) -> Credential | None:
    """The newest valid one of this key."""
    ours = (table.c.site == str(site)) & (table.c.key == key) & _IS_VALID
    row = connection.execute(select(table).where(ours).order_by(table.c.id.desc())).first()
    return None if row is None else _credential(row)


def every(connection: Connection) -> list[Credential]:
    """All, by site, the newest first."""
    rows = connection.execute(select(table).order_by(table.c.site, table.c.id.desc()))
    return [_credential(row) for row in rows]


def of_site(connection: Connection, site: SiteCode) -> list[Credential]:
    """All of one site, the newest first."""
    wanted = select(table).where(table.c.site == str(site)).order_by(table.c.id.desc())
    return [_credential(row) for row in connection.execute(wanted)]


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        site=SiteCode(row.site),
        key=row.key,
        certificate=row.certificate,
        serial=None if row.serial is None else int(row.serial, 16),
        issued_at=from_ms(row.issued_at),
        ends_at=None if row.ends_at is None else from_ms(row.ends_at),
        revoked_at=None if row.revoked_at is None else from_ms(row.revoked_at),
        reason=row.reason,
    )
