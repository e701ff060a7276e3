"""Requests that the city itself holds, since no box has them (ADR 0011): how they are stored, and
by which ticket. Runs inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.cases import alarm
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.ids import SERIALS_PER_SITE, SiteCode, Ticket
from appliance.domain.privacy import sealing
from appliance.domain.triage.verdict import Triage
from command_center.cases import city_filing
from command_center.store.cases import case_history, case_marks, requests, ticket_serials
from command_center.store.cases.requests import CityRequest
from command_center.store.receiving import sealed_contents
from command_center.store.sending import tables


def next_ticket(connection: Connection, site: SiteCode) -> Ticket:
    """The next ticket of the city; the caller holds it (`this_city.lock`). Raises BadInput
    where there is none left."""
    serial = ticket_serials.last(connection, site) + 1
    if serial >= SERIALS_PER_SITE:
        raise BadInput("the city has no ticket numbers left; tell its administrator")
    return Ticket.issue(site.ticket_prefix, serial)


def store(
    connection: Connection,
    request: CityRequest,
    triage: Triage,
    sealing_keys: Mapping[str, str],
    *,
    note: str,
    by: str,
    now: datetime,
) -> None:
    """Store a request with the first line of its history, sealed if it is confidential and there is
    a key, as a box does; and raise the alarm if it asks for one."""
    holder = sealing.holder(tables.sealing_keys(connection) or sealing_keys, request.agency)
    if request.sensitivity != Sensitivity.CONFIDENTIAL or holder is None:
        requests.add(connection, [request])
    else:
        sealed = sealing.seal(city_filing.content(request), holder)
        requests.add(connection, [city_filing.emptied(request, sealing.placeholder(holder))])
        id_ = request.request_id
        sealed_contents.add(connection, id_, id_, sealed, now)
    case_history.note(connection, request, note, by=by, now=now)
    if alarm.is_raised(triage, request.category):
        case_marks.add(connection, request.request_id, [Mark.ALERT], now)
