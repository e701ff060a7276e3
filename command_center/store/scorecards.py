"""What the public report card and the open data are made from; a constant number of queries."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from appliance.domain.ids import SiteCode
from appliance.domain.marks import Mark
from appliance.domain.moment import from_ms, to_ms
from appliance.domain.report_card import PERIOD
from appliance.domain.service_request import Kind, Sensitivity, Status, StatusEntry
from appliance.domain.sla import terms
from command_center.gaming import Filed
from command_center.scorecard import Input
from command_center.store import case_links, tables
from command_center.store.schema import case_history, case_marks, requests

_IS_SECRET = requests.c.sensitivity == Sensitivity.CONFIDENTIAL
_OFFICIALS = "officials"


def given(connection: Connection, until: datetime) -> Input:
    """All that the card of the year before `until` is made from; confidential cases as counts."""
    is_within = requests.c.occurred_at.between(to_ms(until - PERIOD), to_ms(until))
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
    is_counted = (
        requests.c.occurred_at.between(to_ms(until - PERIOD), to_ms(until))
        & (requests.c.sensitivity != Sensitivity.CONFIDENTIAL)
        & (requests.c.kind != Kind.SPAM)
    )
    found = connection.execute(
        select(
            *(requests.c.request_id, requests.c.agency, requests.c.kind, requests.c.category),
            *(requests.c.sensitivity, requests.c.phone, requests.c.site, requests.c.kelurahan),
            *(requests.c.occurred_at, requests.c.received_at),
        )
        .where(is_counted)
        .order_by(requests.c.occurred_at, requests.c.request_id)
    ).all()
    moves = _moves(connection, is_counted, until)
    numbers = {row.request_id: f"{n:09d}" for n, row in enumerate(found, 1)}
    parents = case_links.parents(connection)
    bursts = frozenset(
        connection.scalars(select(case_marks.c.request_id).where(case_marks.c.mark == Mark.PATTERN))
    )
    judged_by = tables.by_arrival(connection)
    cases = []
    for row in found:
        parent = parents.get(row.request_id)
        if parent is not None and parent not in numbers:
            continue  # counted with its parent, in an earlier period
        in_force = judged_by(SiteCode(row.site), from_ms(row.received_at))
        came = StatusEntry(
            status=Status.RECEIVED, message="", agency=None, at=from_ms(row.occurred_at)
        )
        history = (came, *moves.get(row.request_id, ()))
        cases.append(
            Filed(
                id=numbers[row.request_id],
                agency=row.agency,
                kind=row.kind,
                category=row.category,
                sensitivity=row.sensitivity,
                status=history[-1].status,
                duplicate_of=numbers[parent] if parent else None,
                history=history,
                finish_days=terms(row.kind, row.category, in_force).finish_days,
                phone=row.phone,
                place=row.kelurahan or row.site,
                has_kelurahan=row.kelurahan is not None,
                is_burst=row.request_id in bursts,
            )
        )
    return cases


def _moves(
    connection: Connection, is_counted: object, until: datetime
) -> dict[str, list[StatusEntry]]:
    rows = connection.execute(
        select(
            *(case_history.c.request_id, case_history.c.status),
            *(case_history.c.at, case_history.c.source),
        )
        .join_from(case_history, requests, case_history.c.request_id == requests.c.request_id)
        .where(is_counted, case_history.c.at <= to_ms(until))  # type: ignore[arg-type]
        .order_by(case_history.c.id)
    )
    moves: dict[str, list[StatusEntry]] = {}
    for request_id, status, at_ms, source in rows:
        entry = StatusEntry(
            status=Status(status), message="", agency=None, at=from_ms(at_ms), source=source
        )
        moves.setdefault(request_id, []).append(entry)
    return moves
