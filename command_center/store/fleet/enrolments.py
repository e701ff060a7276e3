"""Codes by which boxes are enrolled, and which boxes ask for a new certificate afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.fleet import enrolments as table
from command_center.store.schema.fleet import renewals


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A code that was given out; `key` is what the first box to use it brought (`credentials`)."""

    locator: str
    secret: str
    site: SiteCode
    by: str
    made_at: datetime
    expires_at: datetime
    wrong: int
    key: str | None


def add(connection: Connection, enrolment: Enrolment) -> None:
    """Keep a new one; an older one of its site, or of its locator, is good no more."""
    site, locator = str(enrolment.site), enrolment.locator
    connection.execute(delete(table).where((table.c.site == site) | (table.c.locator == locator)))
    connection.execute(
        insert(table).values(
            locator=locator,
            secret=enrolment.secret,
            site=site,
            by=enrolment.by,
            made_at=to_ms(enrolment.made_at),
            expires_at=to_ms(enrolment.expires_at),
            wrong=0,
        )
    )


def by_locator(connection: Connection, locator: str) -> Enrolment | None:
    """The one of this name; until the end of the transaction nobody else changes it."""
    row = connection.execute(
        select(table).where(table.c.locator == locator).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    return Enrolment(
        locator=row.locator,
        secret=row.secret,
        site=SiteCode(row.site),
        by=row.by,
        made_at=from_ms(row.made_at),
        expires_at=from_ms(row.expires_at),
        wrong=row.wrong,
        key=row.key,
    )


def open_until(connection: Connection, now: datetime) -> dict[SiteCode, datetime]:
    """The sites whose codes have not been used yet, and until when they can be."""
    wanted = select(table.c.site, table.c.expires_at)
    unused = table.c.key.is_(None) & (table.c.expires_at > to_ms(now))
    rows = connection.execute(wanted.where(unused)).all()
    return {SiteCode(row.site): from_ms(row.expires_at) for row in rows}


def count_wrong(connection: Connection, locator: str) -> None:
    """Somebody has used this name without knowing the rest."""
    ours = table.c.locator == locator
    connection.execute(update(table).where(ours).values(wrong=table.c.wrong + 1))


def bind(connection: Connection, locator: str, key: str) -> None:
    """From now on the code is good for this key alone."""
    connection.execute(update(table).where(table.c.locator == locator).values(key=key))


def forget(connection: Connection, before: datetime) -> None:
    """Forget the codes that ended before that time, with their secrets."""
    connection.execute(delete(table).where(table.c.expires_at <= to_ms(before)))


def withdraw(connection: Connection, site: SiteCode) -> None:
    """Nobody shall use the code of this site any more, nor have its certificate renewed."""
    connection.execute(delete(table).where(table.c.site == str(site)))
    settle_renewal(connection, site)


def ask_renewal(connection: Connection, site: SiteCode, csr: str, now: datetime) -> None:
    """A box asks for a new certificate; only its latest word counts."""
    settle_renewal(connection, site)
    connection.execute(insert(renewals).values(site=str(site), csr=csr, asked_at=to_ms(now)))


def settle_renewal(connection: Connection, site: SiteCode) -> None:
    """It has one, or gets none."""
    connection.execute(delete(renewals).where(renewals.c.site == str(site)))


def asked_renewals(connection: Connection) -> list[tuple[SiteCode, str]]:
    """Who waits for a new certificate, with the requests for it."""
    rows = connection.execute(select(renewals).order_by(renewals.c.asked_at))
    return [(SiteCode(row.site), row.csr) for row in rows]
