"""Making a text pass the filters that Indonesian operators lay on texts from SIM cards.

They drop what looks like a one-time password (more than three digits in a row), a link, or fraud
(words in `data/operator_filter.csv`). Numbers are written in groups of three at most, links go,
the words become abbreviations that people use. What the basic alphabet of GSM lacks (3GPP 23.038,
6.2.1) is put in its nearest letters or left out, since it would halve the length of a message.
"""

import re
import unicodedata
from functools import cache

from appliance.domain.reference import rows

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "`": "'", "•": "-"}
)
_DIGIT_RUN = re.compile(r"[0-9]{4,}")
# Top-level domains seen in links; any dot between words would make a link of "jl.rajawali".
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*)?://\S*|\bwww\.\S*"
    r"|\b(?:[a-z0-9-]+\.)+(?:com|net|org|id|info|biz|co|me|ly|my|app|link|site|online|xyz|top|io|gl)"
    r"\b(?:/\S*)?"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)+/\S*",
    re.IGNORECASE,
)
# What Indonesian hangs on a word: "nomornya" is the word, "pinggir" is not.
_SUFFIX = "(?:nya|kan|an|ku|mu|lah|i)?"
_LOOKED_AT = 4
"""Times the bound: what lies beyond is cut anyway, and links are costly to look for."""
LINK_LEFT_OUT = "(tautan)"


def safe(text: str, max_chars: int) -> str:
    """`text` as it may be sent, of at most `max_chars`."""
    text = _LINK.sub(LINK_LEFT_OUT, basic(text[: _LOOKED_AT * max_chars]))
    text = grouped(_forbidden().sub(lambda match: _replacements()[_key(match.group())], text))
    return text if len(text) <= max_chars else text[: max_chars - 2].rstrip() + ".."


def grouped(text: str) -> str:
    """Write every number of more than three digits in groups: `081 234 567 890`."""
    return _DIGIT_RUN.sub(lambda run: _groups(run.group()), text)


@cache
def forbidden_words() -> tuple[str, ...]:
    """Words after which operators were seen to drop a text."""
    return tuple(row["word"] for row in rows("operator_filter.csv"))


@cache
def _replacements() -> dict[str, str]:
    return {row["word"]: row["instead"] for row in rows("operator_filter.csv")}


@cache
def _forbidden() -> re.Pattern[str]:
    longest_first = sorted(forbidden_words(), key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
    return re.compile(rf"(?<![a-z])(?:{words})(?={_SUFFIX}(?![a-z]))", re.IGNORECASE)


def _key(found: str) -> str:
    return " ".join(found.lower().split())


def basic(text: str) -> str:
    """`text` in the basic alphabet, digits of any script as ours."""
    return "".join(_nearest(sign) for sign in unicodedata.normalize("NFKC", text.translate(_PLAIN)))


def _nearest(sign: str) -> str:
    if sign in _GSM7:
        return sign
    if sign.isspace():
        return " "
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFKD", sign)[:1]
    return base if base in _GSM7 else ""


def _groups(digits: str) -> str:
    first = len(digits) % 3 or 3
    return " ".join([digits[:first], *(digits[i : i + 3] for i in range(first, len(digits), 3))])
