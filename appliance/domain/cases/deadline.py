"""Until when a request should be taken up and resolved, by its class and its history. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from appliance.domain.cases import sla
from appliance.domain.cases.service_request import OVER, Status
from appliance.domain.cases.working_days import Pause, WorkingCalendar
from appliance.domain.city.city_tables import Tables
from appliance.domain.moment import CITY_TIME

What = Literal["respond", "finish"]
UNTOUCHED = frozenset({Status.RECEIVED, Status.REOPENED})


class Move(Protocol):
    """A line of a history."""

    @property
    def status(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last local day; while the resident is asked for details the clock stands."""

    what: What
    day: date
    is_standing: bool
    is_missed: bool
    working_days: int
    """Begun since the day where it is missed; otherwise left, 0 on the day itself."""

    @property
    def is_near(self) -> bool:
        """Whether it ends today or on the next working day."""
        return not self.is_missed and not self.is_standing and self.working_days <= 1


def deadlines(
    kind: str, category: str, history: Sequence[Move], now: datetime, tables: Tables
) -> list[Deadline]:
    """Those that hold for an open request, the first answer before the end; none once settled.

    `history` is oldest first and begins with the arrival; a request that was opened again has all
    its days anew.
    """
    if history[-1].status in OVER:
        return []
    terms = sla.terms(kind, category, tables)
    this_round = current_round(history)
    found = [_deadline("finish", terms.finish_days, this_round, now, tables.calendar)]
    if all(move.status in UNTOUCHED for move in this_round):
        found.insert(0, _deadline("respond", terms.respond_days, this_round, now, tables.calendar))
    return found


def latest(found: Sequence[Deadline]) -> Deadline | None:
    """The missed one that matters most: the end before the first answer."""
    return next((one for one in reversed(found) if one.is_missed), None)


def nearest(found: Sequence[Deadline]) -> Deadline | None:
    """The near one of a request that has missed none."""
    return None if latest(found) else next((one for one in found if one.is_near), None)


def _deadline(
    what: What, days: int, this_round: Sequence[Move], now: datetime, calendar: WorkingCalendar
) -> Deadline:
    day = calendar.due(this_round[0].at, days, pauses(this_round, now))
    return on(what, day, this_round, now, calendar)


def on(
    what: What, day: date, history: Sequence[Move], now: datetime, calendar: WorkingCalendar
) -> Deadline:
    """The deadline that ends on a day, as it stands now."""
    today = now.astimezone(CITY_TIME).date()
    return Deadline(
        what,
        day,
        is_standing=history[-1].status == Status.NEEDS_DETAILS,
        is_missed=today > day,
        working_days=calendar.passed(min(day, today), max(day, today)),
    )


def current_round(history: Sequence[Move]) -> Sequence[Move]:
    """A history since the arrival or, once it was opened again, since then.

    A remark repeats the status before it, and opens nothing.
    """
    reopened = (
        n
        for n in range(1, len(history))
        if history[n].status == Status.REOPENED != history[n - 1].status
    )
    return history[max(reopened, default=0) :]


def pauses(history: Sequence[Move], now: datetime) -> Iterator[Pause]:
    """Each time the resident was asked, until something else followed; clocks may go back."""
    ends = [move.at for move in history[1:]] + [now]
    for move, end in zip(history, ends, strict=True):
        if move.status == Status.NEEDS_DETAILS and move.at < end:
            yield Pause(move.at, end)
