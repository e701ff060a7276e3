"""Keeping the stored deadlines of cases true: by who changes a case, and when the tables change.

A change of a case writes its deadlines in the same transaction. A change of what they are judged by
(holidays, another release) only marks the rows, which are computed again in transactions of a few
hundred; a death costs nothing, since a row is marked until it is done.
"""

import hashlib
import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from appliance.domain import reference
from appliance.domain.cases.service_request import OVER
from appliance.domain.city import city_tables
from command_center.handling import due, open_cases, sparing
from command_center.handling.due_days import SETTLED
from command_center.handling.steps import Step
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.handling import due_basis, open_requests
from command_center.store.sending import tables

CASES_PER_TRANSACTION = 500
"""A tenth of a second, for which nobody else writes."""


def refresh(connection: Connection, request_id: str) -> None:
    """Write the deadlines of a case as it is now, and have it looked at; whoever changes its
    status, its class, its agency or its disposition does.

    One whose deadlines cannot be computed is set aside: it may be moved all the same.
    """
    request = requests.by_id(connection, request_id)
    assert request is not None, "it has just been changed"
    if request.status in OVER:
        open_requests.put(connection, {request_id: SETTLED}, None)
    else:
        sparing.each(connection, [request], lambda some: _put(connection, some))


def follow_tables(engine: Engine) -> None:
    """Have all deadlines computed anew if this release ships others than they were computed by."""
    shipped = _checksum([city_tables.shipped(name) for name in tables.TERMS], _classes())
    _settle(engine, "shipped", shipped, open_requests.forget_deadlines)


def follow_steps(engine: Engine, steps: Sequence[Step]) -> None:
    """Have all cases looked at if the steps of the city are others than they were looked at by."""
    _settle(engine, "steps", _checksum(steps), open_requests.forget_looks)


def compute_marked(engine: Engine, *, at_most: int | None = None) -> int:
    """Compute the deadlines that are marked, of so many cases at most; return of how many.

    One whose deadlines cannot be computed is set aside.
    """
    done = 0
    while at_most is None or done < at_most:
        with reading(engine) as connection:
            if not open_requests.unknown(connection, 1):
                break
        with writing(engine) as connection:
            found = open_requests.unknown(connection, CASES_PER_TRANSACTION)
            sparing.each(connection, found, lambda some: _put(connection, some))
        done += len(found)
    return done


def compute_all(engine: Engine) -> int:
    """Compute all deadlines, whatever a hand has written into the database; return of how many."""
    with writing(engine) as connection:
        open_requests.forget_all(connection)
    return compute_marked(engine)


def mark_astray(engine: Engine) -> None:
    """Have those computed anew that were set aside, or written by who knows no deadlines."""
    with writing(engine) as connection:
        open_requests.mark_astray(connection)


def _put(connection: Connection, found: Sequence[CityRequest]) -> Sequence[CityRequest]:
    stories = open_cases.stories(connection, found)
    for one in stories:
        open_cases.check(one)
    open_requests.put(
        connection,
        {
            one.request.request_id: due.stored(one.request, one.moves, one.disposition, one.known)
            for one in stories
        },
    )
    return found


def _settle(engine: Engine, name: str, checksum: str, forget: Callable[[Connection], None]) -> None:
    with writing(engine) as connection:
        if due_basis.of(connection, name) != checksum:
            forget(connection)
            due_basis.put(connection, name, checksum)


def _classes() -> list[dict[str, str]]:
    return reference.rows("sla_classes.csv") + reference.rows("categories.csv")


def _checksum(*told: object) -> str:
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()
