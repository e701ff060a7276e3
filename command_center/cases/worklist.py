"""Open cases whose time is over, or nearly: what officers must look at first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from appliance.domain.cases.deadline import Deadline, latest, nearest
from command_center.handling import open_cases
from command_center.local_day import today
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.handling import open_requests


class Due(StrEnum):
    """Which of them; the values stand in addresses."""

    LATE = "terlambat"
    SOON = "menjelang"


@dataclass(frozen=True, slots=True)
class Item:
    """A case with the deadline for which it is listed."""

    request: CityRequest
    deadline: Deadline


_CHOOSE: dict[Due, Callable[[Sequence[Deadline]], Deadline | None]] = {
    Due.LATE: latest,
    Due.SOON: nearest,
}


_FIND = {Due.LATE: open_requests.late, Due.SOON: open_requests.soon}
_COUNTED = {Due.LATE: open_requests.is_late, Due.SOON: open_requests.is_soon}


def items(connection: Connection, wanted: Filter, due: Due, now: datetime) -> list[Item]:
    """The cases of a filter, those whose deadline was first, first."""
    found = page(connection, wanted, due, now, limit=None)
    return [Item(request, deadline) for request, deadline in found if deadline is not None]


def page(
    connection: Connection,
    wanted: Filter,
    due: Due,
    now: datetime,
    *,
    limit: int | None,
    offset: int = 0,
) -> list[tuple[CityRequest, Deadline | None]]:
    """Some of those that `count` counts; without a deadline where it cannot be computed, or where
    that holds no more, since the tables have changed and what is stored follows within seconds."""
    found = _FIND[due](connection, wanted, today(now), limit=limit, offset=offset)
    cases = open_cases.shown(connection, found, now)
    return [(one.request, _CHOOSE[due](one.deadlines)) for one in cases]


def count(connection: Connection, wanted: Filter, due: Due, now: datetime) -> int:
    """How many there are by the stored deadlines."""
    return open_requests.number(connection, wanted, _COUNTED[due](today(now)))
