"""Which category a text is about: by the patterns that stand in it, and by the model. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.triage.lexicon import Found
from appliance.domain.triage.model import Opinion
from appliance.domain.triage.tables import word_set

_BESIDE = word_set("beside")
_LANDMARKS = word_set("landmarks")
_STREETS = word_set("streets")
_NOT_NAMES = word_set("no_street_names")
_ADDRESSED = word_set("addressed")
_SALUTATION_WORDS = 4
_PLACE_FACTOR = 0.15
_RULES_SHARE = 0.6
_MOST_BY_RULES = 8.0
"""Patterns beyond this make a text no surer."""
_SENTENCE = 5
_SURE, _CERTAIN = -3.0, 2.0
"""What the model must say at least of a sentence, and of less, where no pattern stands."""
_UNFOCUSED = 0.2
_EARLY_FACTOR = 0.15
_LEAST = 0.6
"""Less is no topic."""


@dataclass(frozen=True, slots=True)
class Told:
    """What patterns alone say of each category, with those that say so."""

    scores: dict[str, float]
    reasons: dict[str, tuple[str, ...]]

    @property
    def best(self) -> float:
        """The highest score; 0 where no pattern stands."""
        return max(self.scores.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Categories that the text may be about, the likeliest first; none where nobody knows."""

    categories: tuple[str, ...]
    confidence: float
    """How sure the first is, 0 to 1."""


def told(words: Sequence[str], found: Found, focus: frozenset[int] = frozenset()) -> Told:
    """Add up what each category has; words of a place count little, early words a little more.

    Where there is a `focus`, the places of the words that matter most, the rest counts little too.
    """
    places = place_words(words)
    scores: dict[str, float] = {}
    reasons: dict[str, tuple[str, ...]] = {}
    for category in reference.categories():
        matches = sorted(found.of(category), key=lambda m: -m.pattern.weight)
        if not matches:
            continue
        score, used = 0.0, set[int]()
        for match in matches:
            fresh = set(match.places) - used
            factor = _PLACE_FACTOR if fresh and fresh <= places else 1.0
            factor *= len(fresh) / len(match.places) if used else 1.0
            if focus:
                factor *= _UNFOCUSED + len(focus & set(match.places)) / len(match.places)
            score += match.pattern.weight * factor * (1 + 0.25 * (len(match.places) - 1))
            used |= set(match.places)
        early = 1 - min(used) / (len(words) or 1)
        score *= 1 + _EARLY_FACTOR * early
        if score >= _LEAST:
            scores[category] = score
            reasons[category] = tuple(match.pattern.source for match in matches)
    return Told(scores, reasons)


def rank(words: Sequence[str], told: Told, opinion: Opinion) -> Ranking:
    """Let patterns and the model speak together; the model alone only where it is sure."""
    scores = {
        category: opinion.scores[category]
        + _RULES_SHARE * min(told.scores.get(category, 0.0), _MOST_BY_RULES)
        for category in reference.categories()
    }
    ranked = tuple(sorted(scores, key=lambda category: -scores[category]))
    best = scores[ranked[0]]
    beside_place = len(words) - len(place_words(words))
    if not told.scores and best < (_SURE if beside_place >= _SENTENCE else _CERTAIN):
        return Ranking((), 0.0)
    weights = [math.exp(scores[category] - best) for category in ranked]
    return Ranking(ranked, 1 / sum(weights))


def place_words(words: Sequence[str]) -> frozenset[int]:
    """Words that only say where or to whom: landmarks behind "near", streets, a salutation."""
    found = set[int]()
    for at, word in enumerate(words):
        if word in _ADDRESSED and at < _SALUTATION_WORDS < len(words):
            found.add(at)
        if word in _BESIDE:
            for behind in (at + 1, at + 2, at + 3):
                if behind < len(words) and words[behind] in _LANDMARKS:
                    found.add(behind)
        if word in _STREETS:
            for behind in (at + 1, at + 2):
                if behind >= len(words) or words[behind] in _NOT_NAMES:
                    break
                found |= {at, behind}
    return frozenset(found)
