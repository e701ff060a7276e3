"""What was read of a file: its text, as it may be stored and shown, or why there is none. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from appliance.domain.archive.card import TextState

TEXT_MAX_CHARS = 200_000
"""A hundred pages; of a longer document the beginning is searched."""
SNIPPET_CHARS = 240
HITS_LOOKED_AT = 200
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


def hits(words: Sequence[Sequence[str]]) -> re.Pattern[str]:
    """What of a text is marked: the forms of each word, as beginnings; a group for each word."""
    groups = "|".join(f"({'|'.join(map(_loosely, forms))})" for forms in words)
    return re.compile(rf"\b(?:{groups})\w*", re.IGNORECASE)


def _loosely(form: str) -> str:
    """Numbers are found whatever stands between their parts."""
    return r"\W+".join(map(re.escape, re.split(r"[./\-]", form)))


def snippet(text: str, marks: re.Pattern[str]) -> str:
    """The part of a text with the most different hits, marked with MARKS; empty without any."""
    found = list(islice(marks.finditer(text), HITS_LOOKED_AT))
    if not found:
        return ""

    def different(first: re.Match[str]) -> int:
        end = first.start() + SNIPPET_CHARS
        return len({hit.lastindex for hit in found if first.start() <= hit.start() < end})

    start = max(0, max(found, key=different).start() - SNIPPET_CHARS // 4)
    end = start + SNIPPET_CHARS
    start = text.find(" ", start, start + 20) + 1 or start if start else 0
    end = text.rfind(" ", end - 20, end) if end < len(text) else len(text)
    part = marks.sub(lambda hit: MARKS[0] + hit[0] + MARKS[1], text[start : max(start, end)])
    return f"{'… ' * (start > 0)}{part}{' …' * (end < len(text))}"


def pieces(snippet: str) -> list[tuple[str, bool]]:
    """A snippet cut at its MARKS: each piece, and whether it is a hit."""
    begin, end = MARKS
    found = [(snippet.partition(begin)[0], False)]
    for part in snippet.split(begin)[1:]:
        hit, _, rest = part.partition(end)
        found += [(hit, True), (rest, False)]
    return [piece for piece in found if piece[0]]
