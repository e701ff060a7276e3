"""Photos of requests: which the city wants, has, or will never get."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from appliance.domain.blobs import Manifest
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.receiving import photos


@dataclass(frozen=True, slots=True, kw_only=True)
class CityPhoto:
    """The photo of a request; `state` is wanted, stored, failed or lost."""

    request_id: str
    site: SiteCode
    file: Manifest
    state: str
    attached_at: datetime


def add(
    connection: Connection, site: SiteCode, request_id: str, file: Manifest, now: datetime
) -> None:
    """Want a photo; one that is known stays as it is."""
    if by_request(connection, request_id) is None:
        connection.execute(
            insert(photos).values(
                request_id=request_id,
                site=str(site),
                sha256=file.sha256,
                size_bytes=file.size_bytes,
                media_type=file.media_type,
                state="wanted",
                attached_at=to_ms(now),
                updated_at=to_ms(now),
            )
        )


def by_request(connection: Connection, request_id: str) -> CityPhoto | None:
    """The photo of a request, if it has one."""
    row = connection.execute(select(photos).where(photos.c.request_id == request_id)).one_or_none()
    return None if row is None else _photo(row)


def wanted(connection: Connection, *, per_site: int) -> list[CityPhoto]:
    """What the city still wants, the longest first, and at most so many of each site."""
    place = func.row_number().over(partition_by=photos.c.site, order_by=photos.c.attached_at)
    ranked = (
        select(photos, place.label("place")).where(photos.c.state == "wanted").subquery("ranked")
    )
    rows = connection.execute(
        select(ranked).where(ranked.c.place <= per_site).order_by(ranked.c.attached_at)
    )
    return [_photo(row) for row in rows]


def wanted_before(connection: Connection, moment: datetime) -> list[CityPhoto]:
    """What the city has wanted in vain since then."""
    is_old = (photos.c.state == "wanted") & (photos.c.attached_at < to_ms(moment))
    return [_photo(row) for row in connection.execute(select(photos).where(is_old))]


def settle(
    connection: Connection, site: SiteCode, sha256: str, state: str, now: datetime
) -> list[str]:
    """Say how fetching a file ended; return the requests of this site it belongs to."""
    of_file = (photos.c.site == str(site)) & (photos.c.sha256 == sha256)
    return _move(connection, of_file, state, now)


def lose(connection: Connection, site: SiteCode, request_id: str, now: datetime) -> None:
    """The box does not have a photo any more; one that the city has is not lost."""
    of_request = (photos.c.site == str(site)) & (photos.c.request_id == request_id)
    _move(connection, of_request, "lost", now)


def files(connection: Connection, state: str) -> set[str]:
    """The names of the files of the photos in a state."""
    return set(connection.scalars(select(photos.c.sha256).where(photos.c.state == state)))


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many photos are wanted, stored, failed and lost."""
    rows = connection.execute(select(photos.c.state, func.count()).group_by(photos.c.state))
    return dict(rows.all())


def _move(
    connection: Connection, which: ColumnElement[bool], state: str, now: datetime
) -> list[str]:
    still = which & (photos.c.state == "wanted")
    ids = list(connection.scalars(select(photos.c.request_id).where(still)))
    connection.execute(update(photos).where(still).values(state=state, updated_at=to_ms(now)))
    return ids


def _photo(row: Row[Any]) -> CityPhoto:
    return CityPhoto(
        request_id=row.request_id,
        site=SiteCode(row.site),
        file=Manifest(sha256=row.sha256, size_bytes=row.size_bytes, media_type=row.media_type),
        state=row.state,
        attached_at=from_ms(row.attached_at),
    )
