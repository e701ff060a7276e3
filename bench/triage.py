"""`make triage-report`: how well the triage judges labelled messages, per register.

One set, `UNSEEN`, nobody has learned from: its table is what counts, and goes to docs/triage.md. An
older one (`sixth`) is not learned from either, but has been looked at more than once. The others
are what rules and model were made from, so their figures show only that nothing is forgotten. A
category counts as right if it is the label or one of the noted alternatives, as do kinds.
"""

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage

ROOT = Path(__file__).parents[1]
MESSAGES = ROOT / "tests" / "triage"
UNSEEN, OLDER = "seventh", "sixth"
REPORT = ROOT / "docs" / "triage.md"
_BEGIN, _END = "<!-- written by make triage-report -->", "<!-- end of the report -->"
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


Judged = Sequence[tuple[Message, Triage]]


def _by_register(judged: Judged) -> Iterator[tuple[str, Figures, int]]:
    registers: dict[str, list[tuple[Message, Triage]]] = defaultdict(list)
    for message, verdict in judged:
        registers[message["register"].split(",")[0]].append((message, verdict))
    for register, part in sorted(registers.items(), key=lambda item: (-len(item[1]), item[0])):
        yield register, figures(part), len(part)


def _confusions(judged: Judged, what: str) -> str:
    """What was most often taken for what, of categories or kinds."""
    pairs = Counter(
        (message[what], verdict.kind.value if what == "kind" else verdict.category)
        for message, verdict in judged
        if message[what]
    )
    wrong = ((pair, count) for pair, count in pairs.items() if pair[0] != pair[1])
    most = sorted(wrong, key=lambda item: (-item[1], item[0]))[:8]
    return ", ".join(f"{told} for {said} {count}" for (said, told), count in most)


def _table(judged: Judged) -> Iterator[str]:
    """The figures of a set as lines of Markdown."""
    names = list(vars(figures([])))
    yield f"| register | {' | '.join(name.replace('_', ' ') for name in names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for register, part, count in (("all", figures(judged), len(judged)), *_by_register(judged)):
        shares = (f"{s.value:.2f}" if s.total else "-" for s in vars(part).values())
        yield f"| {register} ({count}) | {' | '.join(shares)} |"
    yield ""
    yield f"Categories most often mistaken: {_confusions(judged, 'category')}."
    yield f"Kinds: {_confusions(judged, 'kind')}."


def _keep(lines: Iterable[str]) -> None:
    """Put the table of the unseen set where docs/triage.md has it."""
    before, _, rest = REPORT.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    report = "\n".join((_BEGIN, *lines, _END))
    REPORT.write_text(before + report + after, encoding="utf-8")


def main() -> None:
    """Print the figures of every set there is; keep the unseen one's."""
    for path in sorted(MESSAGES.glob("*.csv")):
        rows, started = messages(path.stem), time.process_time()
        judged = [(row, classify(row["text"])) for row in rows]
        each_ms = (time.process_time() - started) / len(rows) * 1000
        role = "not learned from" if path.stem in (UNSEEN, OLDER) else "learned from"
        print(f"\n{path.stem} ({role}): {len(rows)} messages, {each_ms:.2f} ms each")
        for name, share in vars(figures(judged)).items():
            print(f"  {name.replace('_', ' '):22} {share}")
        if path.stem == UNSEEN:
            print("\n".join(_table(judged)))
            _keep(_table(judged))


if __name__ == "__main__":
    main()
