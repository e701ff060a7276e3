"""What staff send from the queue, a case and the telephone -> checked values. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    clean_text,
    submission_id,
)
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.privacy.consent import AGREED, Consent, Purpose
from appliance.domain.reference import categories
from appliance.domain.staff.action import Act, Wish
from appliance.store.cases.queue import WORDS_MAX, Filter

NO_KELURAHAN = "-"
"""Chosen where nobody knows it."""
PAGE_SIZE = 50
LATE = "terlambat"
PHONED = ("text", "location", "kelurahan", "phone", "name", "category", "publish", "call_back")
_LAST_PAGE = 10_000
_WORD_MAX_CHARS = 40
_NUMBER = re.compile("[0-9]{3,15}")
_ACT_FIELDS = ("status", "category", "kind", "kelurahan", "agency", "parent")
_BETWEEN_DIGITS = re.compile(r"[\s.\-()+]+")

Sent = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What the queue is to show; a `ticket` leads to its page."""

    filter: Filter
    is_late: bool
    page: int
    typed: str
    ticket: Ticket | None


def list_query(sent: Sent, account: str) -> ListQuery:
    """Read the filters; what cannot be read is left out."""
    typed = clean_text(sent.get("q", "")[:_WORD_MAX_CHARS])
    ticket, phone_ending, words = _search(typed)
    page = sent.get("hal", "")
    return ListQuery(
        filter=Filter(
            status=_word(sent, "status"),
            category=_word(sent, "kategori"),
            kelurahan=_word(sent, "kelurahan"),
            channel=_word(sent, "saluran"),
            agency=_word(sent, "dinas"),
            touched_by=account if sent.get("saya") else "",
            phone_ending=phone_ending,
            words=words,
        ),
        is_late=sent.get("tenggat", "") == LATE,
        page=min(max(int(page), 1), _LAST_PAGE) if re.fullmatch("[0-9]{1,5}", page) else 1,
        typed=typed,
        ticket=ticket,
    )


def _word(sent: Sent, name: str) -> str:
    return sent.get(name, "")[:_WORD_MAX_CHARS]


def _search(typed: str) -> tuple[Ticket | None, str, tuple[str, ...]]:
    """A ticket, the end of a phone's number, or words."""
    digits = _BETWEEN_DIGITS.sub("", typed)
    if not _NUMBER.fullmatch(digits):
        return _ticket(typed), "", tuple(typed.split()[:WORDS_MAX])
    try:
        return _ticket(typed), Msisdn.parse(typed).e164, ()
    except BadInput:
        return _ticket(typed), digits, ()


def _ticket(typed: str) -> Ticket | None:
    try:
        return Ticket.parse(typed)
    except BadInput:
        return None


def wish(sent: Sent) -> Wish:
    """Read an act; raises BadInput for one that does not exist."""
    try:
        act = Act(sent.get("act", ""))
    except ValueError:
        raise BadInput("Tindakan itu tidak dikenal. Muat ulang halaman.") from None
    changes = {name: sent[name][:_WORD_MAX_CHARS] for name in _ACT_FIELDS if name in sent}
    if changes.get("kelurahan") == NO_KELURAHAN:
        changes["kelurahan"] = ""
    return Wish(act=act, changes=changes, message=sent.get("message", "")[:TEXT_MAX_CHARS])


def action_id(sent: Sent, meant: Wish, spare_id: str) -> str:
    """The same form sent twice is one act, another of the same page a second one."""
    told = [meant.act, meant.message, *(f"{n}={v}" for n, v in sorted(meant.changes.items()))]
    return submission_id(_page_id(sent, spare_id), *map(clean_text, told))


def phoned(sent: Sent, kelurahan_codes: Collection[str], spare_id: str) -> Draft | dict[str, str]:
    """Read a complaint told by phone, or say by field what is wrong with it."""
    told = {name: clean_text(sent.get(name, "")) for name in PHONED}
    mistakes = {
        "text": _text_mistake(told["text"]),
        "location": _length_mistake(told["location"], LOCATION_MAX_CHARS),
        "name": _length_mistake(told["name"], NAME_MAX_CHARS),
    }
    phone = None
    try:
        phone = Msisdn.parse(told["phone"]) if told["phone"] else None
    except BadInput as error:
        mistakes["phone"] = str(error)
    if found := {field: words for field, words in mistakes.items() if words}:
        return found
    return Draft(
        channel=Channel.PHONE,
        text=told["text"],
        submission_id=submission_id(_page_id(sent, spare_id), *told.values()),
        reporter_phone=phone,
        reporter_name=told["name"] or None,
        location=told["location"] or None,
        kelurahan=told["kelurahan"] if told["kelurahan"] in kelurahan_codes else None,
        category=told["category"] if told["category"] in categories() else None,
        consents=tuple(
            Consent(purpose=purpose, language="id")
            for purpose in Purpose
            if told[purpose] == AGREED
        ),
    )


def _text_mistake(text: str) -> str:
    if not text:
        return "Tulis dulu apa yang dilaporkan."
    return _length_mistake(text, TEXT_MAX_CHARS)


def _length_mistake(text: str, most: int) -> str:
    return f"Terlalu panjang: {len(text)} huruf, paling banyak {most}." if len(text) > most else ""


def _page_id(sent: Sent, spare_id: str) -> UUID:
    """The id of the page that a form was on; a form without one counts as sent from a new page."""
    try:
        return UUID(sent.get("page_id", ""))
    except ValueError:
        return UUID(spare_id)
