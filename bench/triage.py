"""`make triage-report`: how well the triage judges labelled messages, per register.

Each set was written by somebody who had not seen the patterns, and measured before it was learned
from (docs/triage.md); now all are the examples of `likeness`, so the figures of old sets show only
that nothing is forgotten. A category counts as right if it is the label or one of the noted
alternatives, as do kinds.
"""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from appliance.domain import reference
from appliance.domain.service_request import Kind
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage

MESSAGES = Path(__file__).parents[1] / "tests" / "triage"
Message = Mapping[str, str]


@dataclass
class Share:
    """How many of how many."""

    hits: int = 0
    total: int = 0

    def add(self, is_hit: bool) -> None:
        """Count one."""
        self.hits += is_hit
        self.total += 1

    @property
    def value(self) -> float:
        """As a number; 1 of nothing."""
        return self.hits / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.hits}/{self.total})"


@dataclass
class Figures:
    """All that is asked of a triage, over a set of messages."""

    category: Share = field(default_factory=Share)
    top3: Share = field(default_factory=Share)
    kind: Share = field(default_factory=Share)
    emergency_recall: Share = field(default_factory=Share)
    emergency_precision: Share = field(default_factory=Share)
    secret_recall: Share = field(default_factory=Share)
    secret_precision: Share = field(default_factory=Share)
    kelurahan_recall: Share = field(default_factory=Share)
    kelurahan_wrong: Share = field(default_factory=Share)
    reports_as_spam: Share = field(default_factory=Share)

    def add(self, message: Message, judged: Triage) -> None:
        """Count one message."""
        kinds, has_category = _labels(message, "kind"), judged.kind not in (Kind.SPAM, Kind.STATUS)
        self.kind.add(judged.kind.value in kinds)
        if message["category"]:
            categories = _labels(message, "category")
            self.category.add(has_category and judged.category in categories)
            self.top3.add(has_category and not categories.isdisjoint(judged.top3))
            self.reports_as_spam.add(judged.kind is Kind.SPAM)
        if message["kind"] == Kind.EMERGENCY.value:
            self.emergency_recall.add(judged.kind is Kind.EMERGENCY)
        if judged.kind is Kind.EMERGENCY:
            self.emergency_precision.add(Kind.EMERGENCY.value in kinds)
        if message["sensitive"] == "1":
            self.secret_recall.add(judged.is_secret)
        if judged.is_secret:
            self.secret_precision.add(message["sensitive"] == "1")
        named = reference.kelurahan_by_code(judged.kelurahan).name if judged.kelurahan else ""
        if message["kelurahan"]:
            self.kelurahan_recall.add(named == message["kelurahan"])
        self.kelurahan_wrong.add(bool(named) and named != message["kelurahan"])


def messages(name: str) -> list[dict[str, str]]:
    """The labelled messages of a set."""
    with (MESSAGES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures(judged: Iterable[tuple[Message, Triage]]) -> Figures:
    """Count them all."""
    counted = Figures()
    for message, verdict in judged:
        counted.add(message, verdict)
    return counted


def _labels(message: Message, what: str) -> set[str]:
    return {message[what], *filter(None, (message.get(f"alt_{what}") or "").split("|"))}


def _by_register(judged: list[tuple[Message, Triage]]) -> Iterator[tuple[str, Figures]]:
    registers: dict[str, list[tuple[Message, Triage]]] = defaultdict(list)
    for message, verdict in judged:
        registers[message["register"].split(",")[0]].append((message, verdict))
    for register, part in sorted(registers.items(), key=lambda item: -len(item[1])):
        yield register, figures(part)


def _confusions(judged: list[tuple[Message, Triage]]) -> Iterator[str]:
    pairs = Counter(
        (message["category"], verdict.category)
        for message, verdict in judged
        if message["category"] and verdict.category not in _labels(message, "category")
    )
    return (f"{told} taken for {said}: {count}" for (told, said), count in pairs.most_common(10))


def main() -> None:
    """Print the figures of every set there is."""
    for path in sorted(MESSAGES.glob("*.csv")):
        rows, started = messages(path.stem), time.perf_counter()
        judged = [(row, classify(row["text"])) for row in rows]
        each_ms = (time.perf_counter() - started) / len(rows) * 1000
        print(f"\n{path.stem}: {len(rows)} messages, {each_ms:.1f} ms each")
        for name, share in vars(figures(judged)).items():
            print(f"  {name.replace('_', ' '):22} {share}")
        for register, part in _by_register(judged):
            print(f"    {register:18} category {part.category}  kind {part.kind}")
        for line in _confusions(judged):
            print(f"    {line}")


if __name__ == "__main__":
    main()
