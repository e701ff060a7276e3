"""Cases that somebody has to do something about, each with its moves and its deadlines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.city_tables import Tables
from appliance.domain.deadline import Deadline, Move
from command_center.handling import due
from command_center.store import case_history, dispositions, tables
from command_center.store.case_history import HistoryEntry
from command_center.store.dispositions import Disposition
from command_center.store.requests import CityRequest, Filter


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One of them; the last deadline is that of its end."""

    request: CityRequest
    moves: Sequence[Move]
    disposition: Disposition | None
    deadlines: list[Deadline]
    known: Tables
    """By which it is judged."""


@dataclass(frozen=True, slots=True)
class WholeCase(OpenCase):
    """One with all that was noted and ordered, oldest first."""

    history: Sequence[HistoryEntry]
    given: Sequence[Disposition]


def every(connection: Connection, wanted: Filter, now: datetime) -> Iterator[OpenCase]:
    """Those that a filter lets through, by a number of queries that does not grow with theirs."""
    judge, given = tables.by_arrival(connection), dispositions.in_force(connection, wanted)
    for request, moves in case_history.unsettled(connection, wanted):
        known = judge(request.site, request.received_at)
        disposition = given.get(request.request_id)
        deadlines = due.of_case(request, moves, disposition, now, known)
        yield OpenCase(request, moves, disposition, deadlines, known)


def one(connection: Connection, request: CityRequest, now: datetime) -> WholeCase:
    """A case as it stands; without deadlines once it is over."""
    history = case_history.of_request(connection, request)
    given = dispositions.of_request(connection, request.request_id)
    disposition = given[-1] if given else None
    known = tables.in_force(connection, request.site, judged_at=request.received_at)
    deadlines = due.of_case(request, history, disposition, now, known)
    return WholeCase(request, history, disposition, deadlines, known, history, given)
