"""What a client asks for -> a checked question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.domain.errors import BadInput
from appliance.domain.moment import plausible
from command_center.open311 import services
from command_center.open311.problem import Problem

SPAN = timedelta(days=90)
REQUESTS_MAX = 1_000
IDS_MAX = 100
_ARGUMENT_MAX_CHARS = 8_000
_ID_MAX_CHARS = 64
_OPEN, _CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which requests: either `ids`, or all of these services, states and days."""

    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    states: frozenset[str] = frozenset((_OPEN, _CLOSED))
    start: datetime
    end: datetime


def question(sent: Mapping[str, str], now: datetime) -> Question:
    """Read the arguments of GET requests; an empty one counts as none. Raises Problem."""
    start, end = window(_time(sent, "start_date"), _time(sent, "end_date"), now)
    ids = _list(sent, "service_request_id")
    if ids:
        if len(ids) > IDS_MAX or any(len(one) > _ID_MAX_CHARS for one in ids):
            raise Problem(400, f"service_request_id takes at most {IDS_MAX} ids")
        return Question(ids=ids, start=start, end=end)
    codes = tuple(services.found(code).id for code in _list(sent, "service_code"))
    states = frozenset(_list(sent, "status")) or frozenset((_OPEN, _CLOSED))
    if not states <= {_OPEN, _CLOSED}:
        raise Problem(400, "status is open or closed")
    return Question(codes=codes, states=states, start=start, end=end)


def window(
    start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """The days asked for, at most 90: the latest, unless one end of them or both are told."""
    if start is None:
        end = end or now
        return end - SPAN, end
    if end is None:
        return start, start + SPAN
    if not timedelta(0) <= end - start <= SPAN:
        raise Problem(400, "end_date is at most 90 days after start_date")
    return start, end


def _list(sent: Mapping[str, str], name: str) -> tuple[str, ...]:
    text = sent.get(name, "")
    if len(text) > _ARGUMENT_MAX_CHARS:
        raise Problem(400, f"{name} is too long")
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _time(sent: Mapping[str, str], name: str) -> datetime | None:
    text = sent.get(name, "").strip().replace(" ", "+")  # a plus that nobody has quoted
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError("no zone")
        return plausible(at, name)
    except (ValueError, BadInput, OverflowError):
        raise Problem(400, f"{name} is not a time like 2026-01-31T00:00:00Z") from None
