"""A request that comes by Open311 becomes one of the city itself, which has no box (ADR 0011).

The key, the repetition, the rate, the ticket and the request are one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain import alarm, quota, sealing
from appliance.domain.ids import SERIALS_PER_SITE, SiteCode, Ticket
from appliance.domain.marks import Mark
from appliance.domain.moment import from_ms
from appliance.domain.service_request import Kind, Sensitivity
from appliance.domain.triage.judgement import classify
from command_center.open311 import becoming, keys
from command_center.open311.filing import Filing
from command_center.open311.problem import Problem
from command_center.store import (
    case_history,
    case_marks,
    open311_keys,
    requests,
    sealed_contents,
    tables,
)
from command_center.store.database import writing
from command_center.store.open311_keys import Key
from command_center.store.requests import CityRequest

LIMIT = quota.Quota(limit=200, window=timedelta(hours=1))
"""Of one key; so long, too, the same fields by the same key are the same request."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the client is told."""

    request_id: str
    is_emergency: bool


class TooMany(Problem):
    """The key has filed as many as it may."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(429, f"too many requests by this key; again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


def take(
    engine: Engine,
    api_key: str,
    filing: Filing,
    fingerprint: str,
    *,
    sealing_keys: Mapping[str, str],
    now: datetime,
) -> Taken:
    """Store a request, or find the one that the same key has filed with the same words within the
    hour. Raises Problem."""
    triage = classify(filing.text)
    with writing(engine) as connection:
        city = open311_keys.lock_city(connection)
        key = keys.check(connection, api_key)
        open311_keys.forget_filed(connection, now - LIMIT.window)
        filed = open311_keys.filed(connection, key.id)
        same = next((one for one in filed if one.fingerprint == fingerprint), None)
        if same is not None:
            return Taken(same.request_id, triage.kind is Kind.EMERGENCY)
        if exceeded := quota.check(LIMIT, [from_ms(one.at_ms) for one in filed], now):
            raise TooMany(exceeded.retry_after_s)
        known = tables.in_force(connection)
        site = SiteCode.of_city(city)
        ticket = _ticket(connection, site)
        request = becoming.made(ticket, site, filing, triage, known=known, now=now)
        _store(connection, request, key, sealing_keys, now)
        if alarm.is_raised(triage, request.category):
            case_marks.add(connection, request.request_id, [Mark.ALERT], now)
        open311_keys.add_filed(connection, request.request_id, key.id, fingerprint, now)
    return Taken(request.request_id, triage.kind is Kind.EMERGENCY)


def _ticket(connection: Connection, site: SiteCode) -> Ticket:
    serial = open311_keys.last_serial(connection, site) + 1
    if serial >= SERIALS_PER_SITE:
        raise Problem(400, "the city has no ticket numbers left; tell its administrator")
    return Ticket.issue(site.ticket_prefix, serial)


def _store(
    connection: Connection,
    request: CityRequest,
    key: Key,
    sealing_keys: Mapping[str, str],
    now: datetime,
) -> None:
    """Store it, sealed if it is confidential and there is a key, as a box does."""
    holder = sealing.holder(tables.sealing_keys(connection) or sealing_keys, request.agency)
    if request.sensitivity != Sensitivity.CONFIDENTIAL or holder is None:
        requests.add(connection, [request])
    else:
        sealed = sealing.seal(becoming.content(request), holder)
        requests.add(connection, [becoming.emptied(request, sealing.placeholder(holder))])
        id_ = request.request_id
        sealed_contents.add(connection, id_, id_, sealed, now)
    by = f"Open311: {key.name}"
    case_history.note(connection, request, f"Masuk lewat {key.name}.", by=by, now=now)
