"""Commands of the city: each is taken in once, and its effect and result are one transaction."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from appliance.domain.city.remote_command import Outcome
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import DETAIL_MAX_CHARS, CommandIssued, CommandResult
from appliance.domain.moment import Moment
from appliance.store.city import commands, outbox
from appliance.store.city.commands import Command
from appliance.store.database import savepoint, transaction

WAITING_MAX = 100
"""Commands that a box keeps for later; more are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a command; `effect` is what is left to do in the database."""

    outcome: Outcome
    detail: str
    effect: Callable[[sqlite3.Connection], None] | None = None
    """May raise BadInput: then nothing is changed and the command has failed."""


def done(detail: str, effect: Callable[[sqlite3.Connection], None] | None = None) -> Answer:
    """The command has been executed."""
    return Answer(outcome=Outcome.DONE, detail=detail, effect=effect)


def failed(detail: str) -> Answer:
    """The command has been tried in vain."""
    return Answer(outcome=Outcome.FAILED, detail=detail)


def accept(
    db: sqlite3.Connection, event: CommandIssued, now: Moment, *, city_ms: int, signed_by: str
) -> None:
    """Keep a command for execution, in the caller's transaction; a known id is answered only.

    `city_ms` is the city's time when it sent the command, `signed_by` the key that proves it.
    """
    if not commands.add(db, event, now, city_ms=city_ms, signed_by=signed_by):
        _tell(db, event.command_id, Outcome.DUPLICATE, "this id is known; nothing was done", now)
    elif commands.count_waiting(db) > WAITING_MAX:
        detail = f"{WAITING_MAX} commands wait at the box already"
        _conclude(db, event.command_id, failed(detail), now)


def finish(db: sqlite3.Connection, command: Command, answer: Answer, now: Moment) -> Outcome:
    """Commit the effect of a command together with its result, and return the outcome."""
    with transaction(db):
        if answer.effect is not None:
            try:
                with savepoint(db):
                    answer.effect(db)
            except BadInput as error:
                answer = failed(str(error))
        _conclude(db, command.command_id, answer, now)
    return answer.outcome


def _conclude(db: sqlite3.Connection, command_id: str, answer: Answer, now: Moment) -> None:
    if commands.finish(db, command_id, answer.outcome, now.wall):
        _tell(db, command_id, answer.outcome, answer.detail, now)


def _tell(
    db: sqlite3.Connection, command_id: str, outcome: Outcome, detail: str, now: Moment
) -> None:
    result = CommandResult(
        command_id=command_id, outcome=outcome, detail=detail[:DETAIL_MAX_CHARS], at=now.wall
    )
    outbox.append(db, Lane.URGENT, result, subject=command_id, now=now)
