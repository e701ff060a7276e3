"""Texts read from files of the archive, and which of them are still to be read."""

import sqlite3
from datetime import datetime

from appliance.domain.archive.card import Access, TextState
from appliance.domain.archive.text import Reading
from appliance.domain.moment import to_ms
from appliance.store.archive import archive_documents
from appliance.store.archive.archive_documents import Document
from appliance.store.archive.archive_index import indexed


def settle(db: sqlite3.Connection, key: int, reading: Reading, at: datetime) -> None:
    """Keep what was read of a file, or why nothing was."""
    with indexed(db, key):
        db.execute("DELETE FROM archive_texts WHERE id = ?", (key,))
        if reading.text:
            db.execute("INSERT INTO archive_texts VALUES (?, ?)", (key, reading.text))
        db.execute(
            """
            UPDATE archive_documents SET text_state = :state, text_trouble = :trouble,
                text_bytes = :bytes, updated_at_ms = :at_ms
            WHERE id = :id
            """,
            {
                "state": reading.state,
                "trouble": reading.trouble or "",
                "bytes": len(reading.text.encode()),
                "at_ms": to_ms(at),
                "id": key,
            },
        )


def read_again(db: sqlite3.Connection, key: int, at: datetime) -> None:
    """Let the text of a document be read once more."""
    db.execute(
        """
        UPDATE archive_documents SET text_state = 'waiting', text_trouble = '', text_attempts = 0,
            updated_at_ms = ?
        WHERE id = ? AND text_state = 'failed'
        """,
        (to_ms(at), key),
    )


def take(db: sqlite3.Connection) -> tuple[Document, int] | None:
    """The next document to read the text of, and how often that was begun, this time included."""
    row = db.execute(
        """
        UPDATE archive_documents SET text_attempts = text_attempts + 1
        WHERE id = (SELECT id FROM archive_documents WHERE text_state = 'waiting' LIMIT 1)
        RETURNING document_id, text_attempts
        """
    ).fetchone()
    if row is None:
        return None
    found = archive_documents.by_id(db, row["document_id"], tuple(Access))
    return (found, row["text_attempts"]) if found else None


def destroy(db: sqlite3.Connection, key: int, at: datetime) -> None:
    """Forget the text; the card stays. What the index still holds of it is wiped later."""
    settle(db, key, Reading(state=TextState.WIPING), at)
    for state in ("kept", "withdrawn"):
        archive_documents.move(db, key, state, "destroyed", at)


def is_waiting(db: sqlite3.Connection, key: int, sha256: str) -> bool:
    """Whether this file's text is still wanted."""
    row = db.execute(
        """
        SELECT 1 FROM archive_documents WHERE id = ? AND sha256 = ? AND text_state = 'waiting'
        """,
        (key, sha256),
    ).fetchone()
    return row is not None
