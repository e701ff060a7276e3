"""Doing something to cases together, so that one that breaks it is set aside alone.

Such a row is a bug of ours or of a hand in the database. It is left out until the next look, or
until it changes, and holds up neither the others nor the start, nor who moves it. While it is open
it stays in the lists, by its old deadlines or, without any, before all others.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from command_center.handling.open_cases import told
from command_center.store.cases.requests import CityRequest
from command_center.store.database import attempting
from command_center.store.handling import open_requests

log = logging.getLogger(__name__)

T = TypeVar("T")
Do = Callable[[Sequence[CityRequest]], Sequence[T]]


def each(connection: Connection, cases: Sequence[CityRequest], do: Do[T]) -> list[T]:
    """What `do` returns of all cases but those that break it, halving them until those are found.

    Inside the caller's transaction; what `do` did to those is undone. An error of the database
    itself is raised.
    """
    try:
        with attempting(connection):
            return list(do(cases))
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - one case must not hold up the others
        if len(cases) == 1:
            _set_aside(connection, cases[0], error)
            return []
    half = len(cases) // 2
    return each(connection, cases[:half], do) + each(connection, cases[half:], do)


def _set_aside(connection: Connection, case: CityRequest, error: Exception) -> None:
    where = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "a case breaks the look at deadlines, it is set aside until the next one"
        " ticket=%s error=%s what=%r at=%s:%s; mend its row, then posko-center recount",
        case.ticket,
        type(error).__name__,
        told(error),
        where.filename,
        where.lineno,
    )
    open_requests.set_aside(connection, case)
