"""Cases that somebody has to do something about, each with its moves and its deadlines.

What deadlines follow from may be wrong, by a hand in the database or a bug of ours: then the hourly
look sets the case aside (`sparing`), and whoever shows it does so without deadlines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.cases.deadline import Deadline, Move
from appliance.domain.cases.service_request import OVER
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.moment import plausible
from command_center.handling import due
from command_center.store.cases import case_history
from command_center.store.cases.case_history import HistoryEntry
from command_center.store.cases.requests import CityRequest
from command_center.store.handling import dispositions
from command_center.store.handling.dispositions import Disposition
from command_center.store.sending import tables


class Unsound(Exception):
    """Deadlines cannot follow from what is stored; says which column, nothing of a person."""


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
    trouble: str = field(default="", kw_only=True)
    """Why there are none although it is open."""


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
    """Some requests as they stand, likewise; raises whatever one of them breaks."""
    return [
        OpenCase(one.request, one.moves, one.disposition, one.known, _deadlines(one, now))
        for one in stories(connection, found)
    ]


def shown(connection: Connection, found: Sequence[CityRequest], now: datetime) -> list[OpenCase]:
    """As `some`, for people: one whose deadlines cannot be computed is there without."""
    cases = []
    for one in stories(connection, found):
        deadlines, trouble = _spared(one, now)
        cases.append(
            OpenCase(one.request, one.moves, one.disposition, one.known, deadlines, trouble=trouble)
        )
    return cases


def one(connection: Connection, request: CityRequest, now: datetime) -> WholeCase:
    """A case as it stands; without deadlines once it is over, or where they cannot be computed."""
    history = case_history.of_request(connection, request)
    given = dispositions.of_request(connection, request.request_id)
    known = tables.in_force(connection, request.site, judged_at=request.received_at)
    moves = _up_to_now(request, history)
    story = Story(request, moves, given[-1] if given else None, known)
    deadlines, trouble = _spared(story, now)
    return WholeCase(
        request,
        moves,
        story.disposition,
        known,
        deadlines,
        history,
        given,
        trouble=trouble,
    )


def check(story: Story) -> None:
    """Raise Unsound where a time of an open case is none that a clock can have shown."""
    request = story.request
    if request.status in OVER:
        return
    times = {"occurred_at": request.occurred_at, "received_at": request.received_at}
    times |= {f"case_history.at of line {n}": one.at for n, one in enumerate(story.moves[1:], 1)}
    if story.disposition is not None:
        times["dispositions.at"] = story.disposition.at
    for name, at in times.items():
        try:
            plausible(at, name)
        except BadInput as error:
            raise Unsound(str(error)) from None


def told(error: Exception) -> str:
    """What is wrong with a case, for who mends it; never the words of a foreign error, which may
    tell of a person."""
    return str(error) if isinstance(error, Unsound) else type(error).__name__


def _up_to_now(request: CityRequest, history: Sequence[Move]) -> Sequence[Move]:
    """With the status that a hand in the database has given it without a line of its history."""
    if request.status == history[-1].status:
        return history
    at = max(request.updated_at, history[-1].at)
    return [*history, case_history.Move(request.status, at)]


def _spared(story: Story, now: datetime) -> tuple[list[Deadline], str]:
    """The deadlines of a case, or why there are none."""
    try:
        return _deadlines(story, now), ""
    except Exception as error:  # noqa: BLE001 - a page must show the others, and this one too
        return [], told(error)


def _deadlines(story: Story, now: datetime) -> list[Deadline]:
    check(story)
    return due.of_case(story.request, story.moves, story.disposition, now, story.known)
