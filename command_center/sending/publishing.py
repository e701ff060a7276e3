"""Giving documents to boxes, and taking them back: file first, then one transaction.

Every box is told by a numbered event and fetches the file when it can; it says when it has it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.blobs import Manifest
from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.events.files import DocumentPublished, DocumentWithdrawn
from appliance.domain.ids import SiteCode
from appliance.domain.public.publishing import document_type
from command_center.store.database import writing
from command_center.store.sending import blob_files, documents, downlinks
from command_center.store.sending.documents import CityDocument

TITLE_MAX_CHARS = 200


def publish(
    engine: Engine,
    sites: Sequence[SiteCode],
    content: bytes,
    title: str,
    *,
    document_id: str,
    now: datetime,
) -> CityDocument:
    """Store a document and tell the boxes; raises BadInput with what to do about it."""
    words = clean_text(title)
    if not 1 <= len(words) <= TITLE_MAX_CHARS:
        raise BadInput(f"a title has 1 to {TITLE_MAX_CHARS} characters, not {len(words)}")
    media_type = document_type(content)
    folder = blob_files.of(engine)
    staged = folder.stage(content)
    document = CityDocument(
        document_id=document_id,
        title=words,
        file=Manifest(sha256=staged.sha256, size_bytes=staged.size_bytes, media_type=media_type),
        published_at=now,
        withdrawn_at=None,
        sites={str(site): "sent" for site in sites},
    )
    try:
        with writing(engine) as connection:
            folder.keep(staged)
            documents.add(connection, document)
            event = DocumentPublished(
                document_id=document_id,
                title=document.title,
                sha256=staged.sha256,
                size_bytes=staged.size_bytes,
                media_type=media_type,
                published_at=now,
            )
            for site in sites:
                downlinks.append(connection, site, event, subject=document_id, now=now)
    finally:
        folder.discard(staged)
    return document


def withdraw(engine: Engine, document_id: str, now: datetime) -> CityDocument:
    """Take a document back from every box; the file goes with the next sweep."""
    with writing(engine) as connection:
        document = documents.by_id(connection, document_id)
        if document is None:
            raise BadInput(
                f"there is no document {document_id!r}; `posko-center documents` lists them"
            )
        if document.withdrawn_at is None:
            documents.withdraw(connection, document_id, now)
            for site in document.sites:
                event = DocumentWithdrawn(document_id=document_id)
                downlinks.append(connection, SiteCode(site), event, subject=document_id, now=now)
    return document
