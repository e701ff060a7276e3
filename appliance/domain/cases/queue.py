"""In which order staff look at requests: late ones, urgent ones, then what has waited longest.

Pure. What is confidential comes behind the rest: nobody at the desk can do anything about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from appliance.domain.cases.deadline import Deadline, deadlines, latest
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import OVER, Kind, Sensitivity, Status
from appliance.domain.city.city_tables import Tables
from appliance.domain.moment import city_offset_ms, from_ms

_MS = timedelta(milliseconds=1)
_DAY_MS = timedelta(days=1) // _MS


@dataclass(frozen=True, slots=True)
class Move:
    """A line of a history without its words."""

    status: str
    at: datetime


class Case(NamedTuple):
    """What the order of the queue needs of a request: there may be thousands, so times stay
    Unix milliseconds."""

    id: str
    kind: str
    category: str
    sensitivity: str
    status: str
    marks: str
    created_ms: int
    updated_ms: int

    @property
    def is_urgent(self) -> bool:
        """Whether it comes before all that is not late."""
        return self.kind == Kind.EMERGENCY or Mark.ALERT in self.marks.split()


@dataclass(frozen=True, slots=True)
class Place:
    """A request in the queue, and the deadline it has missed."""

    case: Case
    missed: Deadline | None


def ordered(
    cases: Iterable[Case], histories: Mapping[str, Sequence[Move]], now: datetime, tables: Tables
) -> list[Place]:
    """The queue. `histories` holds those of requests whose clock has stood or begun anew."""
    clocks = _Clocks(now, tables)
    places = [Place(case, _missed(case, histories.get(case.id), clocks)) for case in cases]
    return sorted(places, key=_rank)


def _missed(case: Case, history: Sequence[Move] | None, clocks: "_Clocks") -> Deadline | None:
    if case.status in OVER or case.sensitivity == Sensitivity.CONFIDENTIAL:
        return None
    return clocks.missed(case, history)


class _Clocks:
    """Thousands of requests share few deadlines: one for each day, kind and category.

    One that comes at midnight sharp has a day less than the others of its day.
    """

    def __init__(self, now: datetime, tables: Tables) -> None:
        self._now, self._tables = now, tables
        self._known: dict[tuple[object, ...], Deadline | None] = {}

    def missed(self, case: Case, history: Sequence[Move] | None) -> Deadline | None:
        if history is not None:
            return self._ask(case, history)
        is_untouched = case.status == Status.RECEIVED
        day, into_day = divmod(case.created_ms + city_offset_ms(), _DAY_MS)
        key = (case.kind, case.category, is_untouched, day, into_day == 0)
        if key not in self._known:
            moves = [Move(Status.RECEIVED, from_ms(case.created_ms))]
            if not is_untouched:
                moves.append(Move(case.status, from_ms(case.updated_ms)))
            self._known[key] = self._ask(case, moves)
        return self._known[key]

    def _ask(self, case: Case, moves: Sequence[Move]) -> Deadline | None:
        return latest(deadlines(case.kind, case.category, moves, self._now, self._tables))


def _rank(place: Place) -> tuple[int, bool, int, int]:
    """What is over comes last, the newest first."""
    case, at = place.case, place.case.created_ms
    if case.status in OVER:
        return 4, False, 0, -at
    if case.sensitivity == Sensitivity.CONFIDENTIAL:
        return 3, False, 0, at
    if place.missed:
        return 0, not case.is_urgent, -place.missed.working_days, at
    return 1 if case.is_urgent else 2, False, 0, at
