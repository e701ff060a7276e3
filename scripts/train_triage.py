"""`make triage-model`: learn from labelled messages what the triage cannot know by rules.

Plain Python, no chance and no clock, so that the same messages give the same bytes. First the
weights of words, pairs and concepts, logistic regression for each category, each kind and secrets;
then what the judgement makes of that and of the rules (`signals`). The second is learned from
messages of writers whom the first has not read, so that it knows how far the first can be trusted.
"""

import csv
import json
import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind
from appliance.domain.triage import topics
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.kinds import by_rules
from appliance.domain.triage.lexicon import Found, matcher
from appliance.domain.triage.model import ZERO, Model, features, is_cue
from appliance.domain.triage.signals import cues, signals
from appliance.domain.triage.topics import Told
from bench.triage import MESSAGES, Figures, figures

ROOT = Path(__file__).parents[1]
SETS = (
    "dev", "second", "third", "fourth", "fifth", "everyday", "dialects", "safety", "hints",
    "voices", "eighth", "household", "ninth", "tenth",
)  # fmt: skip
"""What is learned from; `sixth` and `seventh` are kept to measure by."""
WRITERS = (
    "fifth", "everyday", "dialects", "safety", "hints", "voices", "eighth", "household", "ninth",
)  # fmt: skip
"""Sets whose messages no rule was made for: only these tell how far rules can be trusted."""
TARGET = ROOT / "appliance" / "domain" / "data" / "triage" / "model.bin"
WEIGHED = (*(kind.value for kind in Kind), "secret")
STEP = 1 / 12
_BIAS = 0.2
_READERS = ("words", "patterns", "topics", "kinds", "secrecy", "names", "signals", "model")
"""What makes features and signals of a text."""
_LEAST_SEEN = 2
_RARITY_OF_ONE = 4.5
_TOLD_APART = 0.01
"""An error smaller than this teaches nothing."""

Row = Mapping[str, str]


class Plan(NamedTuple):
    """How long and how boldly to learn, and how much to forget."""

    epochs: int
    rate: float
    decay: float


_TEXTS = Plan(8, 0.3, 3e-4)
_WEIGHING = Plan(10, 0.05, 1e-3)
Vector = Sequence[tuple[int, float]]


