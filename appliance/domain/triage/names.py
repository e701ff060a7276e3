"""Whether somebody is called by name in a text. Pure.

A name is a word that nobody knows, or one that many are called by: "pak sudah lama" and "Mohon
Bantuan" name no one, nor does what is written behind a word for a place ("stadion Utama").
"""

import re
from collections.abc import Iterator

from appliance.domain import home, reference
from appliance.domain.triage.lexicon import matcher
from appliance.domain.triage.tables import word_set
from appliance.domain.triage.words import tokens

_CALLED = re.compile(
    r"\b(?:pak|bu|ibu|bapak|sdr|sdri|bpk|buk|mbah|mak|si|tante|a\.n|nama(?:nya)?)\.?"
    r"\s+([a-z]{3,})",
    re.IGNORECASE,
)
_WRITTEN_LARGE = re.compile(
    r"\b(?:[Ss]y|[Ss]aya|[Aa]mbo|[Aa]wak|[Nn]ama|[Ii]bu|[Bb]apak|[Aa]mak|[Aa]yah|[Ii]stri|[Ss]uami"
    r"|[Aa]nak|[Aa]dik|[Aa]bang|[Kk]akak|[Ii]par|[Tt]etangga|[Tt]eman|[Bb]ini|[Mm]ertua|sy)"
    r"(?: (?:ambo|saya|sy|kami|saya,))? ([A-Z][a-z]+)"
)
"""A name behind a word for a person, written large in the middle of a sentence."""
_WORD = re.compile(r"[A-Za-z]+")
_LARGE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?![A-Z])")
_ALSO_WORDS = word_set("names_that_are_words")
_PLACES = frozenset().union(
    *map(word_set, ("no_kelurahan_behind", "kelurahan", "landmarks", "streets")), ("di",)
)


def is_named(text: str) -> bool:
    """Whether somebody is called by name."""
    patterns = (_CALLED,) if text.isupper() else (_CALLED, _WRITTEN_LARGE)
    words = (found[1] for pattern in patterns for found in pattern.finditer(text))
    return any(word.lower() in _ALSO_WORDS or _is_name(word) for word in words)


def strangers(text: str) -> int:
    """How many names are written large in the middle of a sentence, those of places aside."""
    return 0 if text.isupper() else sum(1 for _ in _strangers(text))


def _strangers(text: str) -> Iterator[str]:
    is_place = False
    for word in _WORD.finditer(text):
        if not _LARGE.match(text, word.start()):
            is_place = word[0].lower() in _PLACES
        elif not is_place and _is_name(word[0]):
            yield word[0]


def _is_name(word: str) -> bool:
    speller = matcher().speller
    plain = word.lower()
    return plain not in _place_names() and not all(map(speller.has, tokens(plain)))


@home.once
def _place_names() -> frozenset[str]:
    """The words of the names of all kelurahan, and each written in one word."""
    names = reference.kelurahan_names()
    return frozenset(word for name in names for word in (*name.split(), name.replace(" ", "")))
