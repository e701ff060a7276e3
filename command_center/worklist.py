"""Open cases whose time is over, or nearly: what officers must look at first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from appliance.domain.deadline import Deadline, latest, nearest
from command_center.handling import open_cases
from command_center.store.requests import CityRequest, Filter


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


def items(connection: Connection, wanted: Filter, due: Due, now: datetime) -> list[Item]:
    """The cases of a filter, those that are late by the most working days first."""
    chosen = (
        (one.request, _CHOOSE[due](one.deadlines))
        for one in open_cases.every(connection, wanted, now)
    )
    found = [Item(request, deadline) for request, deadline in chosen if deadline is not None]
    return sorted(found, key=_rank)


def _rank(item: Item) -> tuple[int, str, str]:
    late = item.deadline.working_days if item.deadline.is_missed else 0
    return -late, item.deadline.day.isoformat(), item.request.request_id
