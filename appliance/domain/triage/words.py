"""A text as the words that patterns are written in: plain spelling, root forms, no fillers. Pure.

It knows how residents write (short forms, doubled words, a vowel left out, one letter wrong) and
the affixes of Indonesian and Minang. It knows no topic.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from os.path import commonprefix

from appliance.domain import reference
from appliance.domain.triage.tables import text as file_text
from appliance.domain.triage.tables import word_set

_TOKEN = re.compile(r"[a-z]+|[0-9]+")
_DOUBLED = re.compile(r"([a-z]{3,})2")
_OUR_NOTES = re.compile(r"\[(?:bagian [^\]]* hilang|terpotong)\]")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_FILLERS = word_set("fillers")
_SHORT_FORMS = {
    "g": "tidak", "sampe": "sampai", "rb": "ribu", "jt": "juta", "ank": "anak", "skl": "sekali",
    "pemkot": "pemko", "sdn": "sd", "smpn": "smp", "sman": "sma", "smkn": "smk",
    "pustu": "puskesmas", "bupol": "polisi", "polsek": "polisi", "polresta": "polisi",
}  # fmt: skip
_PREFIXES = (
    ("memper", ""), ("diper", ""), ("menge", ""), ("meny", "s"), ("meng", ""), ("meng", "k"),
    ("mem", ""), ("mem", "p"), ("men", ""), ("men", "t"), ("me", ""), ("peny", "s"), ("peng", ""),
    ("peng", "k"), ("pem", ""), ("pem", "p"), ("pen", ""), ("pen", "t"), ("per", ""), ("pe", ""),
    ("ber", ""), ("bel", ""), ("be", ""), ("ter", ""), ("te", ""), ("di", ""), ("ke", ""),
    ("se", ""), ("ny", "s"), ("ng", ""), ("ng", "k"), ("nge", ""), ("n", "t"), ("m", "p"),
    ("ba", ""), ("ta", ""), ("ma", ""), ("man", ""), ("mam", ""), ("mang", ""), ("pa", ""),
    ("ka", ""), ("sa", ""), ("d", ""), ("k", ""),
)  # fmt: skip
"""A prefix, and the sound that it has swallowed."""
_SUFFIXES = (
    "nyo", "nye", "nya", "annyo", "annye", "annya", "inya", "kannya", "kan", "lah", "kah", "pun",
    "ny", "an", "in", "i", "ku", "mu", "ne", "e", "no",
)  # fmt: skip
"""The first that leaves a known word: `kakinya` is *kaki*, no *kak*."""
_MIN_ROOT = 3
MIN_MISSPELT = 6
"""Letters of a word that may be misspelt."""
_KEPT = frozenset(
    (
        "meninggal",
        "mengapa",
        "menang",
        "diare",
        "dinas",
        "dia",
        "melahirkan",
        "dimana",
        "dibawah",
        "menular",
        "dipan",
        "digital",
        "dingin",
        "dini",
        "merek",
        "mengharapkan",
    )
)
"""Words that are more than their root."""
_STATES = frozenset(("terendam", "tergenang", "tersumbat", "tertutup", "terlantar", "kebanjiran"))
"""Words that are no more than their root, though other words with this prefix are."""
_SOUNDS = (
    ("uak", "uk"), ("uak", "ut"), ("uah", "uh"), ("uang", "ung"), ("iak", "ik"), ("iah", "ih"),
    ("iah", "ir"), ("iang", "ing"), ("uik", "ut"), ("uih", "us"), ("aik", "at"), ("ieh", "is"),
    ("ek", "at"), ("ek", "ap"), ("eh", "as"), ("ih", "is"), ("ik", "it"), ("ok", "ap"),
    ("ia", "ir"), ("ia", "il"), ("ua", "ur"), ("ua", "ul"), ("o", "a"), ("e", "a"), ("a", "ar"),
    ("a", "al"), ("a", "at"), ("", ""),
)  # fmt: skip
"""How a word ends in Minang, Riau Malay or Javanese, and in Indonesian."""
_DOERS = ("pel", "pem", "pen")
"""How a word begins that is whoever does it."""
_VOWELS = re.compile(r"[aeiou]")


class Speller:
    """Finds the known word that a token stands for; `known` are the words patterns are made of."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = (
            known
            | _common()
            | {
                word
                for plain in reference.plain_spelling().values()
                for word in plain.lower().split()
            }
        )
        self._long: dict[tuple[str, int], list[str]] = {}
        self._bare: dict[str, str | None] = {}
        for word in sorted(known):
            if len(word) >= MIN_MISSPELT:
                self._long.setdefault((word[0], len(word)), []).append(word)
            bare = without_vowels(word)
            if len(word) >= 4 and len(bare) >= 3:
                self._bare[bare] = None if bare in self._bare else word
        self._same = {
            word: _plainest(roots)
            for word in self._known - _KEPT
            if word.startswith(("di", "me")) or word in _STATES
            if (roots := [root for root in _stripped(word) if root in known and root != word])
        }
        self.root = lru_cache(maxsize=4096)(self._root)

    def knows(self, word: str) -> bool:
        """Whether it is a word of the language, and nobody's name."""
        return word in self._known

    def has(self, token: str) -> bool:
        """Whether it is a word of the language, perhaps with affixes; no slip of the pen is."""
        forms = (form for form in _stripped(token) if len(form) > _MIN_ROOT)
        return token in self._known or any(form in self._known for form in forms)

    def _root(self, token: str) -> str:
        """The known word, or the token as it is."""
        if token in self._known or len(token) <= _MIN_ROOT:
            return self._same.get(token, token)
        for form in _stripped(token):
            if form in self._known:
                return self._same.get(form, form)
        return self._dialect(token) or self._misspelt(token) or token

    def _dialect(self, token: str) -> str | None:
        """The known word that this is, told the way they speak around here."""
        if len(token) <= _MIN_ROOT:
            return None
        for form in _stripped(token):
            for word in _in_indonesian(form):
                if word in self._known and len(word) > _MIN_ROOT:
                    return self._same.get(word, word)
        return None

    def _misspelt(self, token: str) -> str | None:
        bare = without_vowels(token)
        if len(bare) >= 3 and len(bare) * 3 > len(token) * 2 and self._bare.get(bare):
            return self._bare[bare]
        if len(token) < MIN_MISSPELT:
            return None
        sizes = (len(token) + 1, len(token) - 1, len(token))
        near = (word for size in sizes for word in self._long.get((token[0], size), ()))
        return min(
            (word for word in near if is_one_slip(token, word)),
            key=lambda word: (len(word) <= len(token), _slip_at(token, word)),
            default=None,
        )


