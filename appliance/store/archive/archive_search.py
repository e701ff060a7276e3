"""Finding documents of the archive by words and filters.

Who may not read a class finds nothing of it: the class is a condition of every statement here. The
index is asked for the newest WINDOW matches of each query, the narrowest query first, and stops
there: ranking all matches of common words takes ten times as long (docs/archive.md).
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.domain.archive.card import Access
from appliance.domain.archive.query import Filters, Query
from appliance.domain.archive.text import hits, snippet
from appliance.store.archive.archive_documents import COLUMNS, Document, classes, document

WINDOW = 200
"""Matches of one query that are put in order."""
PAGE = 15
_VISIBLE = """
    d.access IN (SELECT value FROM json_each(:readable)) AND d.state = :state
    AND (:year = 0 OR d.year = :year) AND (:kind = '' OR d.kind = :kind)
    AND (:access = '' OR d.access = :access)
"""
_HITS = f"""
    SELECT * FROM (
        SELECT d.id, {{tier}} AS tier
        FROM archive_index CROSS JOIN archive_documents d ON d.id = archive_index.rowid
        WHERE archive_index MATCH :{{name}} AND {_VISIBLE}
        ORDER BY archive_index.rowid DESC LIMIT :window
    )
"""  # noqa: S608 - names of ours
_TIERS = " UNION ALL ".join(
    _HITS.format(tier=tier, name=name)
    for tier, name in enumerate(("in_title", "as_typed", "in_any_form"))
)
_FOUND = f"""
    SELECT {COLUMNS} FROM (SELECT id, min(tier) AS tier FROM ({_TIERS}) GROUP BY id) hit
    JOIN archive_documents d ON d.id = hit.id JOIN archive_kinds k ON k.code = d.kind
    ORDER BY hit.tier, d.year DESC, d.id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - names of ours
_LISTED = f"""
    SELECT {COLUMNS} FROM archive_documents d JOIN archive_kinds k ON k.code = d.kind
    WHERE {_VISIBLE}
    ORDER BY d.year DESC, d.id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class Hit:
    """A document, and the place where its text has the words (between MARKS)."""

    document: Document
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found."""

    hits: list[Hit]
    has_more: bool


def find(
    db: sqlite3.Connection,
    query: Query | None,
    readable: Sequence[Access],
    filters: Filters,
    *,
    page: int = 1,
) -> Page:
    """Documents of those classes that match, the best first; without a query all, by year."""
    values = {
        "readable": classes(readable),
        "year": filters.year,
        "kind": filters.kind,
        "access": filters.access,
        "state": filters.state,
        "window": WINDOW,
        "limit": PAGE + 1,
        "offset": (page - 1) * PAGE,
    }
    if query is None:
        found = [Hit(document(row)) for row in db.execute(_LISTED, values)]
    else:
        words = {
            "in_title": query.in_title,
            "as_typed": query.as_typed,
            "in_any_form": query.in_any_form,
        }
        rows = db.execute(_FOUND, {**values, **words}).fetchall()
        marks = hits(query.forms)
        found = [Hit(document(row), _snippet(db, row["id"], marks)) for row in rows[:PAGE]]
        return Page(found, len(rows) > PAGE)
    return Page(found[:PAGE], len(found) > PAGE)


def _snippet(db: sqlite3.Connection, key: int, marks: re.Pattern[str]) -> str:
    row = db.execute("SELECT body FROM archive_texts WHERE id = ?", (key,)).fetchone()
    return snippet(row["body"], marks) if row else ""


def years(db: sqlite3.Connection, readable: Sequence[Access]) -> list[int]:
    """The years of which there are documents, the newest first."""
    rows = db.execute(
        """
        WITH RECURSIVE every (year) AS (
            SELECT max(year) FROM archive_documents
            UNION ALL
            SELECT (SELECT max(d.year) FROM archive_documents d WHERE d.year < every.year)
            FROM every WHERE every.year IS NOT NULL
        )
        SELECT year FROM every WHERE EXISTS (
            SELECT 1 FROM archive_documents d
            WHERE d.year = every.year AND d.state = 'kept'
                AND d.access IN (SELECT value FROM json_each(?))
        ) ORDER BY year DESC
        """,
        (classes(readable),),
    )
    return [row["year"] for row in rows]


def has_any(db: sqlite3.Connection, readable: Sequence[Access]) -> bool:
    """Whether there is any document of those classes."""
    row = db.execute(
        """
        SELECT 1 FROM archive_documents
        WHERE access IN (SELECT value FROM json_each(?)) AND state = 'kept' LIMIT 1
        """,
        (classes(readable),),
    ).fetchone()
    return row is not None
