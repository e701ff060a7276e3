"""What officers send -> checked values. Pure; knows werkzeug's mappings only by their `get`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import from_ms
from command_center.cases.correcting import FIELDS, Wanted
from command_center.cases.worklist import Due
from command_center.cloudevents import FEED_MAX_EVENTS
from command_center.store.cases.requests import Filter

NO_KELURAHAN = "-"
"""Chosen where nobody knows it."""
PAGE_SIZE = 50
LISTED_MAX = 2_000
"""Nobody reads on beyond so many; a filter finds what is further down."""
LAST_PAGE = LISTED_MAX // PAGE_SIZE
_WORD_MAX_CHARS = 40
_BAD_TICKET = (
    "Nomor tiket terdiri dari 8 angka, dan yang terakhir adalah angka pemeriksa. "
    "Periksa lagi angka yang diketik."
)


class Sent(Protocol):
    """A query string or a form."""

    def get(self, key: str, default: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What the list is to show; `problem` says why the ticket could not be read."""

    filter: Filter
    due: Due | None
    page: int
    typed_ticket: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusForm:
    """A move an officer asks for; `seen_at` is the state of the request they looked at."""

    status: Status
    message: str
    seen_at: datetime | None
    with_children: bool
    """Whether the cases under it move with it."""
    destination: str
    """Whose business it is, where it is not the city's."""


def list_query(sent: Sent) -> ListQuery:
    """Read the filters; what cannot be read is left out, a bad ticket is told."""
    typed, problem, digits = sent.get("ticket", "").strip()[:40], "", ""
    if typed:
        try:
            digits = Ticket.parse(typed).digits
        except BadInput:
            problem = _BAD_TICKET
            digits = "-"  # no ticket: an empty list is truer than all of it
    words = {
        name: sent.get(name, "")[:_WORD_MAX_CHARS]
        for name in ("status", "agency", "category", "site", "kelurahan")
    }
    return ListQuery(
        filter=Filter(ticket=digits, **words),
        due=next((due for due in Due if due == sent.get("tenggat", "")), None),
        page=page(sent, LAST_PAGE),
        typed_ticket=typed,
        problem=problem,
    )


def feed_query(sent: Sent) -> tuple[int, int]:
    """Position and number of events that a reader of the feed asks for; BadInput names mistakes."""
    after = _number(sent.get("after", "0"))
    limit = _number(sent.get("limit", str(FEED_MAX_EVENTS)))
    if after is None or limit is None or not 1 <= limit <= FEED_MAX_EVENTS:
        raise BadInput(f"after is a position from 0, limit a number from 1 to {FEED_MAX_EVENTS}")
    return after, limit


def correction_form(sent: Sent) -> tuple[Wanted, datetime | None]:
    """Read a correction and what its officer looked at; an empty word changes nothing."""
    words = {name: sent.get(name, "")[:_WORD_MAX_CHARS] or None for name in FIELDS}
    if words["kelurahan"] is not None:
        words["kelurahan"] = "" if words["kelurahan"] == NO_KELURAHAN else words["kelurahan"]
    return Wanted(**words, reason=sent.get("reason", "")), seen(sent)


def status_form(sent: Sent) -> StatusForm:
    """Read the move; raises BadInput for a status that does not exist."""
    try:
        status = Status(sent.get("status", ""))
    except ValueError:
        raise BadInput("Pilih status baru.") from None
    return StatusForm(
        status=status,
        message=sent.get("message", ""),
        seen_at=seen(sent),
        with_children=sent.get("with_children", "") == "1",
        destination=sent.get("destination", "")[:_WORD_MAX_CHARS],
    )


def seen(sent: Sent) -> datetime | None:
    """The `updated_at` of the case that an officer looked at."""
    ms = _number(sent.get("seen", ""))
    return None if ms is None else from_ms(ms)


def page(sent: Sent, last: int) -> int:
    """The page of a list that is asked for, from 1 to the last that there can be."""
    return min(max(_number(sent.get("page", "")) or 1, 1), last)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 14 else None
