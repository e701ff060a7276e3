"""What is left of an event once the personal data of its request are erased. Pure.

Box and city ask this one function, so that what one of them has erased and the other repeats is
the same event to both. Fields are known by name: an event of a newer sender loses them too.
"""

from enum import StrEnum
from typing import Any

import msgspec

from appliance.domain.events.requests import RequestReceived, TextAmended

ERASED_TEXT = "(dihapus)"
"""Where a text must not be empty."""
PERSONAL: dict[str, Any] = {
    "text": "",
    "message": "",
    "reporter_phone": None,
    "reporter_name": None,
    "location": None,
    "recipient": "",
    "error": "",
    "judged": None,
    "sealed": None,
}
"""Fields of events about a request that may tell of a person, and what stands there instead."""
KEPT = frozenset(
    {"request_id", "ticket", "channel", "kind", "category", "sensitivity", "agency", "kelurahan"}
    | {
        "created_at",
        "changed_at",
        "corrected_at",
        "at",
        "status",
        "state",
        "outcome",
        "reason",
        "by",
        "wish",
    }
    | {"follow_up_id", "reply_id", "official", "text_id", "purpose", "sha256", "size_bytes"}
    | {
        "source",
        "media_type",
        "routing_version",
        "destination",
        "is_given",
        "text_version",
        "language",
    }
    | {"duplicate_of", "marks", "action_id", "act", "parent", "seen"}
)
"""Fields that statistics and the trail of a case stand on."""
_NEVER_EMPTY = frozenset({RequestReceived.KIND, TextAmended.KIND})


class Reason(StrEnum):
    """Why data were erased; stored."""

    WISH = "wish"
    """The person, or an officer for her."""
    AGE = "age"
    """They had been kept long enough."""
    HANDED_OVER = "handed_over"
    """The city has what is confidential; the box needs it no more."""


def redacted(kind: str, payload: str) -> str:
    """The JSON of an event without personal data; what is no JSON object becomes an empty one."""
    try:
        data = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = {}
    if not isinstance(data, dict):
        data = {}
    for name in PERSONAL.keys() & data.keys():
        is_text = name == "text" and kind in _NEVER_EMPTY
        data[name] = ERASED_TEXT if is_text else PERSONAL[name]
    return msgspec.json.encode(data).decode()


class _About(msgspec.Struct):
    request_id: str = ""


def subject(payload: str | bytes) -> str:
    """The id of the request that the JSON of an event is about; empty if it is about none."""
    try:
        return msgspec.json.decode(payload, type=_About).request_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
