"""What labelled messages teach of a text: a linear model over its words, pairs and concepts. Pure.

It knows what no pattern names, and decides nothing by itself: its word is weighed with that of the
rules. `make triage-model` (scripts/train_triage.py) writes `data/triage/model.bin`: a line of JSON,
the fingerprints of the features in order, then a row of weights each, a byte for an output.
"""

import json
import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from zlib import crc32

from appliance.domain.triage.lexicon import matcher
from appliance.domain.triage.tables import raw, table

ZERO = 128
"""The byte that weighs nothing."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of one text."""

    scores: Mapping[str, float]
    """By output: a kind, `darurat` among them, a category, `secret`; above 0 is yes."""
    features: tuple[tuple[str, bytes], ...]
    outputs: Mapping[str, int]

    def why(self, output: str, most: int = 3) -> tuple[str, ...]:
        """The words and pairs that spoke most for an output; never somebody's name."""
        at, knows = self.outputs[output], matcher().speller.knows
        told = sorted(((row[at], name) for name, row in self.features), reverse=True)
        speak = (w for weight, w in told if weight > ZERO and w and all(map(knows, w.split())))
        return tuple(islice(speak, most))


class Model:
    """The weights, looked up as they are stored."""

    def __init__(self, stored: bytes) -> None:
        head, _, body = stored.partition(b"\n")
        told = json.loads(head)
        self.outputs: dict[str, int] = {name: at for at, name in enumerate(told["outputs"])}
        self._weighing: Mapping[str, Mapping[str, float]] = told["weighing"]
        self._bias: list[float] = told["bias"]
        self._step: float = told["step"]
        self._width, size = len(self.outputs), 4 * told["features"]
        self._no_columns: list[tuple[int, ...]] = [()] * self._width
        self._known = array("I")
        self._known.frombytes(body[:size])
        self._rows = body[size:]

    def opinion(self, words: Sequence[str], cues: Iterable[str] = ()) -> Opinion:
        """Judge the root forms of a text, knowing which cues the rules have found in it."""
        told = features(words, cues)
        known = [(said, row) for key, said in told.items() if (row := self._row(key))]
        factor = self._step / math.sqrt(sum(bool(words) for words, _ in known) or 1)
        middle = ZERO * len(known)
        columns = zip(*(row for _, row in known), strict=True) if known else self._no_columns
        scores = {
            name: bias + factor * (sum(column) - middle)
            for name, bias, column in zip(self.outputs, self._bias, columns, strict=True)
        }
        return Opinion(scores, tuple(known), self.outputs)

    def weigh(self, signals: Mapping[str, float]) -> Mapping[str, float]:
        """Rules and opinion together: log odds of each kind, and of a secret."""
        return {
            output: sum(weights.get(name, 0.0) * value for name, value in signals.items())
            for output, weights in self._weighing.items()
        }

    def _row(self, feature: str) -> bytes:
        print_ = crc32(feature.encode())
        at = bisect_left(self._known, print_)
        if at == len(self._known) or self._known[at] != print_:
            return b""
        return self._rows[at * self._width : (at + 1) * self._width]


def is_cue(feature: str) -> bool:
    """Whether a feature is what rules have found, and no word."""
    return feature.startswith("#")


def features(words: Sequence[str], cues: Iterable[str] = ()) -> dict[str, str]:
    """Words, pairs of neighbours, concepts (`@name`) and cues (`#name`), each with the words it is.

    Numbers say nothing: they differ from text to text.
    """
    words = [word for word in words if word.isalpha()]
    found = {word: word for word in words}
    found |= {pair: pair for pair in map(" ".join, pairwise(words))}
    found |= {f"@{name}": word for word in words for name in concepts_of(word)}
    return found | {f"#{cue}": "" for cue in cues}


@cache
def model() -> Model:
    """The one that is shipped."""
    return Model(raw("model.bin"))


def concepts_of(word: str) -> tuple[str, ...]:
    """What a word in root form means much the same as."""
    return _concepts().get(word, ())


@cache
def _concepts() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, words in table("concepts").items():
        for root in sorted({matcher().speller.root(word) for word in words.split()}):
            found[root] = (*found.get(root, ()), name)
    return found
