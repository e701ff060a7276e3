"""What may be shown of a text to others than the officers of its case. Pure.

Left out are e-mail addresses, number plates, and numbers by which a person is found: of nine digits
and more (NIK, KK, phones, accounts), and of five and more behind a word that says what they are.
What a report needs stays: numbers of houses, RT and RW, dates, times, amounts, kilometre marks, our
tickets.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.domain.privacy import disguise, number_plates, personal_numbers

_NUMBER, _ADDRESS, _PLATE, _NAME = "(angka)", "(email)", "(kendaraan)", "(nama)"
_NAME_CHARS = 3
_TITLES = frozenset({"pak", "bapak", "ibu", "buk", "warga", "ketua", "haji", "bang", "kak"})

_DOT = r"(?:\s*\.\s*|\s+(?:titik|dot)\s+|\s*[\[(]\s*(?:titik|dot)\s*[\])]\s*)"
_AT = r"(?:\s*@\s*|\s+(?:at|et)\s+|\s*[\[(]\s*(?:at|et)\s*[\])]\s*)"
_TOP = "(?:com|co|id|net|org|go|ac|sch|info|biz|web|my|io|me|us|uk|dev|app|site|online|xyz)"
_MAIL = re.compile(
    rf"[\w.+-]{{1,64}}(?:\s+(?:titik|dot|strip|underscore)\s+[\w+-]{{1,64}}){{0,3}}"
    rf"(?:{_AT}(?:[\w-]{{1,63}}{_DOT}){{1,4}}{_TOP}(?![^\W_])"
    rf"|{_AT}(?:gmail|ymail|yahoo|hotmail|outlook|icloud|proton(?:mail)?)(?![^\W_])"
    r"|@[\w.-]{1,255})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    instead: str


def mask(text: str, *, name: str | None = None) -> str:
    """`text` without what leads to a person; `name` is the reporter's, where it is known."""
    view = disguise.plain(text)
    found = [
        *_found(_MAIL.finditer(view), _ADDRESS),
        *(_Found(*span, _PLATE) for span in number_plates.find(view)),
        *(_Found(*span, _NUMBER) for span in personal_numbers.find(disguise.digits(view))),
        *_found(_names(view, name), _NAME),
    ]
    return _replaced(text, sorted(found, key=lambda one: (one.start, -one.end)))


def _replaced(text: str, found: list[_Found]) -> str:
    pieces, at = [], 0
    for one in found:
        if one.start >= at:
            pieces += [text[at : one.start], one.instead]
        at = max(at, one.end)
    return "".join([*pieces, text[at:]])


def _found(matches: Iterable[re.Match[str]], instead: str) -> Iterator[_Found]:
    return (_Found(*match.span(), instead) for match in matches)


def _names(view: str, name: str | None) -> Iterator[re.Match[str]]:
    """The parts of the name that are no title and no initial, wherever they stand."""
    parts = (part for part in re.split(r"[\W_]+", name or "") if part.lower() not in _TITLES)
    told = "|".join(re.escape(part) for part in parts if len(part) >= _NAME_CHARS)
    if not told:
        return iter(())
    whole = rf"(?<![^\W_])(?:{told})(?:[\W_]+(?:{told}))*(?![^\W_])"
    return re.finditer(whole, view, re.IGNORECASE)
