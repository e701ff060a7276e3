"""Releases of the box that the city has published, and to which boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.domain.blobs import UPDATE_TYPE, Manifest
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.updates import software, software_sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release; `sites` are those it was published to, in that order, and `not_before` is when
    the last of them may install it (None: all of them at once)."""

    version: str
    file: Manifest
    published_at: datetime
    withdrawn_at: datetime | None
    sites: tuple[SiteCode, ...]
    not_before: datetime | None


def add(connection: Connection, version: str, file: Manifest, now: datetime) -> None:
    """Store a new release, or one that was withdrawn anew."""
    values = {"sha256": file.sha256, "size_bytes": file.size_bytes, "published_at": to_ms(now)}
    found = connection.execute(
        update(software).where(software.c.version == version).values(**values, withdrawn_at=None)
    )
    if not found.rowcount:
        connection.execute(insert(software).values(version=version, **values))


def publish(
    connection: Connection,
    version: str,
    sites: Sequence[SiteCode],
    not_before: datetime | None,
    now: datetime,
) -> None:
    """Say that these boxes, which did not have it, are to run it."""
    after = None if not_before is None else to_ms(not_before)
    rows = [
        {"version": version, "site": str(s), "published_at": to_ms(now), "not_before": after}
        for s in sites
    ]
    if rows:
        connection.execute(insert(software_sites), rows)


def withdraw(connection: Connection, version: str, now: datetime) -> None:
    """Say that no further box is to run it."""
    connection.execute(
        update(software).where(software.c.version == version).values(withdrawn_at=to_ms(now))
    )
    connection.execute(software_sites.delete().where(software_sites.c.version == version))


def by_version(connection: Connection, version: str) -> Release | None:
    """One release."""
    return next((r for r in every(connection) if r.version == version), None)


def every(connection: Connection) -> list[Release]:
    """All releases, the newest first."""
    told: dict[str, list[Row[Any]]] = {}
    order = (software_sites.c.published_at, software_sites.c.site)
    for row in connection.execute(select(software_sites).order_by(*order)):
        told.setdefault(row.version, []).append(row)
    rows = connection.execute(select(software).order_by(software.c.published_at.desc()))
    return [_release(row, told.get(row.version, [])) for row in rows]


def wanted(connection: Connection) -> dict[SiteCode, str]:
    """The release that each box is to run: the last that was published to it."""
    order = (software_sites.c.published_at, software_sites.c.version)
    rows = connection.execute(select(software_sites).order_by(*order))
    return {SiteCode(row.site): row.version for row in rows}


def is_meant_for(connection: Connection, site: SiteCode, sha256: str) -> bool:
    """Tell whether a box may have a file: a release that was published to it and still stands."""
    found = connection.scalar(
        select(software.c.version)
        .join_from(software, software_sites)
        .where(software_sites.c.site == str(site), software.c.sha256 == sha256)
        .where(software.c.withdrawn_at.is_(None))
        .limit(1)
    )
    return found is not None


def files(connection: Connection) -> set[str]:
    """The names of the files that must be kept."""
    standing = select(software.c.sha256).where(software.c.withdrawn_at.is_(None))
    return set(connection.scalars(standing))


def _release(row: Row[Any], told: Sequence[Row[Any]]) -> Release:
    waits = [one.not_before for one in told if one.not_before is not None]
    return Release(
        version=row.version,
        file=Manifest(sha256=row.sha256, size_bytes=row.size_bytes, media_type=UPDATE_TYPE),
        published_at=from_ms(row.published_at),
        withdrawn_at=None if row.withdrawn_at is None else from_ms(row.withdrawn_at),
        sites=tuple(SiteCode(one.site) for one in told),
        not_before=from_ms(max(waits)) if waits else None,
    )