def without_vowels(word: str) -> str:
    """As who is in a hurry may write it: `mhrt` for *maharatu*."""
    return _VOWELS.sub("", word)


def is_one_slip(a: str, b: str) -> bool:
    """Whether one letter but the first is wrong, missing or too many, or two are swapped."""
    if a[:1] != b[:1] or not -1 <= len(a) - len(b) <= 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    at = next((i for i in range(1, len(a)) if a[i] != b[i]), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    is_swapped = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return a[at + 1 :] == b[at + 1 :] or is_swapped


def _slip_at(a: str, b: str) -> int:
    """The first place where two words differ."""
    return len(commonprefix((a, b)))  # noqa: RUF071  of letters, no path


def _plainest(roots: Sequence[str]) -> str:
    """The shortest, but no doer and no sound too many where another is known: `mencuri` is *curi*,
    no thief, `mengancam` is *ancam*, no *ngancam*."""
    plain = [root for root in roots if not root.startswith(_DOERS)] or roots
    return next(r for r in reversed(plain) if r[1:] not in plain and r[2:] not in plain)


def _stripped(token: str) -> Iterator[str]:
    """Forms without affixes, the longest first."""
    bodies = [token]
    bodies += [token[: -len(end)] for end in _SUFFIXES if token.endswith(end)]
    for body in bodies:
        if len(body) >= _MIN_ROOT:
            yield body
    for body in bodies:
        for prefix, swallowed in _PREFIXES:
            root = swallowed + body[len(prefix) :]
            if body.startswith(prefix) and len(root) >= _MIN_ROOT:
                yield root


def _in_indonesian(form: str) -> Iterator[str]:
    """What a form of dialect may be: another ending, or its first vowels `e`."""
    for end, ours in _SOUNDS:
        if form.endswith(end):
            word = form[: len(form) - len(end)] + ours
            yield word
            yield word.replace("a", "e", 1)
            yield word.replace("a", "e", 2)


def visible(text: str) -> str:
    """A text as it is seen: wide, bold and joined letters plain, without signs of no width."""
    if text.isascii():
        return text
    plain_letters = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain_letters if unicodedata.category(c) != "Cf")


def plain(text: str) -> str:
    """Lower case, no accents, no letter three times in a row, no note of ours of a lost part."""
    folded = text.lower() if text.isascii() else _without_accents(text)
    return _STRETCHED.sub(r"\1", _OUR_NOTES.sub(" ", folded))


def _without_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in folded if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """The words of a text, short forms written out; not yet roots."""
    spelling = _spelling()
    found: list[str] = []
    for token in _TOKEN.findall(_DOUBLED.sub(r"\1", plain(text))):
        for word in spelling.get(token, token).split():
            if word not in _FILLERS and (not found or found[-1] != word):
                found.append(word)
    return found


@cache
def _spelling() -> dict[str, str]:
    return {form: word.lower() for form, word in reference.plain_spelling().items()} | _SHORT_FORMS


@cache
def _common() -> frozenset[str]:
    return frozenset(file_text("common.txt").split())
