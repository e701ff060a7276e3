"""What an operator types while somebody is on the telephone -> checked values. Pure."""

import json
from collections.abc import Container
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from appliance.domain import reference
from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Kind,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.privacy.consent import AGREED, Purpose
from appliance.domain.sms.received import Wish
from command_center.pages.forms import NO_KELURAHAN, Sent

KINDS = (Kind.COMPLAINT, Kind.SUGGESTION, Kind.INFORMATION, Kind.EMERGENCY)
WISHES = {
    Wish.ADD: "Menambah keterangan",
    Wish.CONFIRM: "Sudah selesai",
    Wish.DISPUTE: "Belum selesai",
    Wish.WITHDRAW: "Membatalkan laporan",
}
_TOLD = ("text", "location", "phone", "name", "secret")
"""What the proposal is made from: whoever changes one of them is shown a new proposal."""
_LIMITS = {"text": TEXT_MAX_CHARS, "location": LOCATION_MAX_CHARS, "name": NAME_MAX_CHARS}
_WORD_MAX_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call, as it was typed; what is None is for triage and routing to say."""

    entry_id: str
    """Of the page it was typed on: sent twice it is one report."""
    text: str
    location: str
    phone: str | None
    name: str | None
    is_secret: bool
    kelurahan: str | None
    """A code; `NO_KELURAHAN` where the operator says that nobody knows it."""
    category: str | None
    kind: str | None
    agency: str | None
    parent: str
    """The id of the report of the same matter, as the operator says."""
    consents: tuple[Purpose, ...]
    fingerprint: str
    """Of what the proposal is made from."""
    is_confirmed: bool
    """The operator has seen the proposal that these words make."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What is wrong, by field."""

    fields: dict[str, str]


def entry(sent: Sent, city: str, spare_id: str) -> Entry | Mistakes:
    """Read a call in a city of four digits."""
    told = {name: clean_text(sent.get(name, "")) for name in _TOLD}
    mistakes = {
        name: f"Paling banyak {limit} huruf."
        for name, limit in _LIMITS.items()
        if len(told[name]) > limit
    }
    if not told["text"]:
        mistakes["text"] = "Tulis dulu apa yang dilaporkan."
    phone = None
    try:
        phone = Msisdn.parse(told["phone"]).e164 if told["phone"] else None
    except BadInput as error:
        mistakes["phone"] = str(error)
    if mistakes:
        return Mistakes(mistakes)
    fingerprint = sha256(json.dumps([told[name] for name in _TOLD]).encode()).hexdigest()[:16]
    codes = [NO_KELURAHAN, *(one.code for one in reference.kelurahan_of_city(city))]
    return Entry(
        entry_id=_page_id(sent, spare_id),
        text=told["text"],
        location=told["location"].replace("\n", " "),
        phone=phone,
        name=told["name"].replace("\n", " ") or None,
        is_secret=told["secret"] == AGREED,
        kelurahan=_among(sent, "kelurahan", codes),
        category=_among(sent, "category", reference.categories()),
        kind=_among(sent, "kind", KINDS),
        agency=sent.get("agency", "")[:_WORD_MAX_CHARS] or None,
        parent=sent.get("parent", "")[:64],
        consents=tuple(one for one in Purpose if sent.get(one, "") == AGREED),
        fingerprint=fingerprint,
        is_confirmed=sent.get("shown", "") == fingerprint,
    )


def said(sent: Sent) -> tuple[Wish, str]:
    """Read what a reporter says by telephone about a report of hers; raises BadInput."""
    wish = next((one for one in WISHES if one == sent.get("wish", "")), None)
    words = clean_text(sent.get("words", ""))
    if wish is None or (wish is Wish.ADD and not words):
        raise BadInput("Pilih apa yang dikatakan pelapor, dan tulis keterangannya.")
    if len(words) > TEXT_MAX_CHARS:
        raise BadInput(f"Paling banyak {TEXT_MAX_CHARS} huruf.")
    return wish, words


def _among(sent: Sent, name: str, known: Container[str]) -> str | None:
    word = sent.get(name, "")
    return word if word and word in known else None


def _page_id(sent: Sent, spare_id: str) -> str:
    try:
        return str(UUID(sent.get("entry_id", "")))
    except ValueError:
        return spare_id
