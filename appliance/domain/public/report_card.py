"""The report card of the agencies for one kecamatan, from what its own box knows. Pure.

One matter counts once: of reports that tell of the same the first. What is confidential is left
out, so that no small figure tells of it; what is not an agency's is listed and not counted; below
ten there is no rank.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from appliance.domain.cases import sla
from appliance.domain.cases.deadline import UNTOUCHED, deadlines, pauses
from appliance.domain.cases.service_request import FINISHED, Sensitivity, Status, StatusEntry
from appliance.domain.cases.working_days import WorkingCalendar
from appliance.domain.city.city_tables import Tables
from appliance.domain.moment import CITY_TIME

PERIOD = timedelta(days=365)
RANKED_FROM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What counts of a request; `history` is oldest first and begins with the arrival."""

    id: str
    agency: str
    kind: str
    category: str
    sensitivity: str
    status: str
    duplicate_of: str | None
    history: Sequence[StatusEntry]
    finish_days: int | None = None
    """Working days to its end as it was judged; None for those of the tables in force."""

    @property
    def received_at(self) -> datetime:
        """When it came."""
        return self.history[0].at


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The figures of one agency."""

    agency: str
    count: int
    answered: int
    """Those whose first answer has come, or should have."""
    in_time: int
    """Of these, answered by the last day for it."""
    median_days: float | None
    """Working days from arrival to the end, of those that have ended; None if none has."""
    overdue: int
    """Open, and past the last day for its end."""
    not_ours: int
    """Not this agency's business; in no other figure."""
    is_onboarded: bool
    to_finish: int = 0
    """Those that have ended, or should have."""
    finished_in_time: int = 0
    """Of these, ended by the last day for it and never disputed."""
    reopened: int = 0
    """Called resolved, and opened again: that was no end."""
    archived: int = 0
    """Put aside without an end: in no figure of ends."""
    rank: int | None = None

    @property
    def is_small(self) -> bool:
        """Whether there are too few to rank it, however well it does."""
        return bool(self.count) and min(self.answered, self.to_finish) < RANKED_FROM

    @property
    def share(self) -> int | None:
        """In time, of a hundred."""
        return round(100 * self.in_time / self.answered) if self.answered else None

    @property
    def finished_share(self) -> int | None:
        """Ended in time, of a hundred."""
        return round(100 * self.finished_in_time / self.to_finish) if self.to_finish else None


def report_card(
    cases: Iterable[Case],
    now: datetime,
    tables: Tables,
    is_onboarded: Callable[[str], bool] = lambda _agency: True,
) -> list[Line]:
    """The agencies, those with a rank first, the best first."""
    since = now - PERIOD
    counted = [case for case in _once(cases) if since <= case.received_at <= now]
    by_agency: dict[str, list[Case]] = {}
    for case in counted:
        by_agency.setdefault(case.agency, []).append(case)
    lines = [
        _line(agency, own, now, tables, is_onboarded(agency))
        for agency, own in sorted(by_agency.items())
    ]
    return _ranked(lines)


def total(lines: Iterable[Line]) -> Line:
    """All agencies together; medians do not add up, so there is none."""
    known = tuple(lines)
    return Line(
        agency="",
        count=sum(line.count for line in known),
        answered=sum(line.answered for line in known),
        in_time=sum(line.in_time for line in known),
        median_days=None,
        overdue=sum(line.overdue for line in known),
        not_ours=sum(line.not_ours for line in known),
        is_onboarded=True,
        to_finish=sum(line.to_finish for line in known),
        finished_in_time=sum(line.finished_in_time for line in known),
        reopened=sum(line.reopened for line in known),
        archived=sum(line.archived for line in known),
    )


def _once(cases: Iterable[Case]) -> list[Case]:
    """The first of each matter; nothing confidential, nothing that only led to another."""
    first: dict[str, Case] = {}
    for case in sorted(cases, key=lambda one: (one.received_at, one.id)):
        if case.sensitivity == Sensitivity.CONFIDENTIAL:
            continue
        matter = case.duplicate_of or case.id
        known = first.get(matter)
        if known is None or (known.status == Status.MERGED and case.status != Status.MERGED):
            first[matter] = case
    return [case for case in first.values() if case.status != Status.MERGED]


