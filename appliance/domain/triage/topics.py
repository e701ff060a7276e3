"""Which category a text is about: the weights of the patterns that stand in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.triage.lexicon import Found
from appliance.domain.triage.likeness import likeness
from appliance.domain.triage.tables import word_set

_BESIDE = word_set("beside")
_LANDMARKS = word_set("landmarks")
_STREETS = word_set("streets")
_NOT_NAMES = word_set("no_street_names")
_ADDRESSED = word_set("addressed")
_SALUTATION_WORDS = 4
_PLACE_FACTOR = 0.15
_LIKENESS_WEIGHT = 6.0
_SURE = 0.5
_SENTENCE = 5
_WORTH_TELLING = 0.03
_UNFOCUSED = 0.2
_EARLY_FACTOR = 0.15
_LEAST = 0.6
"""Less is no topic."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Categories that the text may be about, the likeliest first, with the words that say so."""

    scores: tuple[tuple[str, float], ...]
    reasons: dict[str, tuple[str, ...]]
    told: float
    """The best score by patterns alone; 0 where none is found."""

    @property
    def confidence(self) -> float:
        """The share of the first category in all that was found, 0 to 1."""
        total = sum(score for _, score in self.scores)
        return self.scores[0][1] / total if total else 0.0


def rank(words: Sequence[str], found: Found, focus: frozenset[int] = frozenset()) -> Ranking:
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
    told = max(scores.values(), default=0.0)
    _add_likeness(scores, [word for at, word in enumerate(words) if at not in places])
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return Ranking(tuple(ranked), reasons, told)


def _add_likeness(scores: dict[str, float], words: Sequence[str]) -> None:
    """Let examples speak where patterns have, or of a whole sentence of which they are sure."""
    like = likeness().of(words)
    is_sure = len(words) >= _SENTENCE and max(like.values(), default=0.0) >= _SURE
    if scores or is_sure:
        for category, share in like.items():
            if category in scores or share >= _WORTH_TELLING:
                scores[category] = scores.get(category, 0.0) + _LIKENESS_WEIGHT * share


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
