"""From what somebody types to a query of SQLite's FTS5 (its documentation, 3). Pure.

Indonesian puts syllables before and after a word: izin, perizinan, mengizinkan. Endings are found
since every word is looked up as the beginning of one; for what stands before, a word is looked up
as its root too and under each of the usual beginnings. Nothing is stemmed in the index itself, so
words stay findable as they are written. Numbers such as 188.45/12/2024 are looked up part by part.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TEXT_MAX_CHARS = 200
PAGES_MAX = 1000
WORDS_MAX = 8
WORD_MAX_CHARS = 40
PREFIX_FROM_CHARS = 3
"""Shorter words are looked up whole: two letters begin a tenth of all words."""
ROOT_MIN_CHARS = 4
_TOKEN = re.compile(r"[^\W_]+(?:[./\-][^\W_]+)*")
_STOP = frozenset({"yang", "dan", "di", "ke", "dari", "untuk", "pada", "dengan", "atau", "ini"})
_VOWELS = tuple("aeiou")
_ENDINGS = ("kannya", "annya", "kan", "nya", "an", "i")
_PLAIN = ("ber", "ter", "per", "di", "ke", "se")
_NASAL = {
    **dict.fromkeys("bv", ("mem", "pem")),
    **dict.fromkeys("cdjz", ("men", "pen")),
    **dict.fromkeys("gh", ("meng", "peng")),
    **dict.fromkeys(_VOWELS, ("meng", "peng")),
    **dict.fromkeys("lmnrwy", ("me", "pe")),
}
_MELTING = {"k": ("meng", "peng"), "p": ("mem", "pem"), "t": ("men", "pen"), "s": ("meny", "peny")}
"""Before these the first letter itself goes: kirim, mengirim."""


def words(text: str) -> list[str]:
    """What is looked up of a text, in lower case; words that are in every document go first."""
    found = [word[:WORD_MAX_CHARS].rstrip("./-").lower() for word in _TOKEN.findall(text)]
    telling = [word for word in found if word not in _STOP]
    return list(dict.fromkeys(telling or found))[:WORDS_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for beside the words; empty: everything."""

    year: int = 0
    kind: str = ""
    access: str = ""
    state: str = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page of the archive was asked for."""

    text: str
    filters: Filters
    page: int

    @property
    def query(self) -> "Query | None":
        """What to look for."""
        return query(self.text)


def asked(args: Mapping[str, str]) -> Asked:
    """Read what stands in an address, whatever it is."""
    return Asked(
        text=args.get("cari", "").strip()[:TEXT_MAX_CHARS],
        filters=Filters(
            year=_number(args.get("tahun", "")),
            kind=args.get("jenis", "")[:WORD_MAX_CHARS],
            access=args.get("akses", "")[:WORD_MAX_CHARS],
            state="withdrawn" if args.get("ditarik") else "kept",
        ),
        page=max(1, min(_number(args.get("hal", "")), PAGES_MAX)),
    )


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else 0


@dataclass(frozen=True, slots=True)
class Query:
    """FTS5 queries of one text, the narrowest first; all its words must be found."""

    in_title: str
    as_typed: str
    in_any_form: str
    forms: tuple[tuple[str, ...], ...]
    """Of each word, for the snippet."""


def query(text: str) -> Query | None:
    """What to look for; None if there is no word in the text."""
    found = words(text)
    if not found:
        return None
    typed = " AND ".join(map(_term, found))
    return Query(
        in_title=f"{{title number}} : ({typed})",
        as_typed=typed,
        in_any_form=" AND ".join(f"({' OR '.join(map(_term, forms(word)))})" for word in found),
        forms=tuple(tuple(forms(word)) for word in found),
    )


def forms(word: str) -> list[str]:
    """A word, its possible roots, and each root under the usual beginnings."""
    if not word.isalpha():
        return [word]
    found = [word]
    for root in _roots(word):
        found += [root, *(beginning + root for beginning in _PLAIN), *_nasal(root)]
    kept: list[str] = []
    for form in sorted(found):  # the beginning of a word comes before the word
        if not (kept and len(kept[-1]) >= PREFIX_FROM_CHARS and form.startswith(kept[-1])):
            kept.append(form)
    return kept


def _term(form: str) -> str:
    return f'"{form}"*' if len(form) >= PREFIX_FROM_CHARS else f'"{form}"'


def _roots(word: str) -> list[str]:
    """The word without the beginning and the ending it seems to have, as long as enough is left."""
    found = [word]
    for ending in _ENDINGS:
        if word.endswith(ending):
            found.append(word.removesuffix(ending))
            break
    bare = [root for form in found for root in _without_beginning(form)]
    return [root for root in dict.fromkeys([*found, *bare]) if len(root) >= ROOT_MIN_CHARS]


def _without_beginning(word: str) -> list[str]:
    found = [word.removeprefix(plain) for plain in _PLAIN if word.startswith(plain)]
    for letter, beginnings in (*_NASAL.items(), *_MELTING.items()):
        for beginning in beginnings:
            rest = word.removeprefix(beginning) if word.startswith(beginning) else ""
            if letter in _MELTING and rest[:1] in _VOWELS:
                found.append(letter + rest)
            elif rest.startswith(letter) and not rest.startswith("ng"):
                found.append(rest)
    return found


def _nasal(root: str) -> list[str]:
    if beginnings := _MELTING.get(root[0]):
        return [beginning + root[1:] for beginning in beginnings]
    return [beginning + root for beginning in _NASAL.get(root[0], ())]
