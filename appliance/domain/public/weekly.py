"""A week of the kecamatan in figures, without anything about a person. Pure.

What is confidential is one figure: neither its topic nor its agency is told.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appliance.domain.cases.deadline import deadlines, latest
from appliance.domain.cases.service_request import Kind, Status
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.moment import start_of
from appliance.domain.public.report_card import Case

_WEEK = timedelta(days=7)
_WRITTEN = re.compile(r"(20[0-9]{2})-W([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """Monday to Sunday in local time, written like 2026-W48 (ISO 8601)."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week of a day."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read 2026-W48; raises BadInput."""
        written = _WRITTEN.fullmatch(text)
        try:
            if written:
                return cls(date.fromisocalendar(int(written[1]), int(written[2]), 1))
        except ValueError:
            pass
        raise BadInput(f"a week is written like 2026-W48, not {text[:20]!r}")

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return start_of(self.monday)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.begin + _WEEK

    def later(self, weeks: int) -> "Week":
        """So many weeks later."""
        return Week(self.monday + weeks * _WEEK)

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begin <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How many requests of one sort came in the week."""

    channel: str
    kind: str
    category: str
    agency: str
    status: str
    is_confidential: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One agency: what came and what it resolved in the week, and what is late today."""

    agency: str
    received: int
    resolved: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """The figures; lists have the largest first."""

    total: int
    emergencies: int
    confidential: int
    resolved: int
    overdue: int
    channels: Sequence[tuple[str, int]]
    categories: Sequence[tuple[str, int]]
    statuses: Sequence[tuple[str, int]]
    agencies: Sequence[AgencyLine]


def weekly(
    received: Sequence[Received], cases: Iterable[Case], week: Week, now: datetime, tables: Tables
) -> Weekly:
    """Count; `cases` are those that are not confidential, of this week and before."""
    resolved: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for case in cases:
        resolved[case.agency] += _was_resolved(case, week)
        found = deadlines(case.kind, case.category, case.history, now, tables)
        overdue[case.agency] += latest(found) is not None
    told = [row for row in received if not row.is_confidential]
    came = _count(told, lambda row: row.agency)
    lines = [
        AgencyLine(
            agency=agency,
            received=came[agency],
            resolved=resolved[agency],
            overdue=overdue[agency],
        )
        for agency in sorted({*came, *+resolved, *+overdue})
    ]
    return Weekly(
        total=sum(row.count for row in received),
        emergencies=sum(row.count for row in received if row.kind == Kind.EMERGENCY),
        confidential=sum(row.count for row in received if row.is_confidential),
        resolved=resolved.total(),
        overdue=overdue.total(),
        channels=_count(received, lambda row: row.channel).most_common(),
        categories=_count(told, lambda row: row.category).most_common(),
        statuses=_count(told, lambda row: row.status).most_common(),
        agencies=sorted(lines, key=lambda line: -line.received),
    )


def _was_resolved(case: Case, week: Week) -> bool:
    return any(move.status is Status.RESOLVED and week.holds(move.at) for move in case.history)


def _count(rows: Iterable[Received], by: Callable[[Received], str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[by(row)] += row.count
    return counts
