"""Taking the steps of cases near or behind their deadlines; run by the center while time passes.

Each case is one transaction, so that a death costs nothing and no step is taken twice. A step is a
line of the case's history and one of the list of those who must be told.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.deadline import Deadline, current_round
from appliance.domain.errors import BadInput
from command_center import casework
from command_center.handling import open_cases, steps
from command_center.handling.open_cases import OpenCase
from command_center.handling.steps import Step
from command_center.lapses import NOBODY
from command_center.notices import wanting
from command_center.store import case_history, escalations, tables
from command_center.store.database import reading, writing
from command_center.store.escalations import Escalation
from command_center.store.requests import CityRequest, Filter

log = logging.getLogger(__name__)

CASES_PER_RUN = 100
ROUND_EVERY = timedelta(hours=1)
"""Steps count in days, and each look reads all open cases."""


class Rounds:
    """A look once an hour, or sooner while some cases are left."""

    def __init__(self, engine: Engine, table: Sequence[Step]) -> None:
        self._engine, self._table = engine, table
        self._next_at: datetime | None = None

    def look(self, now: datetime) -> None:
        """Take the steps that are reached, if it is time."""
        if self._next_at is None or now >= self._next_at:
            is_done = run(self._engine, self._table, now) < CASES_PER_RUN
            self._next_at = now + ROUND_EVERY if is_done else now


def run(engine: Engine, table: Sequence[Step], now: datetime) -> int:
    """Take the steps that are reached, of some cases at most; return of how many."""
    with reading(engine) as connection:
        taken = escalations.of_open(connection)
        waiting = [
            case.request.request_id
            for case in open_cases.every(connection, Filter(), now)
            if _reached(table, case, taken.get(case.request.request_id, ()))
        ]
    return sum(_escalate(engine, table, id_, now) for id_ in waiting[:CASES_PER_RUN])


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that nobody has told yet, of a case that is still late."""

    request: CityRequest
    step: Escalation
    deadline: Deadline


def waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """The last untold step of each open case, those that are latest first."""
    taken, found = escalations.of_open(connection), []
    for case in open_cases.every(connection, Filter(), now):
        there: dict[str, Deadline] = {one.what: one for one in case.deadlines}
        mine = _of_round(case, taken.get(case.request.request_id, ()))
        untold = [one for one in mine if one.done_at is None and one.deadline in there]
        if untold:
            last = untold[-1]
            found.append(Waiting(case.request, last, there[last.deadline]))
    return sorted(found, key=lambda one: (-steps.past(one.deadline), one.request.request_id))


def told(engine: Engine, request_id: str, step: str, *, by: str, now: datetime) -> None:
    """Note that somebody has told whom a step names; raises UnknownRequest or BadInput."""
    with writing(engine) as connection:
        request = casework.found(connection, request_id, None)
        there = escalations.of_request(connection, request_id)
        act = next((one.act for one in there if one.step == step and one.done_at is None), None)
        if act is None:
            raise BadInput("Langkah itu sudah disampaikan.")
        escalations.finish(connection, request_id, [step], by=by, now=now)
        case_history.note(connection, request, f"Sudah disampaikan: {act}.", by=by, now=now)


def _escalate(engine: Engine, table: Sequence[Step], request_id: str, now: datetime) -> bool:
    """Take the steps of one case, if they are still to be taken."""
    with writing(engine) as connection:
        request = casework.found(connection, request_id, None)
        case = open_cases.one(connection, request, now)
        taken = escalations.of_request(connection, request_id)
        reached = _reached(table, case, taken)
        for step, deadline in reached:
            _take(connection, case, step, deadline, now)
    if reached:
        log.info("a case is escalated site=%s steps=%s", request.site, len(reached))
    return bool(reached)


def _reached(
    table: Sequence[Step], case: OpenCase, taken: Sequence[Escalation]
) -> list[tuple[Step, Deadline]]:
    """The steps to take now."""
    mine = {one.step for one in _of_round(case, taken)}
    return steps.reached(table, case.deadlines, mine)


def _of_round(case: OpenCase, taken: Sequence[Escalation]) -> list[Escalation]:
    """Those of an earlier round of the case, or of another agency, do not count."""
    here = (_since(case), case.request.agency)
    return [one for one in taken if (one.since, one.agency) == here]


def _take(
    connection: Connection, case: OpenCase, step: Step, missed: Deadline, now: datetime
) -> None:
    request = case.request
    new = Escalation(
        request_id=request.request_id,
        since=_since(case),
        agency=request.agency,
        step=step.id,
        unit=request.unit,
        deadline=missed.what,
        due_on=missed.day,
        working_days=steps.past(missed),
        addressee=step.to,
        act=step.act,
        at=now,
    )
    escalations.add(connection, new)
    known = tables.in_force(connection, request.site)
    wanting.want(
        connection,
        request,
        known,
        step=step.id,
        words=wanting.about(step.to, steps.past(missed)),
        to=step.to,
        due_on=missed.day,
        now=now,
    )
    to = steps.WORDS[step.to].format(agency=known.agency_name(request.agency))
    said = f"{step.act} ({to}); tenggat {missed.day:%d-%m-%Y}."
    case_history.note(connection, request, said, by=NOBODY, now=now)


def _since(case: OpenCase) -> datetime:
    return current_round(case.moves)[0].at
