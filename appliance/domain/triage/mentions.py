"""Finding names in a text: of agencies, villages, roads. Pure.

A name is found as residents write it: short forms written out, letters with dots ("d.k.p."), stuck
to "di" or "-nya", one letter wrong in a long word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.domain.triage.words import is_one_slip, plain, tokens

_SPELLED = re.compile(r"\b[a-z](?:[. ]{1,2}[a-z]\b){1,7}")
_SUFFIXES = ("nya", "nyo", "nye", "ny")
_PREFIX = "di"
_SLIP_FROM = 8
"""Letters of a word that may hold a wrong one."""


@dataclass(frozen=True, slots=True)
class Mention:
    """The words from `begin` to before `end` name `owner`, as `name` is written right."""

    owner: str
    name: tuple[str, ...]
    begin: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text in the spelling that names are kept in."""
    return tokens(_SPELLED.sub(lambda found: re.sub("[. ]", "", found[0]), plain(text)))


class Finder:
    """Knows what each owner is called."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for owner, called in names.items():
            for name in called:
                if said := tuple(words(name)):
                    self._by_first.setdefault(said[0], []).append((said, owner))
        self._long = [word for word in self._by_first if len(word) >= _SLIP_FROM]

    def find(self, told: Sequence[str]) -> list[Mention]:
        """Every name that stands in these words."""
        return [
            Mention(owner, name, at, at + len(name))
            for at, word in enumerate(told)
            for name, owner in self._beginning(word)
            if _stands(name, told[at : at + len(name)])
        ]

    def _beginning(self, word: str) -> Iterator[tuple[tuple[str, ...], str]]:
        firsts = {form for form in _forms(word) if form in self._by_first}
        if not firsts and len(word) >= _SLIP_FROM - 1:
            firsts = {first for first in self._long if is_one_slip(word, first)}
        for first in sorted(firsts):
            yield from self._by_first[first]


def _stands(name: Sequence[str], told: Sequence[str]) -> bool:
    return len(name) == len(told) and all(map(_is_alike, told, name))


def _is_alike(told: str, word: str) -> bool:
    return word in _forms(told) or (len(word) >= _SLIP_FROM and is_one_slip(told, word))


def _forms(word: str) -> tuple[str, ...]:
    bare = next((word[: -len(end)] for end in _SUFFIXES if word.endswith(end)), word)
    return (word, bare, word.removeprefix(_PREFIX), bare.removeprefix(_PREFIX))
