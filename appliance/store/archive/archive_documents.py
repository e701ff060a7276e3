"""Cards of archived documents, and the texts of their files; the index says what both say."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from appliance.domain.archive.card import Access, Card, Kind, TextState
from appliance.domain.moment import from_ms, to_ms
from appliance.store.archive.archive_index import enter, indexed

CITY_KIND = "kota"
COLUMNS = """
    d.id, d.document_id, d.source, d.title, d.number, d.year, d.kind, k.name AS kind_name, d.access,
    d.retain_until, d.state, d.sha256, d.size_bytes, d.media_type, d.text_state, d.text_trouble,
    d.added_at_ms
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The original of a document."""

    sha256: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of the archive."""

    key: int
    document_id: str
    source: str
    card: Card
    kind_name: str
    state: str
    file: File
    text_state: TextState
    text_trouble: str
    added_at: datetime


def kinds(db: sqlite3.Connection) -> list[Kind]:
    """Every kind that an officer may choose."""
    rows = db.execute("SELECT * FROM archive_kinds WHERE code <> ? ORDER BY name", (CITY_KIND,))
    return [Kind(**dict(row)) for row in rows]


def add(db: sqlite3.Connection, document_id: str, card: Card, file: File, at: datetime) -> None:
    """Put a document on the list; its text is read later."""
    values = {**_of(card), **_of_file(file), "document_id": document_id}
    added = db.execute(
        """
        INSERT INTO archive_documents
            (document_id, source, title, number, year, kind, access, retain_until, state, sha256,
             size_bytes, media_type, text_state, added_at_ms, updated_at_ms)
        VALUES (:document_id, 'desk', :title, :number, :year, :kind, :access, :retain_until, 'kept',
            :sha256, :size_bytes, :media_type, 'waiting', :at_ms, :at_ms)
        """,
        {**values, "at_ms": to_ms(at)},
    )
    enter(db, int(added.lastrowid or 0))


def change(db: sqlite3.Connection, key: int, card: Card, at: datetime) -> None:
    """Say something else of a document."""
    with indexed(db, key):
        db.execute(
            """
            UPDATE archive_documents SET title = :title, number = :number, year = :year,
                kind = :kind, access = :access, retain_until = :retain_until, updated_at_ms = :at_ms
            WHERE id = :id
            """,
            {**_of(card), "id": key, "at_ms": to_ms(at)},
        )


def move(db: sqlite3.Connection, key: int, old: str, new: str, at: datetime) -> None:
    """Withdraw a document, put it back, or note that it is destroyed; only from state `old`."""
    db.execute(
        "UPDATE archive_documents SET state = ?, updated_at_ms = ? WHERE id = ? AND state = ?",
        (new, to_ms(at), key, old),
    )


def by_id(db: sqlite3.Connection, document_id: str, readable: Sequence[Access]) -> Document | None:
    """One document of those classes, whatever became of it."""
    row = db.execute(
        f"""
        SELECT {COLUMNS} FROM archive_documents d JOIN archive_kinds k ON k.code = d.kind
        WHERE d.document_id = :id AND d.access IN (SELECT value FROM json_each(:readable))
        """,  # noqa: S608 - names of ours
        {"id": document_id, "readable": classes(readable)},
    ).fetchone()
    return document(row) if row else None


def due(db: sqlite3.Connection, today: date, readable: Sequence[Access]) -> list[Document]:
    """Documents whose time is over, the oldest first."""
    rows = db.execute(
        f"""
        SELECT {COLUMNS} FROM archive_documents d JOIN archive_kinds k ON k.code = d.kind
        WHERE d.retain_until < :today AND d.state <> 'destroyed'
            AND d.access IN (SELECT value FROM json_each(:readable))
        ORDER BY d.retain_until, d.id LIMIT 200
        """,  # noqa: S608 - names of ours
        {"today": today.isoformat(), "readable": classes(readable)},
    )
    return [document(row) for row in rows]


def files(db: sqlite3.Connection) -> set[str]:
    """The names of the files that must be kept."""
    rows = db.execute("SELECT sha256 FROM archive_documents WHERE state <> 'destroyed'")
    return {row["sha256"] for row in rows}


def same_file(db: sqlite3.Connection, sha256: str) -> str | None:
    """The id of a document that officers put in with this very file, if there is one."""
    row = db.execute(
        """
        SELECT document_id FROM archive_documents
        WHERE sha256 = ? AND state <> 'destroyed' AND source = 'desk'
        """,
        (sha256,),
    ).fetchone()
    return row["document_id"] if row else None


def total_bytes(db: sqlite3.Connection) -> int:
    """What the archive takes of the disk, its texts counted twice: the index is about as large."""
    [total] = db.execute(
        """
        SELECT coalesce(sum(size_bytes + 2 * text_bytes), 0)
        FROM archive_documents WHERE state <> 'destroyed' AND source = 'desk'
        """
    ).fetchone()
    return int(total)


def classes(readable: Sequence[Access]) -> str:
    """Classes as SQL takes them: a JSON list."""
    return "[" + ",".join(f'"{access}"' for access in readable) + "]"


def _of(card: Card) -> dict[str, object]:
    return {
        "title": card.title,
        "number": card.number,
        "year": card.year,
        "kind": card.kind,
        "access": card.access,
        "retain_until": card.retain_until.isoformat() if card.retain_until else None,
    }


def _of_file(file: File) -> dict[str, object]:
    return {"sha256": file.sha256, "size_bytes": file.size_bytes, "media_type": file.media_type}


def document(row: sqlite3.Row) -> Document:
    """A document from a row of the columns above."""
    until = row["retain_until"]
    return Document(
        key=row["id"],
        document_id=row["document_id"],
        source=row["source"],
        card=Card(
            title=row["title"],
            number=row["number"],
            year=row["year"],
            kind=row["kind"],
            access=Access(row["access"]),
            retain_until=date.fromisoformat(until) if until else None,
        ),
        kind_name=row["kind_name"],
        state=row["state"],
        file=File(sha256=row["sha256"], size_bytes=row["size_bytes"], media_type=row["media_type"]),
        text_state=TextState(row["text_state"]),
        text_trouble=row["text_trouble"],
        added_at=from_ms(row["added_at_ms"]),
    )
