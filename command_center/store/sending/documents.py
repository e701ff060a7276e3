"""Documents for residents, and how far each has come at each box."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.domain.blobs import Manifest
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, to_ms
from command_center.store.schema.sending import document_sites, documents


@dataclass(frozen=True, slots=True, kw_only=True)
class CityDocument:
    """One document; `sites` says where it goes: sent, stored or failed."""

    document_id: str
    title: str
    file: Manifest
    published_at: datetime
    withdrawn_at: datetime | None
    sites: dict[str, str]


def add(connection: Connection, document: CityDocument) -> None:
    """Store a new document with its sites."""
    at = to_ms(document.published_at)
    connection.execute(
        insert(documents).values(
            document_id=document.document_id,
            title=document.title,
            sha256=document.file.sha256,
            size_bytes=document.file.size_bytes,
            media_type=document.file.media_type,
            published_at=at,
        )
    )
    connection.execute(
        insert(document_sites),
        [
            {
                "document_id": document.document_id,
                "site": site,
                "state": state,
                "updated_at": at,
            }
            for site, state in document.sites.items()
        ],
    )


def withdraw(connection: Connection, document_id: str, now: datetime) -> None:
    """Say that nobody may see it any more."""
    connection.execute(
        update(documents)
        .where(documents.c.document_id == document_id)
        .values(withdrawn_at=to_ms(now))
    )


def settle(
    connection: Connection, site: SiteCode, document_id: str, state: str, now: datetime
) -> None:
    """A box has a document, or has given up."""
    connection.execute(
        update(document_sites)
        .where(document_sites.c.document_id == document_id, document_sites.c.site == str(site))
        .values(state=state, updated_at=to_ms(now))
    )


def by_id(connection: Connection, document_id: str) -> CityDocument | None:
    """One document."""
    return next((d for d in every(connection) if d.document_id == document_id), None)


def every(connection: Connection) -> list[CityDocument]:
    """All documents, the newest first."""
    sites: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(document_sites).order_by(document_sites.c.site)):
        sites.setdefault(row.document_id, {})[row.site] = row.state
    rows = connection.execute(select(documents).order_by(documents.c.published_at.desc()))
    return [_document(row, sites.get(row.document_id, {})) for row in rows]


def is_meant_for(connection: Connection, site: SiteCode, sha256: str) -> bool:
    """Tell whether a box may have a file: a document that was published to it and still stands."""
    found = connection.scalar(
        select(documents.c.document_id)
        .join_from(documents, document_sites)
        .where(
            document_sites.c.site == str(site),
            documents.c.sha256 == sha256,
            documents.c.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


def files(connection: Connection) -> set[str]:
    """The names of the files that must be kept."""
    return set(
        connection.scalars(select(documents.c.sha256).where(documents.c.withdrawn_at.is_(None)))
    )


def _document(row: Row[Any], sites: dict[str, str]) -> CityDocument:
    return CityDocument(
        document_id=row.document_id,
        title=row.title,
        file=Manifest(sha256=row.sha256, size_bytes=row.size_bytes, media_type=row.media_type),
        published_at=from_ms(row.published_at),
        withdrawn_at=None if row.withdrawn_at is None else from_ms(row.withdrawn_at),
        sites=sites,
    )
