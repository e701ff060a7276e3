"""The city's documents among those of the archive: one place where residents find both."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.store.archive.archive_documents import CITY_KIND
from appliance.store.archive.archive_index import enter, leave


def follow_city(db: sqlite3.Connection, at: datetime) -> None:
    """Have exactly the city's documents that are stored, as they are; inside a transaction."""
    gone = db.execute(
        """
        SELECT a.id FROM archive_documents a WHERE a.source = 'city' AND NOT EXISTS (
            SELECT 1 FROM documents d WHERE d.document_id = a.document_id AND d.state = 'stored'
                AND d.sha256 = a.sha256 AND d.title = a.title
        )
        """
    ).fetchall()
    for row in gone:
        leave(db, row["id"])
        db.execute("DELETE FROM archive_texts WHERE id = ?", (row["id"],))
        db.execute("DELETE FROM archive_documents WHERE id = ?", (row["id"],))
    new = db.execute(
        """
        INSERT INTO archive_documents
            (document_id, source, title, number, year, kind, access, state, sha256, size_bytes,
             media_type, text_state, added_at_ms, updated_at_ms)
        SELECT d.document_id, 'city', d.title, '',
            strftime('%Y', d.published_at_ms / 1000, 'unixepoch', '+7 hours') + 0, :kind,
            'public', 'kept', d.sha256, d.size_bytes, d.media_type, 'waiting',
            d.published_at_ms, :at_ms
        FROM documents d WHERE d.state = 'stored'
            AND d.document_id NOT IN (SELECT document_id FROM archive_documents)
        RETURNING id
        """,
        {"kind": CITY_KIND, "at_ms": to_ms(at)},
    ).fetchall()
    for row in new:
        enter(db, row["id"])
