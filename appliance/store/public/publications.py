"""The public board and the public questions: what staff have let everybody read, and its support.

What is shown is decided anew by each query: consent, secrecy and erasure count at once.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.public.board import Section, Shown

NO_END = 1 << 62
_SHOWN = """
    SELECT p.id, p.section, p.text, p.supports, r.category, r.kelurahan, r.status, r.sensitivity,
        r.created_at_ms, r.updated_at_ms, coalesce(a.text, '') AS answer
    FROM publications p JOIN requests r ON r.id = p.request_id
    LEFT JOIN answers a ON a.request_id = p.request_id
    WHERE p.state = 'shown' AND r.sensitivity != 'rahasia' AND r.sealed IS NULL
        AND EXISTS (
            SELECT 1 FROM consents WHERE request_id = p.request_id AND purpose = 'publish'
                AND withdrawn_at_ms IS NULL
        )
        AND NOT EXISTS (SELECT 1 FROM erasures WHERE request_id = p.request_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What staff have decided about a request."""

    id: int
    state: str
    text: str
    supports: int
    by: str
    changed_at: datetime


def put(
    db: sqlite3.Connection,
    request_id: str,
    section: Section,
    text: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """Show a request, under the same id as before if it has one."""
    db.execute(
        """
        INSERT INTO publications (request_id, section, state, text, by, changed_at_ms)
        VALUES (:request_id, :section, 'shown', :text, :by, :at_ms)
        ON CONFLICT (request_id) DO UPDATE SET section = excluded.section, state = 'shown',
            text = excluded.text, by = excluded.by, changed_at_ms = excluded.changed_at_ms
        """,
        {
            "request_id": request_id,
            "section": section,
            "text": text,
            "by": by,
            "at_ms": to_ms(at),
        },
    )


def hide(db: sqlite3.Connection, request_id: str, *, by: str, at: datetime) -> bool:
    """Show a request no more, and forget the text made for it; False if it was not shown."""
    hidden = db.execute(
        """
        UPDATE publications SET state = 'hidden', text = '', by = ?, changed_at_ms = ?
        WHERE request_id = ? AND state = 'shown'
        """,
        (by, to_ms(at), request_id),
    )
    return bool(hidden.rowcount)


def of_request(db: sqlite3.Connection, request_id: str) -> Publication | None:
    """What staff have decided about a request last; None if nothing yet."""
    row = db.execute("SELECT * FROM publications WHERE request_id = ?", (request_id,)).fetchone()
    if row is None:
        return None
    return Publication(
        id=row["id"],
        state=row["state"],
        text=row["text"],
        supports=row["supports"],
        by=row["by"],
        changed_at=from_ms(row["changed_at_ms"]),
    )


def shown(
    db: sqlite3.Connection, section: Section, *, before: int = NO_END, limit: int
) -> list[Shown]:
    """What everybody may read, the last published first, below the id `before`."""
    rows = db.execute(
        _SHOWN + "AND p.section = ? AND p.id < ? ORDER BY p.id DESC LIMIT ?",
        (section, before, limit),
    )
    return [_shown(row) for row in rows]


def one(db: sqlite3.Connection, publication_id: int) -> Shown | None:
    """One that everybody may read."""
    row = db.execute(_SHOWN + "AND p.id = ?", (publication_id,)).fetchone()
    return _shown(row) if row else None


def add_support(db: sqlite3.Connection, publication_id: int, device: str, day: str) -> bool:
    """Count a device once a day; False if it has counted. Devices of other days are forgotten."""
    forget_supports(db, day)
    added = db.execute(
        """
        INSERT INTO supports (publication_id, device, day) VALUES (?, ?, ?)
        ON CONFLICT (publication_id, device) DO NOTHING
        """,
        (publication_id, device, day),
    )
    if not added.rowcount:
        return False
    db.execute("UPDATE publications SET supports = supports + 1 WHERE id = ?", (publication_id,))
    return True


def forget_supports(db: sqlite3.Connection, day: str) -> int:
    """Forget which devices have supported anything on earlier days; return how many rows."""
    return db.execute("DELETE FROM supports WHERE day < ?", (day,)).rowcount


def _shown(row: sqlite3.Row) -> Shown:
    is_open = row["sensitivity"] == Sensitivity.PUBLIC or row["section"] == Section.QUESTIONS
    return Shown(
        id=row["id"],
        section=Section(row["section"]),
        text=row["text"] if is_open else "",
        answer=row["answer"],
        category=row["category"],
        kelurahan=row["kelurahan"],
        status=row["status"],
        received_at=from_ms(row["created_at_ms"]),
        updated_at=from_ms(row["updated_at_ms"]),
        supports=row["supports"],
    )
