"""What the public report card and the open data are made from; a constant number of queries."""

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement, Connection, Result, Select, func, select

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind, Sensitivity, Status, StatusEntry
from appliance.domain.cases.sla import terms
from appliance.domain.ids import SiteCode
from appliance.domain.moment import stored, to_ms
from appliance.domain.public.report_card import PERIOD
from command_center.public import months
from command_center.public.gaming import Filed
from command_center.public.scorecard import Input
from command_center.store.cases import case_links
from command_center.store.schema.cases import case_history, case_marks, requests
from command_center.store.sending import tables

_IS_SECRET = requests.c.sensitivity == Sensitivity.CONFIDENTIAL
_OFFICIALS = "officials"
CHUNK = 5_000
"""So many rows are fetched at once."""
_ORDER = (requests.c.occurred_at, requests.c.request_id)
_COLUMNS = (
    *(requests.c.request_id, requests.c.agency, requests.c.kind, requests.c.category),
    *(requests.c.sensitivity, requests.c.phone, requests.c.site, requests.c.kelurahan),
    *(requests.c.occurred_at, requests.c.received_at),
)


def given(connection: Connection, until: datetime) -> Input:
    """All that the card of the year before `until` is made from; confidential cases as counts, of
    the year before the end of the last month that may be told."""
    end = months.settled(until)
    is_within = requests.c.occurred_at.between(to_ms(end - PERIOD), to_ms(end) - 1)
    secret = select(requests.c.agency, func.count()).where(is_within, _IS_SECRET)
    return Input(
        until=until,
        tables=tables.in_force(connection),
        filed=_filed(connection, until),
        onboarded=_onboarded(connection),
        confidential=dict(connection.execute(secret.group_by(requests.c.agency)).all()),
    )


def _onboarded(connection: Connection) -> frozenset[str]:
    """The agencies of which an official is in the directory of any box."""
    return frozenset(
        row["agency"]
        for sent in tables.newest(connection)
        if sent.name == _OFFICIALS and sent.reject_code is None
        for row in sent.rows
    )


def _filed(connection: Connection, until: datetime) -> list[Filed]:
    """Streamed, so that of each case there is no more in memory than what counts of it."""
    parents = case_links.parents(connection)
    numbers = _numbers(connection, until, frozenset(parents.values()))
    bursts = frozenset(
        connection.scalars(select(case_marks.c.request_id).where(case_marks.c.mark == Mark.PATTERN))
    )
    judged_by = tables.by_arrival(connection)
    moves = _moves(connection, until)
    cases = []
    for n, row in enumerate(_counted(connection, until, *_COLUMNS), 1):
        moved = moves(row.request_id)
        parent = parents.get(row.request_id)
        if parent is not None and parent not in numbers:
            continue  # counted with its parent, in an earlier period
        in_force = judged_by(SiteCode(row.site), stored(row.received_at))
        came = StatusEntry(
            status=Status.RECEIVED, message="", agency=None, at=stored(row.occurred_at)
        )
        history = (came, *moved)
        cases.append(
            Filed(
                id=_id(n),
                agency=intern(row.agency),
                kind=intern(row.kind),
                category=intern(row.category),
                sensitivity=intern(row.sensitivity),
                status=history[-1].status,
                duplicate_of=numbers[parent] if parent else None,
                history=history,
                finish_days=terms(row.kind, row.category, in_force).finish_days,
                phone=row.phone,
                place=intern(row.kelurahan or row.site),
                has_kelurahan=row.kelurahan is not None,
                is_burst=row.request_id in bursts,
            )
        )
    return cases


def _is_counted(until: datetime) -> ColumnElement[bool]:
    return (
        requests.c.occurred_at.between(to_ms(until - PERIOD), to_ms(until))
        & (requests.c.sensitivity != Sensitivity.CONFIDENTIAL)
        & (requests.c.kind != Kind.SPAM)
    )


def _counted(connection: Connection, until: datetime, *columns: ColumnElement[Any]) -> Result[Any]:
    """Cases that count, in the order of their numbers."""
    wanted = select(*columns).where(_is_counted(until)).order_by(*_ORDER)
    return _stream(connection, wanted)


def _numbers(connection: Connection, until: datetime, wanted: frozenset[str]) -> dict[str, str]:
    """What these are called in the card, of those that count."""
    ids = _counted(connection, until, requests.c.request_id).scalars()
    return {request_id: _id(n) for n, request_id in enumerate(ids, 1) if request_id in wanted}


def _id(number: int) -> str:
    return f"{number:09d}"


def _moves(connection: Connection, until: datetime) -> Callable[[str], list[StatusEntry]]:
    """What happened to a case, as far as it is known what that means; must be asked for every case
    in the order of their numbers."""
    rows = _stream(
        connection,
        select(
            *(case_history.c.request_id, case_history.c.status),
            *(case_history.c.at, case_history.c.source),
        )
        .join_from(case_history, requests, case_history.c.request_id == requests.c.request_id)
        .where(_is_counted(until), case_history.c.at <= to_ms(until))
        .where(case_history.c.status.in_(tuple(Status)))
        .order_by(*_ORDER, case_history.c.id),
    )
    groups = groupby(rows, key=itemgetter(0))
    ahead = next(groups, None)

    def of(request_id: str) -> list[StatusEntry]:
        nonlocal ahead
        if ahead is None or ahead[0] != request_id:
            return []
        moved = [_entry(row.status, row.at, row.source) for row in ahead[1]]
        ahead = next(groups, None)
        return moved

    return of


def _entry(status: str, at_ms: int, source: str) -> StatusEntry:
    return StatusEntry(
        status=Status(status), message="", agency=None, at=stored(at_ms), source=intern(source)
    )


def _stream(connection: Connection, query: Select[Any]) -> Result[Any]:
    return connection.execute(query, execution_options={"yield_per": CHUNK})
