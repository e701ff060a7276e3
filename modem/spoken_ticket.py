"""Finding a ticket number in a text: eight digits in any grouping, mistyped or spoken; pure.

Digits may be O, I, l or S, and words in three languages; groups may be split by spaces, dots,
dashes and slashes. Does not know what the sender wants.
"""

import re
from dataclasses import dataclass

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from modem.vocabulary import DIGITS

_TOKEN = re.compile(r"[^\W_]+")
# What may stand between two groups of one number.
_JOINT = re.compile(r"[\s.,:;#*\-–—_/]{0,6}")
_LOOKALIKES = str.maketrans("OoIlSs", "001155")
_TYPED = re.compile(r"[0-9OoIlSs]+")
_LONE_LETTERS = frozenset("OoIl")
_TICKET_DIGITS = 8
_MIN_DIGITS = 6
"""Fewer are a house number, a price or a year."""
_MAX_DIGITS = 16
"""More are somebody's phone or identity number."""


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text; `ticket` is None where its digits are wrong."""

    ticket: Ticket | None
    typed: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    digits: str
    certain: int
    """How many of them are no letters that only look like digits."""


def find(text: str) -> Found | None:
    """The first valid ticket, or else the first number that may have been meant as one."""
    runs = _runs(text)
    for run in runs:
        for first in range(len(run)):
            if (last := _ticket_end(run, first)) is not None:
                return _found(text, run[first : last + 1], is_valid=True)
    for run in runs:
        if _MIN_DIGITS <= sum(piece.certain for piece in run) <= _MAX_DIGITS:
            return _found(text, run, is_valid=False)
    return None


def _runs(text: str) -> list[list[_Piece]]:
    """Pieces that are digits, each list unbroken."""
    runs: list[list[_Piece]] = []
    for token in _TOKEN.finditer(text):
        piece = _piece(token)
        if piece is None:
            continue
        if runs and _JOINT.fullmatch(text, runs[-1][-1].end, piece.start):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _piece(token: re.Match[str]) -> _Piece | None:
    word = token.group()
    if (spoken := DIGITS.get(word.casefold())) is not None:
        return _Piece(token.start(), token.end(), spoken, 1)
    certain = sum(sign in "0123456789" for sign in word)
    if not _TYPED.fullmatch(word) or not (certain or word in _LONE_LETTERS):
        return None
    return _Piece(token.start(), token.end(), word.translate(_LOOKALIKES), certain)


def _ticket_end(run: list[_Piece], first: int) -> int | None:
    digits, certain = "", 0
    for last in range(first, min(len(run), first + _TICKET_DIGITS)):
        digits += run[last].digits
        certain += run[last].certain
        if len(digits) >= _TICKET_DIGITS:
            return last if certain >= _MIN_DIGITS and _is_ticket(digits) else None
    return None


def _is_ticket(digits: str) -> bool:
    try:
        Ticket(digits)
    except BadInput:
        return False
    return True


def _found(text: str, pieces: list[_Piece], *, is_valid: bool) -> Found:
    start, end = pieces[0].start, pieces[-1].end
    digits = "".join(piece.digits for piece in pieces)
    return Found(
        ticket=Ticket(digits) if is_valid else None,
        typed=text[start:end],
        before=text[:start],
        after=text[end:],
    )
