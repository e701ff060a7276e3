"""Questions of Open311, answered from the city's database."""

from typing import Any

from sqlalchemy import Connection

from command_center.open311 import records, services
from command_center.open311.filing import CHANNEL
from command_center.open311.problem import Problem
from command_center.open311.query import REQUESTS_MAX, Question
from command_center.store.cases.requests import CityRequest
from command_center.store.open311 import published
from command_center.store.sending import tables


def asked(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """The records that a question finds, the newest first, at most 1,000."""
    return _records(connection, _found(connection, question))


def one(connection: Connection, request_id: str) -> list[dict[str, Any]]:
    """The record of one request; raises Problem."""
    found = published.of_ids(connection, [request_id], services.public())
    if not found:
        raise Problem(404, "service_request_id was not found")
    return _records(connection, found)


def _found(connection: Connection, question: Question) -> list[CityRequest]:
    if question.ids:
        return published.of_ids(connection, question.ids, services.public())
    return published.between(
        connection,
        question.start,
        question.end,
        question.codes or services.public(),
        statuses=records.CLOSED if len(question.states) == 1 else (),
        is_among=question.states == {"closed"},
        limit=REQUESTS_MAX,
    )


def _records(connection: Connection, found: list[CityRequest]) -> list[dict[str, Any]]:
    """Who has filed by Open311 hears of his request in no other way than here."""
    readable = published.agreed(connection, [request.request_id for request in found])
    heard = (r for r in found if r.request_id in readable or r.channel == CHANNEL)
    said = published.reasons(connection, heard)
    known = tables.in_force(connection)
    return [
        records.record(
            records.Listed(r, r.request_id in readable, said.get(r.request_id, "")), known
        )
        for r in found
    ]
