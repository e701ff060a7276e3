"""Documents that the city has published for residents."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.blobs import Manifest
from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document; residents see it once it is stored."""

    document_id: str
    title: str
    file: Manifest
    state: str
    published_at: datetime


def add(db: sqlite3.Connection, document: Document, at: datetime) -> None:
    """Want a document, or its new content under an id that is known."""
    db.execute(
        """
        INSERT INTO documents VALUES
            (:id, :title, :sha256, :size_bytes, :media_type, :state, :published_at_ms, :at_ms)
        ON CONFLICT (document_id) DO UPDATE SET
            title = excluded.title, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
            media_type = excluded.media_type, state = excluded.state,
            published_at_ms = excluded.published_at_ms, updated_at_ms = excluded.updated_at_ms
        """,
        {
            "id": document.document_id,
            "title": document.title,
            "sha256": document.file.sha256,
            "size_bytes": document.file.size_bytes,
            "media_type": document.file.media_type,
            "state": document.state,
            "published_at_ms": to_ms(document.published_at),
            "at_ms": to_ms(at),
        },
    )


def remove(db: sqlite3.Connection, document_id: str) -> None:
    """Forget a document; its file goes with the next sweep."""
    db.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))


def settle(db: sqlite3.Connection, sha256: str, state: str, at: datetime) -> list[str]:
    """Say how fetching a file ended; return the documents it belongs to."""
    rows = db.execute(
        """
        UPDATE documents SET state = ?, updated_at_ms = ?
        WHERE sha256 = ? AND state = 'wanted' RETURNING document_id
        """,
        (state, to_ms(at), sha256),
    )
    return [row["document_id"] for row in rows.fetchall()]


def want_again(db: sqlite3.Connection, document_id: str, at: datetime) -> None:
    """Fetch a document once more."""
    db.execute(
        "UPDATE documents SET state = 'wanted', updated_at_ms = ? WHERE document_id = ?",
        (to_ms(at), document_id),
    )


def in_state(db: sqlite3.Connection, state: str) -> list[Document]:
    """The documents in a state, the newest first."""
    rows = db.execute(
        "SELECT * FROM documents WHERE state = ? ORDER BY published_at_ms DESC, document_id",
        (state,),
    )
    return [_document(row) for row in rows]


def total_bytes(db: sqlite3.Connection) -> int:
    """The size of all documents that are here or wanted."""
    [total] = db.execute(
        "SELECT coalesce(sum(size_bytes), 0) FROM documents WHERE state != 'failed'"
    ).fetchone()
    return int(total)


def _document(row: sqlite3.Row) -> Document:
    file = Manifest(
        sha256=row["sha256"], size_bytes=row["size_bytes"], media_type=row["media_type"]
    )
    return Document(
        document_id=row["document_id"],
        title=row["title"],
        file=file,
        state=row["state"],
        published_at=from_ms(row["published_at_ms"]),
    )
