"""What of the last days is an alarm: clusters, and what rises far above its usual. Pure.

The rules are a table (`data/alarms.csv`). Only reports that are not confidential get here, but for
one number: how many confidential ones there were in the city.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import sqrt
from pathlib import Path

from appliance.domain.triage import houses
from appliance.domain.triage.words import plain
from command_center.dashboard.cells import total

SPANS_BEFORE = 8
"""A topic's usual is the mean of so many spans before."""
SPANS_LEAST = 4
"""A city that has run for less knows no usual."""
DEVIATIONS = 3.0
_TABLE = Path(__file__).parent / "data" / "alarms.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line of the table."""

    id: str
    kind: str
    name: str
    within: timedelta
    least: int
    times: float
    categories: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A report of the last days, as far as rules ask."""

    at: datetime
    site: str
    kelurahan: str | None
    category: str
    text: str
    is_child: bool = False
    """It tells of the same matter as another."""

    @property
    def place(self) -> str:
        """The kelurahan, or else the kecamatan."""
        return self.kelurahan or self.site


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule holds for a target: a kelurahan, an RW (`code/3`), a topic, or `site/topic`."""

    rule: str
    target: str
    number: int


@cache
def rules() -> tuple[Rule, ...]:
    """The table as shipped."""
    text = _TABLE.read_text(encoding="utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def found(
    chosen: Iterable[Rule],
    signals: Sequence[Signal],
    by_day: Mapping[str, Mapping[int, int]],
    now: datetime,
    today: int,
) -> list[Finding]:
    """All that holds now; `by_day` has each topic's reports of the city by day number."""
    return [
        Finding(rule=rule.id, target=target, number=number)
        for rule in chosen
        for target, number in sorted(_counted(rule, signals, by_day, now, today).items())
        if number >= rule.least
    ]


def _counted(
    rule: Rule,
    signals: Sequence[Signal],
    by_day: Mapping[str, Mapping[int, int]],
    now: datetime,
    today: int,
) -> Mapping[str, int]:
    recent = [one for one in signals if now - rule.within <= one.at <= now]
    matters = [one for one in recent if one.category in rule.categories and not one.is_child]
    match rule.kind:
        case "signals":
            return _signals(rule, matters)
        case "houses":
            return _houses(matters)
        case "burst":
            return Counter(f"{one.site}/{one.category}" for one in recent)
        case "rising":
            return _rising(rule, by_day, today)
        case _:
            raise ValueError(f"rule {rule.id} is of no kind that there is: {rule.kind}")


def _signals(rule: Rule, matters: Iterable[Signal]) -> Counter[str]:
    spoken = re.compile(rf"\b(?:{'|'.join(map(re.escape, rule.words))})\b")
    return Counter(
        one.kelurahan for one in matters if one.kelurahan and spoken.search(plain(one.text))
    )


def _houses(matters: Iterable[Signal]) -> dict[str, int]:
    """Of an RW all reports together; where none is named each report stands for itself."""
    found: defaultdict[str, int] = defaultdict(int)
    for one in matters:
        number = houses.count(one.text) or 1
        if rw := houses.rw(one.text):
            found[f"{one.place}/{rw}"] += number
        else:
            found[one.place] = max(found[one.place], number)
    return found


def _rising(rule: Rule, by_day: Mapping[str, Mapping[int, int]], today: int) -> dict[str, int]:
    days = rule.within // timedelta(days=1)
    first = min((day for of_topic in by_day.values() for day in of_topic), default=today)
    spans = min(SPANS_BEFORE, (today - first + 1) // days - 1)
    if spans < SPANS_LEAST:
        return {}
    found = {}
    for topic, of_topic in by_day.items():
        number = total(of_topic, today - days + 1, today)
        usual = total(of_topic, today - days * (spans + 1) + 1, today - days) / spans
        if number >= rule.times * usual and number > usual + DEVIATIONS * sqrt(usual):
            found[topic] = number
    return found


def _rule(row: Mapping[str, str]) -> Rule:
    return Rule(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        within=timedelta(hours=int(row["within_hours"])),
        least=int(row["least"]),
        times=float(row["times"] or 0),
        categories=frozenset(_parts(row["categories"])),
        words=tuple(_parts(row["words"])),
    )


def _parts(cell: str) -> Iterator[str]:
    return (part for part in cell.split("|") if part)
