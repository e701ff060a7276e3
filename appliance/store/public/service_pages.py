"""Services as staff of the kecamatan have saved them."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.public.service_page import LIMITS, Saved, ServicePage


def every(db: sqlite3.Connection) -> dict[str, Saved]:
    """All of them, by slug; a hundred at most."""
    return {row["slug"]: _saved(row) for row in db.execute("SELECT * FROM service_pages")}


def put(db: sqlite3.Connection, saved: Saved, *, by: str, at: datetime) -> None:
    """Store a page in place of that with its slug."""
    page = saved.page
    db.execute(
        """
        INSERT INTO service_pages (slug, state, title, requirements, fee, duration, hours, place,
            note, keywords, based_on, by, changed_at_ms)
        VALUES (:slug, :state, :title, :requirements, :fee, :duration, :hours, :place, :note,
            :keywords, :based_on, :by, :at_ms)
        ON CONFLICT (slug) DO UPDATE SET state = excluded.state, title = excluded.title,
            requirements = excluded.requirements, fee = excluded.fee, duration = excluded.duration,
            hours = excluded.hours, place = excluded.place, note = excluded.note,
            keywords = excluded.keywords, based_on = excluded.based_on, by = excluded.by,
            changed_at_ms = excluded.changed_at_ms
        """,
        {
            **{name: getattr(page, name) for name in ("slug", *LIMITS)},
            "state": "shown" if saved.is_shown else "hidden",
            "based_on": saved.based_on,
            "by": by,
            "at_ms": to_ms(at),
        },
    )


def remove(db: sqlite3.Connection, slug: str) -> bool:
    """Forget what staff have saved, so that a page shipped is again as shipped."""
    return bool(db.execute("DELETE FROM service_pages WHERE slug = ?", (slug,)).rowcount)


def _saved(row: sqlite3.Row) -> Saved:
    page = ServicePage(slug=row["slug"], **{name: row[name] for name in LIMITS})
    return Saved(page=page, is_shown=row["state"] == "shown", based_on=row["based_on"])
