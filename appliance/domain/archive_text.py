"""What was read of a file: its text, as it may be stored and shown, or why there is none. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.archive import TextState

TEXT_MAX_CHARS = 200_000
"""A hundred pages; of a longer document the beginning is searched."""
MARKS = ("\x02", "\x03")
"""Around a hit in a snippet; no stored text contains them."""
_SPACE = re.compile(r"[ \t\xa0]+")
_EMPTY_LINES = re.compile(r"\s*\n\s*\n\s*")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


class Trouble(StrEnum):
    """Why a file has no text; values are stored."""

    NO_TEXT = "no_text"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    NO_READER = "no_reader"
    CRASHED = "crashed"
    FILE_LOST = "file_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How reading a file ended."""

    state: TextState
    text: str = ""
    trouble: Trouble | None = None


def found(raw: str) -> Reading:
    """A text that was read; none where nothing is left of it, as in a scanned sheet."""
    text = _UNSHOWABLE.sub(" ", raw.replace("\r\n", "\n").replace("\f", "\n"))
    text = _EMPTY_LINES.sub("\n\n", _SPACE.sub(" ", text)).strip()[:TEXT_MAX_CHARS]
    if not any(char.isalnum() for char in text):
        return Reading(state=TextState.NONE, trouble=Trouble.NO_TEXT)
    return Reading(state=TextState.FOUND, text=text)


def failed(trouble: Trouble) -> Reading:
    """A file that could not be read; its document is found by title and number."""
    return Reading(state=TextState.FAILED, trouble=trouble)


def pieces(snippet: str) -> list[tuple[str, bool]]:
    """A snippet cut at its MARKS: each piece, and whether it is a hit."""
    begin, end = MARKS
    found = [(snippet.partition(begin)[0], False)]
    for part in snippet.split(begin)[1:]:
        hit, _, rest = part.partition(end)
        found += [(hit, True), (rest, False)]
    return [piece for piece in found if piece[0]]