def _line(
    agency: str, cases: Sequence[Case], now: datetime, tables: Tables, is_onboarded: bool
) -> Line:
    own = [case for case in cases if case.status != Status.NOT_OURS]
    answers = [found for case in own if (found := _is_in_time(case, now, tables)) is not None]
    ends = [found for case in own if (found := _has_ended_well(case, now, tables)) is not None]
    days = [_days(case, tables.calendar) for case in own if case.status in FINISHED]
    return Line(
        agency=agency,
        count=len(own),
        answered=len(answers),
        in_time=sum(answers),
        median_days=median(days) if days else None,
        overdue=sum(_is_overdue(case, now, tables) for case in own),
        not_ours=len(cases) - len(own),
        is_onboarded=is_onboarded,
        to_finish=len(ends),
        finished_in_time=sum(ends),
        reopened=sum(was_disputed(case.history) for case in own),
        archived=sum(case.status == Status.ARCHIVED for case in own),
    )


def was_disputed(history: Sequence[StatusEntry]) -> bool:
    """Whether it was opened again after it had been called resolved."""
    pairs = pairwise(history)
    return any(old.status in FINISHED and new.status == Status.REOPENED for old, new in pairs)


def _has_ended_well(case: Case, now: datetime, tables: Tables) -> bool | None:
    """Whether it ended by its last day and stayed so; None while it may, or if it was archived."""
    if case.status == Status.ARCHIVED:
        return None
    if was_disputed(case.history):
        return False
    days = case.finish_days
    if days is None:
        days = sla.terms(case.kind, case.category, tables).finish_days
    last = tables.calendar.due(case.received_at, days, pauses(case.history, now))
    if case.status in FINISHED:
        return _day(_end(case)) <= last
    return False if _day(now) > last else None


def _is_in_time(case: Case, now: datetime, tables: Tables) -> bool | None:
    """Whether the first answer came by its last day; None while it may still come."""
    days = sla.terms(case.kind, case.category, tables).respond_days
    last = tables.calendar.due(case.received_at, days)
    answered = (entry.at for entry in case.history[1:] if entry.status not in UNTOUCHED)
    first = next(answered, None)
    if first is not None:
        return _day(first) <= last
    return False if _day(now) > last else None


def _days(case: Case, calendar: WorkingCalendar) -> int:
    return calendar.passed(_day(case.received_at), _day(_end(case)))


def _end(case: Case) -> datetime:
    """When a finished case came to its end; later words and the closing do not move it."""
    end = case.history[-1].at
    for entry in reversed(case.history):
        if entry.status not in FINISHED:
            break
        end = entry.at
    return end


def _is_overdue(case: Case, now: datetime, tables: Tables) -> bool:
    found = deadlines(case.kind, case.category, case.history, now, tables)
    return any(one.what == "finish" and one.is_missed for one in found)


def _ranked(lines: Sequence[Line]) -> list[Line]:
    """Ranks by ends in time, then answers in time, then days; too few stand behind, by count."""
    enough = [line for line in lines if not line.is_small and line.count]
    rest = [line for line in lines if line not in enough]
    best = sorted(enough, key=_quality)
    qualities = [_quality(line) for line in best]
    ranked = [
        replace(line, rank=1 + qualities.index(quality))
        for line, quality in zip(best, qualities, strict=True)
    ]
    return [*ranked, *sorted(rest, key=lambda line: (-line.count, line.agency))]


def _quality(line: Line) -> tuple[float, float, float]:
    days = line.median_days if line.median_days is not None else float("inf")
    return -line.finished_in_time / line.to_finish, -line.in_time / line.answered, days


def _day(at: datetime) -> date:
    return at.astimezone(CITY_TIME).date()
