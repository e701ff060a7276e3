"""Times as LAPOR! and its exports write them; without a zone they are of Jakarta. Pure."""

import re
from datetime import UTC, datetime

from appliance.domain.moment import WESTERN_INDONESIA

_MONTHS = {
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7,
    "agu": 8, "ags": 8, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12,
    "dec": 12,
}  # fmt: skip
_CLOCK = r"(?:[ T,]+(?:pukul )?(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?)?(?: *(?:WIB))?"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + _CLOCK)
_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})" + _CLOCK)
_WORDS = re.compile(r"(?:[A-Za-z]+, *)?(\d{1,2})[ \-]([A-Za-z]{3,9})[ \-](\d{4})" + _CLOCK)
_FIRST = datetime(2010, 1, 1, tzinfo=UTC)
"""LAPOR! began in 2011."""
_LAST = datetime(2100, 1, 1, tzinfo=UTC)


def read(text: str) -> datetime | None:
    """A time, at noon where only the day is told; None for what is none, or of another age."""
    text = " ".join(text.split())
    try:
        found = _with_zone(text) or _local(text)
    except ValueError:
        return None
    return found if found is not None and _FIRST <= found <= _LAST else None


def written(at: datetime) -> str:
    """A time as LAPOR! is told it."""
    return f"{at.astimezone(WESTERN_INDONESIA):%Y-%m-%d %H:%M:%S}"


def _with_zone(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _local(text: str) -> datetime | None:
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.group(1, 2, 3))
    elif found := _NUMBERS.fullmatch(text):
        day, month, year = map(int, found.group(1, 2, 3))
    elif found := _WORDS.fullmatch(text):
        day, year = int(found[1]), int(found[3])
        month = _MONTHS.get(found[2][:3].casefold(), 0)
    else:
        return None
    hour, minute = (int(found[4]), int(found[5])) if found[4] else (12, 0)
    return datetime(year, month, day, hour, minute, tzinfo=WESTERN_INDONESIA)
