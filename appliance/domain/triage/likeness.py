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
    """Counts of words and pairs of words, each category's against those of all others."""

    def __init__(self, examples: Sequence[tuple[Sequence[str], str]]) -> None:
        self._counts: dict[str, dict[str, int]] = {}
        sums: Counter[str] = Counter()
        for words, category in examples:
            for feature in _features(words):
                by_category = self._counts.setdefault(feature, {})
                by_category[category] = by_category.get(category, 0) + 1
                sums[category] += 1
        vocabulary, total = _SMOOTHING * len(self._counts), sums.total()
        self._unseen = {
            category: math.log(_SMOOTHING)
            + math.log((total - count + vocabulary) / (count + vocabulary))
            for category, count in sums.items()
        }
        """What a feature weighs that a category never had, before the frequency of the feature."""

    def of(self, words: Sequence[str]) -> Mapping[str, float]:
        """Probabilities by category; empty for words that no example has."""
        known = [self._counts[f] for f in _features(words) if f in self._counts]
        if not known:
            return {}
        weights = {category: weight * len(known) for category, weight in self._unseen.items()}
        for counts in known:
            everywhere = sum(counts.values())
            for category, count in counts.items():
                weights[category] += _gain(count, everywhere)
        scale = math.sqrt(len(known))
        best = max(weights.values())
        shares = {c: math.exp((weight - best) / scale) for c, weight in weights.items()}
        total = sum(shares.values())
        return {category: share / total for category, share in shares.items()}


@cache
def _gain(inside: int, everywhere: int) -> float:
    """How much more a feature weighs for a category that had it than for one that never had."""
    return (
        math.log((inside + _SMOOTHING) / _SMOOTHING)
        - math.log(everywhere - inside + _SMOOTHING)
        + math.log(everywhere + _SMOOTHING)
    )


def _features(words: Sequence[str]) -> set[str]:
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


@cache
def likeness() -> Likeness:
    """The one made from our examples."""
    rows = csv.DictReader(file_text("examples.csv").splitlines())
    return Likeness([(matcher().words(row["text"]), row["category"]) for row in rows])
