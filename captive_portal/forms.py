"""Reading the report form: strings of strangers in, a Draft or the mistakes out. Pure.

Fields: `text` (the report, required), `location` (free words), `kelurahan` (Kemendagri code from
the list of this kecamatan), `phone`, `name`, `publish` (a box to tick), `submission_id`
(hidden UUID of the page shown), and the file `photo`.
Sentences for the mistakes stand in the template; here they are codes.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from appliance.domain.cases.photo import PHOTO_MAX_BYTES, Photo, cleaned
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
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import consent
from web.bodies import BODY_MAX_BYTES

FORM_MAX_BYTES = PHOTO_MAX_BYTES + BODY_MAX_BYTES
"""The largest photo, and everything that is typed."""
FIELDS = ("text", "location", "kelurahan", "phone", "name", "publish", "submission_id")
UNREADABLE_SHARE = 0.3
"""A text with more replacement characters than this is a file or noise, not words."""

_WORD_CHARACTER = re.compile(r"[^\W_]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field that needs mending; `code` is empty, too_long, too_large, unreadable, unknown or
    again (a photo that must be chosen once more)."""

    field: str
    code: str


def parse_report(
    form: Mapping[str, str],
    kelurahan_codes: Collection[str],
    *,
    spare_id: str,
    language: str = "id",
) -> Draft | list[FieldError]:
    """Read a submitted form.

    A form without a page's id is taken under `spare_id`, a fresh UUID: better twice than never.
    `language` is the one in which it was shown.
    """
    told = {
        "text": clean_text(form.get("text", "")),
        "location": _one_line(form.get("location", "")),
        "kelurahan": form.get("kelurahan", "").strip(),
        "name": _one_line(form.get("name", "")),
    }
    phone = _phone(form.get("phone", ""))
    page_id = parse_submission_id(form.get("submission_id", "")) or UUID(spare_id)
    mistakes = _mistakes(told, phone, kelurahan_codes)
    if mistakes or isinstance(phone, FieldError):
        return mistakes
    return Draft(
        channel=Channel.PORTAL,
        text=told["text"],
        submission_id=submission_id(page_id, *told.values(), phone.e164 if phone else ""),
        reporter_phone=phone,
        reporter_name=told["name"] or None,
        location=told["location"] or None,
        kelurahan=told["kelurahan"] or None,
        consents=consent.publishing(form.get("publish", ""), language),
    )


def _mistakes(
    told: Mapping[str, str],
    phone: Msisdn | FieldError | None,
    kelurahan_codes: Collection[str],
) -> list[FieldError]:
    is_known_place = told["kelurahan"] == "" or told["kelurahan"] in kelurahan_codes
    codes = {
        "text": text_mistake(told["text"]),
        "location": "too_long" if len(told["location"]) > LOCATION_MAX_CHARS else "",
        "kelurahan": "" if is_known_place else "unknown",
        "phone": phone.code if isinstance(phone, FieldError) else "",
        "name": "too_long" if len(told["name"]) > NAME_MAX_CHARS else "",
    }
    return [FieldError(field, code) for field, code in codes.items() if code]


def text_mistake(text: str) -> str:
    """Say what is wrong with a cleaned text; empty if nothing is."""
    if not text:
        return "empty"
    if len(text) > TEXT_MAX_CHARS:
        return "too_long"
    noise = text.count("\ufffd") / len(text)
    if noise > UNREADABLE_SHARE or not _WORD_CHARACTER.search(text):
        return "unreadable"
    return ""


def parse_photo(data: bytes) -> Photo | FieldError | None:
    """Read the photo; None if empty. The caller has taken one byte more than is allowed."""
    if not data:
        return None
    if len(data) > PHOTO_MAX_BYTES:
        return FieldError("photo", "too_large")
    try:
        return cleaned(data)
    except BadInput:
        return FieldError("photo", "unreadable")


def parse_submission_id(value: str) -> UUID | None:
    """Read the hidden id of a page; None if it is not one we could have made."""
    try:
        return UUID(value)
    except ValueError:
        return None


def _one_line(value: str) -> str:
    return _SPACES.sub(" ", clean_text(value))


def _phone(value: str) -> Msisdn | FieldError | None:
    typed = _one_line(value)
    if not typed:
        return None
    try:
        return Msisdn.parse(typed)
    except BadInput:
        return FieldError("phone", "unreadable")
