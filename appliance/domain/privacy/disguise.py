"""Seeing through disguised digits: a view of a text, sign by sign, in which they are 0-9. Pure.

The view is as long as the text, so a place in it is the same place in the text. What takes no room
on a screen, and the rest of a word that is a digit, is FILL.
"""

import re
import unicodedata

from appliance.domain.digits import LOOKALIKES, SPOKEN

FILL = "\x01"
JOINT = rf"{FILL}*(?:(?:[^\w{FILL}]|_){FILL}*){{0,5}}"
"""What may stand between two digits of one number."""

_FOREIGN = str.maketrans("ОоΟοОІІΙӀӏ|｜", "OoOoOIIIIlll")
_UNSEEN = frozenset({"Cf", "Cc", "Mn", "Me"})
_SPOKEN = re.compile(rf"(?<![^\W_])(?:{'|'.join(SPOKEN)})(?![^\W_])", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9OoIlSs]*[0-9][0-9OoIlSs]*")
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"(?<=[0-9])[OoIlSs]+(?=[0-9])")
_BETWEEN = re.compile(
    rf"(?<=[0-9])(?:{JOINT}(?<![^\W_])[OoIlSs]{{1,4}}(?![^\W_]))+(?={JOINT}[0-9])"
)


def plain(text: str) -> str:
    """Digits of every script, and letters that only look like ours, as ours."""
    return text if text.isascii() else "".join(map(_plain, text))


def digits(view: str) -> str:
    """A plain view in which letters and words that stand for digits are digits too."""
    view = _SPOKEN.sub(lambda m: SPOKEN[m[0].lower()] + FILL * (len(m[0]) - 1), view)
    view = _WORD.sub(lambda m: _digits(m[0]), view)
    return _BETWEEN.sub(lambda m: m[0].translate(LOOKALIKES), view)


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    value = unicodedata.digit(sign, None)
    if value is not None:
        return str(value)
    if unicodedata.category(sign) in _UNSEEN:
        return FILL
    wide = unicodedata.normalize("NFKC", sign)
    return (wide if len(wide) == 1 else sign).translate(_FOREIGN)


def _digits(word: str) -> str:
    if _TOKEN.fullmatch(word):
        return word.translate(LOOKALIKES)
    return _INSIDE.sub(lambda m: m[0].translate(LOOKALIKES), word)
