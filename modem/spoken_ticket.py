"""Finding a ticket number in a text: eight digits in any grouping, mistyped or spoken; pure.

Digits may be O, I, l or S, and words in three languages; groups may be split by spaces, dots,
dashes and slashes. Eight digits of a longer number - a phone, a NIK - are no ticket. Does not know
what the sender wants.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from appliance.domain.digits import LOOKALIKES, SPOKEN, plain
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket

_TOKEN = re.compile(r"[^\W_]+")
# What may stand between two groups of one number.
_JOINT = re.compile(r"[\s.,:;#*\-–—_/()+]{0,6}")
# Where one number ends and another begins, unless it goes on like this from its beginning.
_PAUSE = re.compile(r"[,:;#*\r\n]|\.\s")
# "wa0812 3456 7890": a number that begins in a word.
_GLUED_DIGITS = re.compile(r"[^\W\d_]+([0-9]{2,})")
_TYPED = re.compile(r"[0-9OoIlSs]+")
_LONE_LETTERS = frozenset("OoIl")
_TICKET_DIGITS = 8
_OUR_GROUPS = ((8,), (2, 3, 3))
"""As our texts write a ticket: a small number behind it is no part of it ("07 123 450 2 hari")."""
_SMALL_DIGITS = 2
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
    is_spoken: bool = False
    is_glued: bool = False
    """Whether a word goes before them without a space: no ticket begins so."""


def find(text: str) -> Found | None:
    """The first valid ticket, or else the first number that may have been meant as one."""
    runs = _runs("".join(map(plain, text)))
    for run in runs:
        for first in range(len(run)):
            last = _ticket_end(run, first)
            if last is not None and _stands_alone(text, run, first, last):
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
    if (spoken := SPOKEN.get(word.casefold())) is not None:
        return _Piece(token.start(), token.end(), spoken, 1, is_spoken=True)
    if glued := _GLUED_DIGITS.fullmatch(word):
        digits = glued[1]
        return _Piece(token.end() - len(digits), token.end(), digits, len(digits), is_glued=True)
    certain = sum(sign in "0123456789" for sign in word)
    if not _TYPED.fullmatch(word) or not (certain or word in _LONE_LETTERS):
        return None
    return _Piece(token.start(), token.end(), word.translate(LOOKALIKES), certain)


def _stands_alone(text: str, run: list[_Piece], first: int, last: int) -> bool:
    """Whether these pieces are a number of their own, not a part of a longer one."""
    window, end = run[first : last + 1], last + 1
    if window == run:
        return True
    begins = first == 0 or _is_cut(text, run[first - 1], run[first])
    ends = end == len(run) or _is_cut(text, run[last], run[end])
    is_ours = tuple(len(piece.digits) for piece in window) in _OUR_GROUPS
    if begins and not ends and is_ours and len(run[end].digits) <= _SMALL_DIGITS:
        ends = end + 1 == len(run) or _is_cut(text, run[end], run[end + 1])
    return begins and ends and not any(_is_cut(text, *pair) for pair in pairwise(window))


def _is_cut(text: str, one: _Piece, other: _Piece) -> bool:
    """Whether neighbours are of two numbers: a pause, one complete, or one said and one typed."""
    sizes = len(one.digits), len(other.digits)
    is_complete = max(sizes) > _TICKET_DIGITS or min(sizes) == _TICKET_DIGITS
    is_letter = not (one.certain and other.certain)
    is_pause = _PAUSE.search(text, one.end, other.start) is not None
    return is_complete or is_letter or is_pause or one.is_spoken != other.is_spoken


def _ticket_end(run: list[_Piece], first: int) -> int | None:
    digits, certain = "", 0
    if run[first].is_glued:
        return None
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
