"""What an officer should know of a new request first: its marks."""

import sqlite3

from appliance.domain.cases import alarm, self_help
from appliance.domain.cases.gravity import is_grave
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.self_help import Told
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.triage.place_names import PlaceNames
from appliance.domain.triage.verdict import Triage
from appliance.store.cases import requests
from appliance.store.cases.requests import Neighbour
from appliance.store.city import city_tables

_LOOKED_AT = 50


def marks(
    db: sqlite3.Connection,
    request: ServiceRequest,
    triage: Triage,
    now: Moment,
    *,
    is_flood: bool,
) -> frozenset[Mark]:
    """The marks of a request that is about to be stored; nobody floods with an emergency."""
    found: set[Mark | None] = set()
    if alarm.is_raised(triage, request.category):
        found.add(Mark.ALERT)
    if is_flood and not is_grave(request):
        found.add(Mark.FLOOD)
    if request.category == self_help.LARVAE and not is_grave(request):
        found.add(_of_larvae(db, request, now))
    return frozenset(mark for mark in found if mark is not None)


def _of_larvae(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> Mark | None:
    since = now.wall - self_help.CLUSTER_WINDOW
    there = requests.of_category(db, self_help.LARVAE, request.ticket, since, _LOOKED_AT)
    names = city_tables.in_force(db).place_names
    others = [_told(r, names) for r in there if r.duplicate_of is None]
    return self_help.weigh(self_help.LARVAE, _told(request, names), others)


def _told(request: ServiceRequest | Neighbour, names: PlaceNames) -> Told:
    named = request.kelurahan or names.named_by(request.text, request.location)
    return Told(text=f"{request.text}, {request.location or ''}", kelurahan=named)
