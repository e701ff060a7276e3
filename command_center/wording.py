"""The words officers read for what the programs call by code; unknown codes are shown as they are.

Pure. Indonesian only, as all staff pages.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from appliance.domain import reference
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import sealing
from appliance.domain.sms.phrases import STATUS_WORDS
from appliance.domain.staff.words import (
    CHANNELS,
    FIELDS,
    KINDS,
    MARKS,
    SENSITIVITIES,
    TEXT_PURPOSES,
    TEXT_STATES,
)

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def status(value: str) -> str:
    """Where a request stands."""
    unknown = f"Status tidak dikenal ({value})"
    return next((word for known, word in STATUS_WORDS.items() if known == value), unknown)


def channel(value: str) -> str:
    """How the resident reached us."""
    return CHANNELS.get(value, value)


def mark(value: str) -> str:
    """What an officer should know first."""
    return MARKS.get(value, value)


def kind(value: str) -> str:
    """What the resident wants."""
    return KINDS.get(value, value)


def sensitivity(value: str) -> str:
    """Who may see the text."""
    return SENSITIVITIES.get(value, value)


def text_purpose(value: str) -> str:
    """Whom an SMS is for, and why."""
    return TEXT_PURPOSES.get(value, value)


def text_state(value: str) -> str:
    """What became of an SMS."""
    return TEXT_STATES.get(value, value)


def categories() -> dict[str, str]:
    """Every category and its name."""
    return {known.id: known.name for known in reference.categories().values()}


def category(value: str) -> str:
    """What it is about."""
    if value == sealing.TOPIC:
        return "Rahasia"
    known = reference.categories().get(value)
    return known.name if known else value


_VALUES: dict[str, Callable[[str], str]] = {
    "category": category,
    "kind": kind,
    "agency": reference.agency_name,
    "sensitivity": sensitivity,
    "kelurahan": reference.any_kelurahan_name,
}


def correction(field: str, before: str, after: str) -> str:
    """What an officer has changed: `kategori PJU -> Sampah`."""
    shown = _VALUES[field]
    was, is_now = (shown(value) if value else "tidak diketahui" for value in (before, after))
    return f"{FIELDS[field]} {was} -> {is_now}"


def holders(sealed: Iterable[str]) -> str:
    """Whose keys open these sealed texts; empty if nothing is sealed."""
    units = dict.fromkeys(sealing.parse(text).holder.unit for text in sealed)
    return ", ".join(
        "pemegang kunci kota" if unit == sealing.FALLBACK else reference.agency_name(unit)
        for unit in units
    )


def phone(value: str) -> str:
    """A number in the groups it is read aloud in."""
    try:
        return Msisdn.parse(value).grouped
    except BadInput:
        return value


def age(at: datetime, now: datetime) -> str:
    """How long ago, in one unit: `baru saja`, `12 menit`, `3 jam`, `5 hari`."""
    seconds = int((now - at).total_seconds())
    if seconds < _MINUTE_S:
        return "baru saja"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} menit"
    if seconds < 2 * _DAY_S:
        return f"{seconds // _HOUR_S} jam"
    return f"{seconds // _DAY_S} hari"
