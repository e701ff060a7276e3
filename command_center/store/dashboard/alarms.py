"""Alarms of the city by episode, and the reports that rules look at."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.moment import from_ms, to_ms
from command_center.dashboard.alarms import Finding, Signal
from command_center.dashboard.episodes import Alarm, Changes
from command_center.store.database import attempting
from command_center.store.schema.cases import case_links, requests
from command_center.store.schema.dashboard import alarms

READ_MAX = 20_000
"""Of the newest reports; a city has fewer in a week."""
LISTED_MAX = 50
_GOES_ON = alarms.c.ended_at.is_(None)


def signals(
    connection: Connection, since: datetime, categories: Collection[str] | None = None
) -> list[Signal]:
    """Reports made since, of some topics or of all; none that is confidential."""
    query = (
        select(
            *(requests.c.occurred_at, requests.c.site, requests.c.kelurahan),
            *(requests.c.category, requests.c.text, case_links.c.parent_id),
        )
        .join(case_links, case_links.c.request_id == requests.c.request_id, isouter=True)
        .where(
            requests.c.received_at >= to_ms(since),  # by the index; none arrives before it is made
            requests.c.occurred_at >= to_ms(since),
            requests.c.sensitivity != Sensitivity.CONFIDENTIAL.value,
        )
        .order_by(requests.c.received_at.desc())
        .limit(READ_MAX)
    )
    if categories is not None:
        query = query.where(requests.c.category.in_(sorted(categories)))
    return [
        Signal(
            at=from_ms(at_ms),
            site=site,
            kelurahan=kelurahan,
            category=category,
            text=text,
            is_child=parent_id is not None,
        )
        for at_ms, site, kelurahan, category, text, parent_id in connection.execute(query)
    ]


def going_on(connection: Connection) -> list[Alarm]:
    """Episodes that have not ended."""
    return [_alarm(row) for row in connection.execute(select(alarms).where(_GOES_ON))]


def listed(connection: Connection) -> list[Alarm]:
    """What nobody has closed, the newest first."""
    query = select(alarms).where(alarms.c.closed_at.is_(None)).order_by(alarms.c.id.desc())
    return [_alarm(row) for row in connection.execute(query.limit(LISTED_MAX))]


def after(connection: Connection, position: int, limit: int) -> list[Alarm]:
    """Alarms beyond one, in the order in which they were raised."""
    query = select(alarms).where(alarms.c.id > position).order_by(alarms.c.id).limit(limit)
    return [_alarm(row) for row in connection.execute(query)]


def write(connection: Connection, changes: Changes, now: datetime) -> list[Finding]:
    """Write what `episodes.step` asks; return what is raised, and by no other receiver."""
    for alarm_id, number in changes.held:
        _set(connection, alarms.c.id == alarm_id, number=number, held_at=to_ms(now))
    for alarm_id in changes.ended:
        _set(connection, (alarms.c.id == alarm_id) & _GOES_ON, ended_at=to_ms(now))
    return [finding for finding in changes.raised if _raise(connection, finding, now)]


def see(connection: Connection, alarm_id: int, *, by: str, now: datetime) -> None:
    """An officer has seen it; the first one counts."""
    is_new = (alarms.c.id == alarm_id) & alarms.c.seen_at.is_(None)
    _set(connection, is_new, seen_at=to_ms(now), seen_by=by)


def close(connection: Connection, alarm_id: int, *, by: str, now: datetime) -> None:
    """An officer has done what was to be done; the episode may still go on."""
    see(connection, alarm_id, by=by, now=now)
    is_open = (alarms.c.id == alarm_id) & alarms.c.closed_at.is_(None)
    _set(connection, is_open, closed_at=to_ms(now), closed_by=by)


def _raise(connection: Connection, finding: Finding, now: datetime) -> bool:
    row = {
        "rule": finding.rule,
        "target": finding.target,
        "number": finding.number,
        "raised_at": to_ms(now),
        "held_at": to_ms(now),
    }
    try:
        with attempting(connection):
            connection.execute(insert(alarms).values(row))
    except IntegrityError:
        return False
    return True


def _set(connection: Connection, where: ColumnElement[bool], **values: object) -> None:
    connection.execute(update(alarms).where(where).values(values))


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id,
        rule=row.rule,
        target=row.target,
        number=row.number,
        raised_at=from_ms(row.raised_at),
        held_at=from_ms(row.held_at),
        ended_at=_at(row.ended_at),
        seen_at=_at(row.seen_at),
        seen_by=row.seen_by,
        closed_at=_at(row.closed_at),
        closed_by=row.closed_by,
    )


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
