"""Requests that anybody may know of, as Open311 asks for them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind, Sensitivity, Source
from appliance.domain.moment import to_ms
from appliance.domain.privacy.consent import Purpose
from command_center.store.cases.requests import CityRequest, from_row
from command_center.store.schema.cases import case_history, case_marks, requests
from command_center.store.schema.privacy import consents, erasures

_KINDS = (Kind.COMPLAINT, Kind.SUGGESTION, Kind.INFORMATION, Kind.EMERGENCY)
_OPEN_TOPICS = (Sensitivity.PUBLIC, Sensitivity.MASKED)
_SPEAKERS = (Source.OFFICER, Source.STAFF, Source.TIME)
"""Whose words in a history are said to the resident; others' are his own, or notes."""


def of_ids(
    connection: Connection, ids: Collection[str], codes: Collection[str]
) -> list[CityRequest]:
    """Those of these requests that anybody may know of; `codes` are the public topics."""
    wanted = (requests.c.request_id.in_(ids), _may_be_known(codes))
    rows = connection.execute(select(requests).where(*wanted).order_by(*_NEWEST))
    return [from_row(row) for row in rows]


def between(
    connection: Connection,
    start: datetime,
    end: datetime,
    codes: Collection[str],
    *,
    statuses: Collection[str],
    is_among: bool,
    limit: int,
) -> list[CityRequest]:
    """Those that came in these days, the newest first, whose status is among `statuses`, or not."""
    status = requests.c.status
    rows = connection.execute(
        select(requests)
        .where(
            requests.c.received_at.between(to_ms(start), to_ms(end)),
            status.in_(statuses) if is_among else status.not_in(statuses),
            _may_be_known(codes),
        )
        .order_by(*_NEWEST)
        .limit(limit)
    )
    return [from_row(row) for row in rows]


_NEWEST = (requests.c.received_at.desc(), requests.c.request_id.desc())


def agreed(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of these requests whose reporters let them be shown, and have not taken it back."""
    holds = and_(consents.c.purpose == Purpose.PUBLISH.value, consents.c.withdrawn_at.is_(None))
    rows = connection.scalars(
        select(consents.c.request_id).where(consents.c.request_id.in_(ids), holds)
    )
    return set(rows)


def reasons(connection: Connection, found: Iterable[CityRequest]) -> dict[str, str]:
    """What officers last said of the status that each request has now."""
    statuses = {request.request_id: request.status for request in found}
    said = case_history.c
    rows = connection.execute(
        select(said.request_id, said.status, said.message)
        .where(said.request_id.in_(statuses), said.source.in_(_SPEAKERS), said.message != "")
        .order_by(said.id)
    )
    return {id_: message for id_, status, message in rows if status == statuses[id_]}


def _may_be_known(codes: Collection[str]) -> ColumnElement[bool]:
    """Whether anybody may know that a request exists; words of other releases let nothing pass."""
    its = requests.c
    return and_(
        its.category.in_(codes),
        its.sensitivity.in_(_OPEN_TOPICS),
        its.kind.in_(_KINDS),
        ~or_(
            exists().where(erasures.c.request_id == its.request_id),
            exists().where(
                case_marks.c.request_id == its.request_id, case_marks.c.mark == Mark.ALERT.value
            ),
        ),
    )
