"""Cases that somebody has to do something about, each with its moves and its deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.city_tables import Tables
from appliance.domain.deadline import Deadline, Move
from command_center.handling import due
from command_center.store import case_history, dispositions, tables
from command_center.store.case_history import HistoryEntry
from command_center.store.dispositions import Disposition
from command_center.store.requests import CityRequest


@dataclass(frozen=True, slots=True)
class Story:
    """What the deadlines of a case follow from."""

    request: CityRequest
    moves: Sequence[Move]
    disposition: Disposition | None
    known: Tables
    """By which it is judged; of several cases only what deadlines follow from."""


@dataclass(frozen=True, slots=True)
class OpenCase(Story):
    """A case as it stands at a time; the last deadline is that of its end."""

    deadlines: list[Deadline]


@dataclass(frozen=True, slots=True)
class WholeCase(OpenCase):
    """One with all that was noted and ordered, oldest first."""

    history: Sequence[HistoryEntry]
    given: Sequence[Disposition]


def stories(connection: Connection, found: Sequence[CityRequest]) -> list[Story]:
    """Those of some requests, by a number of queries that does not grow with theirs."""
    ids = [request.request_id for request in found]
    moves = case_history.moves(connection, found)
    given = dispositions.in_force(connection, ids)
    sites = {request.site for request in found}
    judge = tables.by_arrival(connection, *(sites if len(sites) == 1 else ()))
    return [
        Story(
            request,
            _up_to_now(request, moves[request.request_id]),
            given.get(request.request_id),
            judge(request.site, request.received_at),
        )
        for request in found
    ]


def some(connection: Connection, found: Sequence[CityRequest], now: datetime) -> list[OpenCase]:
    """Some requests as they stand, likewise."""
    return [
        OpenCase(one.request, one.moves, one.disposition, one.known, _deadlines(one, now))
        for one in stories(connection, found)
    ]


def one(connection: Connection, request: CityRequest, now: datetime) -> WholeCase:
    """A case as it stands; without deadlines once it is over."""
    history = case_history.of_request(connection, request)
    given = dispositions.of_request(connection, request.request_id)
    known = tables.in_force(connection, request.site, judged_at=request.received_at)
    moves = _up_to_now(request, history)
    story = Story(request, moves, given[-1] if given else None, known)
    return WholeCase(
        request, moves, story.disposition, known, _deadlines(story, now), history, given
    )


def _up_to_now(request: CityRequest, history: Sequence[Move]) -> Sequence[Move]:
    """With the status that a hand in the database has given it without a line of its history."""
    if request.status == history[-1].status:
        return history
    at = max(request.updated_at, history[-1].at)
    return [*history, case_history.Move(request.status, at)]


def _deadlines(story: Story, now: datetime) -> list[Deadline]:
    return due.of_case(story.request, story.moves, story.disposition, now, story.known)
