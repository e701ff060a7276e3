"""Documents of the city for residents: wanted, fetched, shown, withdrawn."""

import sqlite3

from appliance.actions.archive.archive_texts import follow_city_if_whole
from appliance.domain.blobs import Manifest
from appliance.domain.cases.service_request import clean_text
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput
from appliance.domain.events.files import DocumentPublished, DocumentSettled, DocumentWithdrawn
from appliance.domain.moment import Moment, plausible
from appliance.store import blob_files
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.public import documents
from appliance.store.public.documents import Document

TITLE_MAX_CHARS = 200
TOTAL_MAX_BYTES = 256 * 1024 * 1024
"""All documents of a box; one beyond is refused, and the city told."""


def published(db: sqlite3.Connection, event: DocumentPublished, now: Moment) -> None:
    """Want a document, inside the caller's transaction; raises BadInput for what cannot be one."""
    title = clean_text(event.title)[:TITLE_MAX_CHARS]
    if not title:
        raise BadInput("a document needs a title")
    file = Manifest(sha256=event.sha256, size_bytes=event.size_bytes, media_type=event.media_type)
    has_room = documents.total_bytes(db) + file.size_bytes <= TOTAL_MAX_BYTES
    document = Document(
        document_id=event.document_id,
        title=title,
        file=file,
        state="wanted" if has_room else "failed",
        published_at=plausible(event.published_at, "published_at"),
    )
    documents.add(db, document, now.wall)
    follow_city_if_whole(db, now)
    if not has_room:
        _tell(db, event.document_id, is_stored=False, now=now)


def withdrawn(db: sqlite3.Connection, event: DocumentWithdrawn, now: Moment) -> None:
    """Forget a document, inside the caller's transaction."""
    documents.remove(db, event.document_id)
    follow_city_if_whole(db, now)


def fetch_lost(db: sqlite3.Connection, now: Moment) -> int:
    """Want again what is shown and whose file is gone (a database restored without its folder);
    return how many documents that were."""
    folder = blob_files.of(db)
    lost = [d for d in documents.in_state(db, "stored") if not folder.has(d.file.sha256)]
    if lost:
        with transaction(db):
            for document in lost:
                documents.want_again(db, document.document_id, now.wall)
            follow_city_if_whole(db, now)
    return len(lost)


def fetched(db: sqlite3.Connection, sha256: str, now: Moment, *, is_stored: bool) -> None:
    """A file is here whole, or will never be: show its documents, and tell the city."""
    with transaction(db):
        for document_id in documents.settle(
            db, sha256, "stored" if is_stored else "failed", now.wall
        ):
            _tell(db, document_id, is_stored=is_stored, now=now)
        follow_city_if_whole(db, now)


def _tell(db: sqlite3.Connection, document_id: str, *, is_stored: bool, now: Moment) -> None:
    event = DocumentSettled(document_id=document_id, outcome="stored" if is_stored else "failed")
    outbox.append(db, Lane.STATISTICS, event, subject=document_id, now=now)
