"""Announcements on the pages of portal and kiosk: the city's and the kecamatan's, one list. Pure.

The city's table `announcements` has the columns id, title, body and, optionally, until (a date, the
last day on which it is shown, or an RFC 3339 time). Those of the kecamatan may be longer, and have
a first day too (column from).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.moment import start_of

TABLE = "announcements"
TITLE_MAX_CHARS = 80
BODY_MAX_CHARS = 400
LOCAL_BODY_MAX_CHARS = 4_000
SHOWN_AT_MOST = 3
"""On a first page; of the city's altogether."""
BRIEF_MAX_CHARS = 200
"""A date without a time ends at midnight in the west of Indonesia."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What residents read; shown until `until` (aware) if there is one."""

    id: str
    title: str
    body: str
    until: datetime | None
    begins: datetime | None = None

    def is_current(self, now: datetime) -> bool:
        """Whether residents read it now."""
        has_begun = self.begins is None or self.begins <= now
        return has_begun and (self.until is None or now < self.until)


def parse(row: Mapping[str, str], *, body_max: int = BODY_MAX_CHARS) -> Announcement:
    """Check one row; raises BadInput that names the column."""
    title, body = clean_text(row.get("title", "")), clean_text(row.get("body", ""))
    if not 1 <= len(title) <= TITLE_MAX_CHARS:
        raise BadInput(f"title must have 1 to {TITLE_MAX_CHARS} characters, not {len(title)}")
    if len(body) > body_max:
        raise BadInput(f"body must have at most {body_max} characters, not {len(body)}")
    if not row.get("id"):
        raise BadInput("id is missing")
    return Announcement(
        id=row["id"],
        title=title,
        body=body,
        until=_until(row.get("until", "")),
        begins=_begin(row.get("from", "")),
    )


def current(rows: Iterable[Mapping[str, str]], now: datetime) -> list[Announcement]:
    """Those to show now, in the city's order; rows that do not fit are left out."""
    shown = []
    for row in rows:
        try:
            found = parse(row)
        except BadInput:
            continue
        if found.is_current(now):
            shown.append(found)
    return shown[:SHOWN_AT_MOST]


def together(
    citys: list[Announcement], locals_: list[Announcement], now: datetime
) -> list[Announcement]:
    """One list of what residents read now: the city's first, the kecamatan's, the rest of the
    city's."""
    return [*citys[:1], *(one for one in locals_ if one.is_current(now)), *citys[1:]]


def brief(found: Announcement) -> Announcement:
    """The beginning of an announcement, for a first page."""
    first = found.body.split("\n", 1)[0]
    if len(first) > BRIEF_MAX_CHARS:
        first = first[:BRIEF_MAX_CHARS].rsplit(" ", 1)[0]
    return found if first == found.body else replace(found, body=f"{first} …")


def _begin(text: str) -> datetime | None:
    try:
        begins = start_of(date.fromisoformat(text)) if text else None
    except (ValueError, OverflowError):
        raise BadInput(f"from must be a date like 2026-11-30, not {text[:40]!r}") from None
    return begins.astimezone(UTC) if begins else None


def _until(text: str) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == len("2026-11-21"):
            last_day = start_of(date.fromisoformat(text))
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
