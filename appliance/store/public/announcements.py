"""Announcements of the kecamatan, written at the desk; the city's are a table of `city_tables`."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One as staff have written it; days as YYYY-MM-DD, none for no last day."""

    id: str
    title: str
    body: str
    from_day: str
    until_day: str | None

    @property
    def row(self) -> dict[str, str]:
        """As `domain.public.announcement` reads it."""
        return {
            "id": self.id,
            "title": self.title,
            "body": self.body,
            "from": self.from_day,
            "until": self.until_day or "",
        }


def put(db: sqlite3.Connection, stored: Stored, *, by: str, at: datetime) -> None:
    """Store one in place of that with its id."""
    db.execute(
        """
        INSERT INTO announcements (id, title, body, from_day, until_day, by, changed_at_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body,
            from_day = excluded.from_day, until_day = excluded.until_day, by = excluded.by,
            changed_at_ms = excluded.changed_at_ms
        """,
        (
            stored.id,
            stored.title,
            stored.body,
            stored.from_day,
            stored.until_day,
            by,
            to_ms(at),
        ),
    )


def remove(db: sqlite3.Connection, announcement_id: str) -> bool:
    """Delete one; False if there is none."""
    gone = db.execute("DELETE FROM announcements WHERE id = ?", (announcement_id,))
    return bool(gone.rowcount)


def every(db: sqlite3.Connection) -> list[Stored]:
    """All there are, a hundred at most: those that begin last first."""
    rows = db.execute("SELECT * FROM announcements ORDER BY from_day DESC, changed_at_ms DESC, id")
    return [
        Stored(
            id=row["id"],
            title=row["title"],
            body=row["body"],
            from_day=row["from_day"],
            until_day=row["until_day"],
        )
        for row in rows
    ]
