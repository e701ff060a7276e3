"""Taking the steps of cases near or behind their deadlines; run by the center while time passes.

Each case is one transaction, so that a death costs nothing and no step is taken twice. A step is a
line of the case's history and one of the list of those who must be told. A case that breaks this is
set aside until the next look.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.cases.deadline import Deadline, current_round
from appliance.domain.errors import BadInput
from command_center import local_day
from command_center.cases import casework
from command_center.cases.lapses import NOBODY
from command_center.handling import keeping, open_cases, sparing, steps
from command_center.handling.open_cases import OpenCase
from command_center.handling.steps import Step
from command_center.notices import wanting
from command_center.store.cases import case_history, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.handling import escalations, open_requests
from command_center.store.handling.escalations import Escalation
from command_center.store.sending import tables

log = logging.getLogger(__name__)

CASES_PER_RUN = 100
"""That are escalated in one run, each in a transaction."""
LOOKED_PER_RUN = 2_000
LOOKED_TOGETHER = 200
"""In one transaction."""
ROUND_EVERY = timedelta(hours=1)
"""Steps count in days."""


class Rounds:
    """A look once an hour, or sooner while some cases are left; and deadlines computed anew where
    the tables have changed."""

    def __init__(self, engine: Engine, table: Sequence[Step]) -> None:
        self._engine, self._table = engine, table
        self._next_at: datetime | None = None
        self._is_more = False

    def look(self, now: datetime) -> None:
        """Compute what is marked, and take the steps that are reached if it is time."""
        is_time = self._next_at is None or now >= self._next_at
        if self._next_at is None:
            keeping.follow_steps(self._engine, self._table)
        if is_time and not self._is_more:
            keeping.mark_astray(self._engine)
        keeping.compute_marked(self._engine, at_most=LOOKED_PER_RUN)
        if is_time:
            self._is_more = run(self._engine, self._table, now).is_more
            self._next_at = now if self._is_more else now + ROUND_EVERY


@dataclass(frozen=True, slots=True)
class Look:
    """What became of a run."""

    escalated: int
    is_more: bool
    """It ended at a bound; some may be left."""


def run(engine: Engine, table: Sequence[Step], now: datetime) -> Look:
    """Take the steps that are reached, of the cases whose day has come; of some at most."""
    escalated = looked = 0
    while looked < LOOKED_PER_RUN:
        number, reached = _look(engine, table, now)
        if not number:
            return Look(escalated, is_more=False)
        looked += number
        for request in reached:
            if escalated == CASES_PER_RUN:
                return Look(escalated, is_more=True)
            escalated += _escalate(engine, table, request, now)
    return Look(escalated, is_more=True)


def _look(engine: Engine, table: Sequence[Step], now: datetime) -> tuple[int, list[CityRequest]]:
    """Look at some cases whose day has come: how many, and which of them have a step to take."""
    today = local_day.today(now)
    with reading(engine) as connection:
        if not open_requests.to_look_at(connection, today, 1):
            return 0, []
    with writing(engine) as connection:
        found = open_requests.to_look_at(connection, today, LOOKED_TOGETHER)
        reached = sparing.each(connection, found, lambda some: _judge(connection, table, some, now))
    return len(found), reached


def _judge(
    connection: Connection, table: Sequence[Step], found: Sequence[CityRequest], now: datetime
) -> list[CityRequest]:
    """Which of some cases have a step to take; the others wait from now on for the day of their
    next one."""
    next_on, reached = dict[str, int | None](), list[CityRequest]()
    taken = escalations.of_some(connection, [request.request_id for request in found])
    for case in open_cases.some(connection, found, now):
        id_ = case.request.request_id
        if _reached(table, case, taken.get(id_, ())):
            reached.append(case.request)
        else:
            next_on[id_] = _next_on(table, case, taken.get(id_, ()))
    open_requests.look_later(connection, next_on)
    return reached


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that nobody has told yet, of a case that is still late."""

    request: CityRequest
    step: Escalation
    deadline: Deadline | None
    """None where it cannot be computed any more."""


def waiting(connection: Connection, now: datetime, *, limit: int, offset: int) -> list[Waiting]:
    """The last untold step of each open case, those that are latest first."""
    untold = escalations.untold(connection, limit=limit, offset=offset)
    ids = [step.request_id for step in untold]
    cases = {
        case.request.request_id: case
        for case in open_cases.shown(connection, requests.by_ids(connection, ids), now)
    }
    return [_waiting(cases[step.request_id], step) for step in untold]


def _waiting(case: OpenCase, step: Escalation) -> Waiting:
    there: dict[str, Deadline] = {one.what: one for one in case.deadlines}
    # An older program or a hand may have taken the case up: then its end alone is left.
    end = case.deadlines[-1] if case.deadlines else None
    return Waiting(case.request, step, there.get(step.deadline, end))


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


def _escalate(engine: Engine, table: Sequence[Step], request: CityRequest, now: datetime) -> bool:
    """Take the steps of one case, if they are still to be taken."""
    with writing(engine) as connection:
        reached = sparing.each(
            connection, [request], lambda _: _take_all(connection, table, request.request_id, now)
        )
    if reached:
        log.info("a case is escalated site=%s steps=%s", request.site, len(reached))
    return bool(reached)


def _take_all(
    connection: Connection, table: Sequence[Step], request_id: str, now: datetime
) -> list[tuple[Step, Deadline]]:
    request = casework.found(connection, request_id, None)
    [case] = open_cases.some(connection, [request], now)
    taken = escalations.of_some(connection, [request_id]).get(request_id, [])
    reached = _reached(table, case, taken)
    for step, deadline in reached:
        taken.append(_take(connection, case, step, deadline, now))
    open_requests.look_later(connection, {request_id: _next_on(table, case, taken)})
    return reached


def _next_on(table: Sequence[Step], case: OpenCase, taken: Sequence[Escalation]) -> int | None:
    mine = {one.step for one in _of_round(case, taken)}
    day = steps.next_on(table, case.deadlines, mine, case.known.calendar)
    return None if day is None else local_day.number_of(day)


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
) -> Escalation:
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
    return new


def _since(case: OpenCase) -> datetime:
    return current_round(case.moves)[0].at
