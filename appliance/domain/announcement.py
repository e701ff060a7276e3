"""Announcements of the city on the first pages of portal and kiosk: from table rows. Pure.

The table `announcements` has the columns id, title, body and, optionally, until (a date, the last
day on which it is shown, or an RFC 3339 time).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from appliance.domain.errors import BadInput
from appliance.domain.service_request import clean_text

TABLE = "announcements"
TITLE_MAX_CHARS = 80
BODY_MAX_CHARS = 400
SHOWN_AT_MOST = 3
_WIB = timezone(timedelta(hours=7))
"""A date without a time ends at midnight in the west of Indonesia."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What residents read; shown until `until` (aware) if there is one."""

    id: str
    title: str
    body: str
    until: datetime | None


def parse(row: Mapping[str, str]) -> Announcement:
    """Check one row; raises BadInput that names the column."""
    title, body = clean_text(row.get("title", "")), clean_text(row.get("body", ""))
    if not 1 <= len(title) <= TITLE_MAX_CHARS:
        raise BadInput(f"title must have 1 to {TITLE_MAX_CHARS} characters, not {len(title)}")
    if len(body) > BODY_MAX_CHARS:
        raise BadInput(f"body must have at most {BODY_MAX_CHARS} characters, not {len(body)}")
    if not row.get("id"):
        raise BadInput("id is missing")
    return Announcement(id=row["id"], title=title, body=body, until=_until(row.get("until", "")))


def current(rows: Iterable[Mapping[str, str]], now: datetime) -> list[Announcement]:
    """Those to show now, in the city's order; rows that do not fit are left out."""
    shown = []
    for row in rows:
        try:
            found = parse(row)
        except BadInput:
            continue
        if found.until is None or now < found.until:
            shown.append(found)
    return shown[:SHOWN_AT_MOST]


def _until(text: str) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == len("2026-11-21"):
            last_day = datetime.combine(date.fromisoformat(text), time(), _WIB)
            return (last_day + timedelta(days=1)).astimezone(UTC)
        until = datetime.fromisoformat(text)
        if until.tzinfo is None:
            raise ValueError(text)
        return until.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(
            f"until must be a date like 2026-11-30 or a time like 2026-11-30T12:00:00+07:00, "
            f"not {text[:40]!r}"
        ) from None
