"""What is stored of the deadlines of a case, so that a database finds what is due. Pure.

Nothing of it depends on the time at which it is computed, only on what has become of the case and
on the tables it is judged by. `deadline` and `due` say what holds at a moment; a test compares.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from appliance.domain.cases import deadline, sla
from appliance.domain.cases.deadline import Move
from appliance.domain.cases.service_request import OVER, Status
from appliance.domain.cases.working_days import Pause, WorkingCalendar
from appliance.domain.city.city_tables import Tables
from appliance.domain.moment import city_offset_ms, to_ms
from command_center.local_day import DAY_MS, date_of, number_of

_MS = timedelta(milliseconds=1)
NEAR_WORKING_DAYS = 1
"""As `Deadline.is_near` has it."""
UNKNOWN = -1
"""In `look_on`: the deadlines are to be computed anew."""
ASIDE = -2
"""In `look_on`: it broke what looks at it, and is left alone until the next look."""
LOOK_NOW = 0
"""In `look_on`: whoever looks next sees to it."""


class DueDays(NamedTuple):
    """Columns of an open request, days as days since 1970; all empty once it is over."""

    respond_on: int | None = None
    """Last day of the first answer, until somebody has taken the case up."""
    finish_on: int | None = None
    """Last day of its end; while the clock stands, as if it went on where it stopped."""
    near_on: int | None = None
    """From this day on the case is near a deadline, and from `late_on` on it is late."""
    late_on: int | None = None
    rest_ms: int | None = None
    """Only while the clock stands: the working time that was left."""
    round_at: int | None = None
    """When its round began: it arrived, or was opened again."""


SETTLED = DueDays()


class Given(NamedTuple):
    """A disposition in force: so many working days since a time."""

    at: datetime
    days: int


def of_case(
    kind: str, category: str, history: Sequence[Move], given: Given | None, tables: Tables
) -> DueDays:
    """Those of a case with its moves, oldest first, and the disposition that counts, if any."""
    if history[-1].status in OVER:
        return SETTLED
    calendar, terms = tables.calendar, sla.terms(kind, category, tables)
    this_round = _without_remarks(deadline.current_round(history))
    pauses = list(deadline.pauses(this_round, this_round[-1].at))
    spans = [Given(this_round[0].at, terms.finish_days), *([given] if given else [])]
    finish_on = min(calendar.due(at, days, pauses) for at, days in spans)
    round_at = to_ms(this_round[0].at)
    if history[-1].status == Status.NEEDS_DETAILS:
        rest_ms = _rest_ms(calendar, spans, this_round[-1].at, pauses)
        late_on = None if rest_ms else number_of(finish_on) + 1
        return DueDays(None, number_of(finish_on), None, late_on, rest_ms, round_at)
    respond_on = None
    if all(move.status in deadline.UNTOUCHED for move in this_round):
        respond_on = calendar.due(this_round[0].at, terms.respond_days, pauses)
    return DueDays(*_days(calendar, respond_on, finish_on), None, round_at)


class Arrivals:
    """The same for many that have just come in, whose history is their arrival; those alike but for
    the hour are computed once."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self._offset_ms = tables, city_offset_ms()
        self._known: dict[tuple[str, str, int, bool], tuple[int | None, ...]] = {}

    def of(self, kind: str, category: str, occurred_ms: int) -> tuple[int | None, ...]:
        """The values of one of them, in the order of `DueDays`."""
        day, into_ms = divmod(occurred_ms + self._offset_ms, DAY_MS)
        alike = (kind, category, day, not into_ms)
        days = self._known.get(alike)
        if days is None:
            days = self._known[alike] = self._compute(*alike)
        return (*days, occurred_ms)

    def _compute(
        self, kind: str, category: str, day: int, is_midnight: bool
    ) -> tuple[int | None, ...]:
        terms, calendar = sla.terms(kind, category, self._tables), self._tables.calendar
        respond_on, finish_on = (
            calendar.due_from(date_of(day), days, is_midnight=is_midnight)
            for days in (terms.respond_days, terms.finish_days)
        )
        return (*_days(calendar, respond_on, finish_on), None)


def _days(
    calendar: WorkingCalendar, respond_on: date | None, finish_on: date
) -> tuple[int | None, int, int, int]:
    """The first four columns while the clock runs."""
    first = finish_on if respond_on is None else min(respond_on, finish_on)
    return (
        None if respond_on is None else number_of(respond_on),
        number_of(finish_on),
        number_of(calendar.with_left(first, NEAR_WORKING_DAYS)),
        number_of(first) + 1,
    )


def _without_remarks(this_round: Sequence[Move]) -> Sequence[Move]:
    """Up to the question to the resident that the clock stands for: what was noted since changes
    nothing."""
    end = len(this_round)
    while end > 1 and this_round[end - 1].status == this_round[end - 2].status:
        end -= 1
    return this_round[:end]


def _rest_ms(
    calendar: WorkingCalendar, spans: Sequence[Given], since: datetime, pauses: Sequence[Pause]
) -> int:
    """The working time left when the clock stopped, rounded up."""
    left = min(calendar.left(at, days, since, pauses) for at, days in spans)
    return -(-left // _MS)
