"""Until when a request should be resolved, by its category and its history. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from appliance.domain.city_tables import Tables, as_shipped
from appliance.domain.moment import WESTERN_INDONESIA
from appliance.domain.reference import FALLBACK_CATEGORY
from appliance.domain.service_request import Status
from appliance.domain.working_days import Pause
from command_center.store.requests import HistoryEntry

_OVER = frozenset({Status.RESOLVED, Status.CLOSED, Status.NOT_OURS, Status.MERGED, Status.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day in WIB; while the resident is asked for details the clock stands."""

    day: date
    is_standing: bool
    is_missed: bool


def deadline(
    category: str, history: Sequence[HistoryEntry], now: datetime, tables: Tables | None = None
) -> Deadline | None:
    """The deadline of an open request, None for one that is settled.

    `history` is oldest first and begins with the arrival; a request that was opened again has all
    its days anew. Of a category we do not know the days of the fallback count. `tables` are those
    that the city works by, else those shipped.
    """
    last = history[-1].status
    if last in _OVER:
        return None
    tables = tables or as_shipped()
    known = tables.finish_days
    days = known.get(category, known[FALLBACK_CATEGORY])
    this_round = _since_reopened(history)
    day = tables.calendar.due(this_round[0].at, days, _pauses(this_round, now))
    is_standing = last == Status.NEEDS_DETAILS
    is_missed = now.astimezone(WESTERN_INDONESIA).date() > day
    return Deadline(day, is_standing=is_standing, is_missed=is_missed)


def _since_reopened(history: Sequence[HistoryEntry]) -> Sequence[HistoryEntry]:
    """A remark repeats the status before it, and opens nothing."""
    reopened = (
        n
        for n in range(1, len(history))
        if history[n].status == Status.REOPENED != history[n - 1].status
    )
    return history[max(reopened, default=0) :]


def _pauses(history: Sequence[HistoryEntry], now: datetime) -> Iterator[Pause]:
    """Each time the resident was asked, until something else followed; clocks may go back."""
    ends = [entry.at for entry in history[1:]] + [now]
    for entry, end in zip(history, ends, strict=True):
        if entry.status == Status.NEEDS_DETAILS and entry.at < end:
            yield Pause(entry.at, end)
