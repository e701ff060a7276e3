"""What staff send about dispositions -> checked values. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from appliance.domain.errors import BadInput
from command_center.handling.disposing import Order
from command_center.pages.forms import PAGE_SIZE, Sent, page, seen

LAST_PAGE = 1_000
_WORD_MAX_CHARS = 40


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """Whose cases are to be shown."""

    unit: str
    page: int

    @property
    def offset(self) -> int:
        """How many stand before the first of the page."""
        return (self.page - 1) * PAGE_SIZE


def order_form(sent: Sent) -> tuple[Order, datetime | None]:
    """Read a disposition and what its officer looked at; `to` is AGENCY or AGENCY/UNIT."""
    agency, _, unit = sent.get("to", "").partition("/")
    if not agency:
        raise BadInput("Pilih dinas atau unit yang menangani.")
    order = Order(
        agency=agency[:_WORD_MAX_CHARS],
        unit=unit[:_WORD_MAX_CHARS],
        note=sent.get("note", ""),
        due_on=_day(sent.get("due_on", "").strip()),
    )
    return order, seen(sent)


def inbox_query(sent: Sent) -> InboxQuery:
    """Read what of an agency is to be shown; what cannot be read is left out."""
    unit = sent.get("unit", "")[:_WORD_MAX_CHARS]
    return InboxQuery(unit=unit, page=page(sent, LAST_PAGE))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("Tulis tenggat seperti 2026-11-30.") from None
