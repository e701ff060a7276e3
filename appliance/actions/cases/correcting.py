"""What an officer of the city has corrected in a request, so that pages and forwarding follow."""

import sqlite3
from dataclasses import replace

from appliance.actions.officials import forwarding
from appliance.actions.privacy.erasing import CITY
from appliance.domain import reference
from appliance.domain.cases.service_request import Kind, Sensitivity, ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestCorrected
from appliance.domain.moment import Moment, plausible
from appliance.store.cases import requests, ticket_pins
from appliance.store.city import city_tables
from appliance.store.officials import directory as officials
from appliance.store.public import publications
from appliance.store.sms import text_history


def correct(db: sqlite3.Connection, event: RequestCorrected, now: Moment) -> None:
    """Apply a correction, in the caller's transaction; raises BadInput for a word not known here.

    The head of a new agency is sent the request, unless somebody there has been already. A
    proposal of the box is over once an officer has looked. What has become another kind or secrecy
    is shown to the public no more until staff publish it anew.
    """
    plausible(event.corrected_at, "corrected_at")
    before = requests.by_id(db, event.request_id)
    if before is None:
        raise BadInput("no such request on this box")
    after = _corrected(db, before, event)
    requests.correct(db, after)
    if after.sensitivity is Sensitivity.CONFIDENTIAL:
        ticket_pins.remove(db, after.id)
    if (after.kind, after.sensitivity) != (before.kind, before.sensitivity):
        publications.hide(db, after.id, by=CITY, at=now.wall)
    if after.agency != before.agency and not _was_told(db, after):
        forwarding.forward(db, after, now)


def _corrected(
    db: sqlite3.Connection, before: ServiceRequest, event: RequestCorrected
) -> ServiceRequest:
    if event.category is not None and event.category not in reference.categories():
        raise BadInput(f"{event.category[:40]!r} is no category this release knows")
    if event.agency is not None and event.agency not in city_tables.in_force(db).working():
        raise BadInput(f"{event.agency[:40]!r} is no agency this box knows")
    if event.kelurahan and not reference.is_kelurahan(event.kelurahan):
        raise BadInput(f"{event.kelurahan[:40]!r} is no kelurahan of the city")
    kelurahan = before.kelurahan if event.kelurahan is None else event.kelurahan or None
    return replace(
        before,
        category=event.category or before.category,
        kind=Kind(event.kind) if event.kind else before.kind,
        kelurahan=kelurahan,
        agency=event.agency or before.agency,
        sensitivity=Sensitivity(event.sensitivity) if event.sensitivity else before.sensitivity,
        destination=None if event.agency else before.destination,
    )


def _was_told(db: sqlite3.Connection, request: ServiceRequest) -> bool:
    """Whether an official of the agency has been sent this request before."""
    there = officials.of_agency(db, request.agency)
    return any(text_history.is_forwarded(db, request.id, official.phone) for official in there)
