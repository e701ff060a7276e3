"""Patterns over the words of a text, and finding all that match. Pure.

parit tersumbat         one word after the other, at most one word between
lampu & mati            both, within ten words, in any order
lampu & @dead           a class of words
lampu ! merah | rumah   unless one of these stands anywhere
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from appliance.domain.triage.words import Speller, tokens

_NEAR = 10
_GAP = 1

Phrase = tuple[str, ...]
Phrases = Mapping[str, Sequence[Phrase]]
"""Phrases that will do, by their first word."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What must stand together, each as the phrases that will do, and what must not stand."""

    source: str
    group: str
    weight: float
    parts: tuple[Phrases, ...]
    unless: Phrases


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found, with the places of its words."""

    pattern: Pattern
    places: tuple[int, ...]


class Matcher:
    """All patterns of a set of tables, ready to be found in texts."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[float, Sequence[str]]],
        classes: Mapping[str, Sequence[str]],
        others: Collection[str] = (),
    ) -> None:
        """`others` are words that no pattern has, but whoever reads the roots knows."""
        raw = [p for table in tables.values() for ps in table.values() for p in ps]
        known = {w for p in raw for w in _plain_words(p)}
        known |= {w for words in classes.values() for phrase in words for w in phrase.split()}
        known |= set(others)
        self.speller = Speller(frozenset(known))
        self._known_parts: dict[str, Phrases] = {}
        self._classes = {
            name: frozenset(self._phrase(phrase) for phrase in phrases)
            for name, phrases in classes.items()
        }
        self._by_first: dict[str, list[Pattern]] = {}
        for group, table in tables.items():
            for weight, sources in table.items():
                for source in sources:
                    self._add(self._compiled(source, group, weight))

    def words(self, text: str) -> list[str]:
        """The text in root forms."""
        return [self.speller.root(token) for token in tokens(text)]

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every pattern that stands in these words, once each."""
        index: dict[str, list[int]] = {}
        for at, word in enumerate(words):
            index.setdefault(word, []).append(at)
        tried = {id(p): p for word in index for p in self._by_first.get(word, ())}
        found = []
        for pattern in tried.values():
            places = _places(pattern, words, index)
            if places is not None:
                found.append(Match(pattern, places))
        return found

    def _add(self, pattern: Pattern) -> None:
        for first in pattern.parts[0]:
            self._by_first.setdefault(first, []).append(pattern)

    def _compiled(self, source: str, group: str, weight: float) -> Pattern:
        wanted, _, unless = source.partition("!")
        parts = tuple(self._phrases(part) for part in wanted.split("&"))
        refused = [self._phrases(part) for part in unless.split("|") if part.strip()]
        return Pattern(
            source=source,
            group=group,
            weight=weight,
            parts=tuple(sorted(parts, key=len)),
            unless=_by_first(phrase for phrases in refused for phrase in _all(phrases)),
        )

    def _phrases(self, part: str) -> Phrases:
        """The phrases of a part, kept once for all patterns that have it."""
        part = part.strip()
        if part not in self._known_parts:
            self._known_parts[part] = self._made(part)
        return self._known_parts[part]

    def _made(self, part: str) -> Phrases:
        """A part is words and classes in a row; a class may be any of its phrases."""
        choices: list[Iterable[Phrase]] = []
        for word in part.split():
            if word.startswith("@"):
                choices.append(self._classes[word[1:]])
            else:
                choices.append([self._phrase(word)])
        return _by_first(
            tuple(word for phrase in row for word in phrase) for row in product(*choices)
        )

    def _phrase(self, text: str) -> Phrase:
        return tuple(self.speller.root(token) for token in tokens(text)) or (text,)


def _plain_words(source: str) -> Iterable[str]:
    spelt = " ".join(w for w in source.replace("&", " ").replace("!", " ").split() if w[0] != "@")
    return spelt.replace("|", " ").split()


def _by_first(phrases: Iterable[Phrase]) -> Phrases:
    found: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(phrases):
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _all(phrases: Phrases) -> Iterable[Phrase]:
    return (phrase for some in phrases.values() for phrase in some)


def _places(
    pattern: Pattern, words: Sequence[str], index: Mapping[str, list[int]]
) -> tuple[int, ...] | None:
    for phrases in pattern.parts:
        if index.keys().isdisjoint(phrases):
            return None
    spans = []
    for phrases in pattern.parts:
        part = _spans(phrases, words, index)
        if not part:
            return None
        spans.append(part)
    if pattern.unless and _spans(pattern.unless, words, index):
        return None
    return _together(spans)


def _spans(
    phrases: Phrases, words: Sequence[str], index: Mapping[str, list[int]]
) -> list[tuple[int, ...]]:
    """The places of any of these phrases, the first in the text first."""
    firsts = phrases.keys() & index.keys()
    return sorted(
        span
        for first in firsts
        for phrase in phrases[first]
        for span in _starts(phrase, words, index)
    )


def _starts(
    phrase: Phrase, words: Sequence[str], index: Mapping[str, list[int]]
) -> list[tuple[int, ...]]:
    """The places of a phrase, with at most one foreign word between two of its words."""
    if len(phrase) == 1:
        return [(at,) for at in index[phrase[0]]]
    found = []
    for at in index[phrase[0]]:
        places = [at]
        for word in phrase[1:]:
            here = places[-1] + 1
            window = words[here : here + 1 + _GAP]
            if word not in window:
                break
            places.append(here + window.index(word))
        else:
            found.append(tuple(places))
    return found


def _together(spans: Sequence[Sequence[tuple[int, ...]]]) -> tuple[int, ...] | None:
    """Places of one span of each part that lie within ten words and do not share a word."""
    if len(spans) == 1:
        return spans[0][0]
    for first in spans[0]:
        places = first
        for part in spans[1:]:
            near = (
                span
                for span in part
                if not set(span) & set(places)
                and max(*span, *places) - min(*span, *places) <= _NEAR
            )
            span = next(near, None)
            if span is None:
                break
            places = places + span
        else:
            return tuple(sorted(places))
    return None
