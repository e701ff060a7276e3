"""Which category a text is like, judged by labelled examples: naive Bayes over root forms. Pure.

It knows words that no pattern names, and their company. It decides little by itself: its word is
added to that of the patterns. The examples (`data/triage/examples.csv`) are the model, counted when
first asked.
"""

import csv
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from appliance.domain.triage.lexicon import matcher
from appliance.domain.triage.tables import text as file_text

_SMOOTHING = 0.2


class Likeness:
    """Counts of words and pairs of words, against those of all other categories (complement)."""

    def __init__(self, examples: Sequence[tuple[Sequence[str], str]]) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._all: Counter[str] = Counter()
        for words, category in examples:
            features = _features(words)
            self._counts.setdefault(category, Counter()).update(features)
            self._all.update(features)
        self._sums = {category: counts.total() for category, counts in self._counts.items()}
        self._sum = self._all.total()

    def of(self, words: Sequence[str]) -> Mapping[str, float]:
        """Probabilities by category; empty for words that no example has."""
        known = [feature for feature in _features(words) if feature in self._all]
        if not known:
            return {}
        weights = {
            category: sum(self._weight(category, feature) for feature in known)
            / math.sqrt(len(known))
            for category in self._counts
        }
        best = max(weights.values())
        shares = {category: math.exp(weight - best) for category, weight in weights.items()}
        total = sum(shares.values())
        return {category: share / total for category, share in shares.items()}

    def _weight(self, category: str, feature: str) -> float:
        inside = self._counts[category][feature]
        outside = self._all[feature] - inside
        vocabulary = _SMOOTHING * len(self._all)
        return math.log((inside + _SMOOTHING) / (self._sums[category] + vocabulary)) - math.log(
            (outside + _SMOOTHING) / (self._sum - self._sums[category] + vocabulary)
        )


def _features(words: Sequence[str]) -> set[str]:
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


@cache
def likeness() -> Likeness:
    """The one made from our examples."""
    rows = csv.DictReader(file_text("examples.csv").splitlines())
    return Likeness([(matcher().words(row["text"]), row["category"]) for row in rows])