def read(names: Iterable[str]) -> list[tuple[str, Row]]:
    """The messages of sets, each with the name of its set."""
    rows: list[tuple[str, Row]] = []
    for name in names:
        with (MESSAGES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows += ((name, row) for row in csv.DictReader(file))
    return rows


def fit(
    vectors: Sequence[Vector], wanted: Sequence[Sequence[float]], size: int, plan: Plan
) -> list[list[float]]:
    """Logistic regressions side by side, by descent with a pace for each weight (AdaGrad).

    Gives a row of weights per feature; the last is the bias.
    """
    width = len(wanted[0])
    weights = [[0.0] * width for _ in range(size + 1)]
    moved = [[1e-6] * width for _ in range(size + 1)]
    order = sorted(range(len(vectors)), key=lambda at: crc32(str(at).encode()))
    for _ in range(plan.epochs):
        for at in order:
            vector = (*vectors[at], (size, _BIAS))
            sums = [0.0] * width
            for feature, value in vector:
                sums = [s + value * w for s, w in zip(sums, weights[feature], strict=True)]
            for output, (total, want) in enumerate(zip(sums, wanted[at], strict=True)):
                error = want - 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
                if abs(error) < _TOLD_APART:
                    continue
                for feature, value in vector:
                    slope = error * value - plan.decay * weights[feature][output]
                    moved[feature][output] += slope * slope
                    pace = plan.rate / math.sqrt(moved[feature][output])
                    weights[feature][output] += pace * slope
    return weights


def train_texts(
    rows: Sequence[tuple[str, Row]], weighing: Mapping[str, Mapping[str, float]]
) -> bytes:
    """The model of words, as it is stored. Of cues only secrets are learned: rules know kinds."""
    outputs = (*reference.categories(), *WEIGHED)
    texts = [list(features(*_heard(row["text"]))) for _, row in rows]
    seen = Counter(name for text in texts for name in text)
    counts = {crc32(name.encode()): count for name, count in sorted(seen.items())}
    known = {
        print_: at
        for at, print_ in enumerate(sorted(p for p in counts if counts[p] >= _LEAST_SEEN))
    }
    cues_ = {crc32(name.encode()) for name in seen if is_cue(name)}
    rarity = [1.0 if p in cues_ else _rarity(counts[p], len(rows)) for p in known]
    vectors, with_cues = [], []
    for text in texts:
        here = {name: known[p] for name in text if (p := crc32(name.encode())) in known}
        said = [at for name, at in here.items() if not is_cue(name)]
        value = 1 / math.sqrt(len(said) or 1)
        vectors.append([(at, value * rarity[at]) for at in said])
        with_cues.append([(at, value * rarity[at]) for at in here.values()])
    wanted = [[float(output in _answers(row)) for output in outputs] for _, row in rows]
    plain = fit(vectors, [row[:-1] for row in wanted], len(known), _TEXTS)
    secret = fit(with_cues, [row[-1:] for row in wanted], len(known), _TEXTS)
    *weights, bias = ([*one, *other] for one, other in zip(plain, secret, strict=True))
    head = {
        "outputs": outputs, "features": len(known), "step": STEP,
        "bias": [round(_BIAS * b, 4) for b in bias], "weighing": weighing, "of": inputs(),
    }  # fmt: skip
    body = array("I", sorted(known)).tobytes()
    body += bytes(_byte(w * rare) for row, rare in zip(weights, rarity, strict=True) for w in row)
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + body


def _rarity(count: int, of: int) -> float:
    """What a word tells by how few texts have it: 1 where one in ninety has."""
    return math.log(of / count) / _RARITY_OF_ONE


def _byte(weight: float) -> int:
    return max(0, min(255, ZERO + round(weight / STEP)))


def _answers(row: Row) -> set[str]:
    """Every output that is right for a message."""
    return {row["category"], row["kind"], *(["secret"] if row["sensitive"] == "1" else ())} - {""}


def train_weighing(models: Iterable[tuple[Model, Sequence[Row]]]) -> dict[str, dict[str, float]]:
    """What each signal weighs, from models and messages of writers whom they have not read."""
    told, wanted = [], []
    for model, rows in models:
        for row in rows:
            told.append(_signals(model, row["text"]))
            wanted.append([float(output in _answers(row)) for output in WEIGHED])
    names = {name: at for at, name in enumerate(sorted({n for signal in told for n in signal}))}
    vectors = [[(names[name], value) for name, value in signal.items()] for signal in told]
    weights = fit(vectors, wanted, len(names), _WEIGHING)
    return {
        output: {
            name: round(weights[row][at], 3)
            for name, row in names.items()
            if abs(weights[row][at]) >= 0.02
        }
        for at, output in enumerate(WEIGHED)
    }


def _signals(model: Model, text: str) -> Mapping[str, float]:
    words, found, ruled, told = _read(text)
    return signals(text, found, ruled, told, model.opinion(words, cues(text, found, ruled)))


def _heard(text: str) -> tuple[list[str], tuple[str, ...]]:
    words, found, ruled, _ = _read(text)
    return words, cues(text, found, ruled)


@cache
def _read(text: str) -> tuple[list[str], Found, Kind, Told]:
    words = matcher().words(text)
    found = Found(matcher().find(words))
    told = topics.told(words, found)
    ruled, _ = by_rules(text, words, found, told.best)
    return words, found, ruled, told


def train(names: Sequence[str] = SETS, writers: Sequence[str] = WRITERS) -> bytes:
    """The whole file."""
    rows = read(names)
    strangers = []
    for writer in writers:
        others = [(name, row) for name, row in rows if name != writer]
        theirs = [row for name, row in rows if name == writer]
        strangers.append((Model(train_texts(others, {})), theirs))
    return train_texts(rows, train_weighing(strangers))


def inputs() -> str:
    """A checksum of all that the file is made from: messages, words, rules, this script."""
    domain = ROOT / "appliance" / "domain"
    made_from = [MESSAGES / f"{name}.csv" for name in SETS]
    made_from += [domain / "triage" / f"{name}.py" for name in _READERS]
    made_from += sorted(domain.glob("data/triage/*.t*"))
    made_from += [domain / "data" / "slang_normalization.csv", Path(__file__)]
    return sha256(b"".join(path.read_bytes() for path in made_from)).hexdigest()


def unread() -> Iterator[tuple[str, Figures]]:
    """How well the messages of each writer are judged by a model that has not read them."""
    for writer in WRITERS:
        names, writers = ([n for n in some if n != writer] for some in (SETS, WRITERS))
        learned = Model(train(names, writers))
        yield writer, figures((row, classify(row["text"], learned)) for _, row in read([writer]))


def main() -> None:
    """Write the file, or with `--unread` print figures of writers who were left out."""
    if "--unread" in sys.argv[1:]:
        for writer, counted in unread():
            print(f"\n{writer}, not read:")
            for name, share in vars(counted).items():
                print(f"  {name.replace('_', ' '):22} {share}")
        return
    TARGET.write_bytes(train())
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
