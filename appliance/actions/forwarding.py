"""Requests to the phones of the officials responsible; to a deputy where the head got none."""

import sqlite3

from appliance.actions import texting
from appliance.actions.texting import Purpose
from appliance.domain.moment import Moment
from appliance.domain.service_request import Sensitivity, ServiceRequest
from appliance.store import officials, requests, text_history
from appliance.store.texts import Text

_NOT_GOT = frozenset({"failed", "expired"})


def forward(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> None:
    """Queue a new request for the head of its agency, inside the caller's transaction.

    What is confidential goes to no phone: it waits for staff.
    """
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return
    if there := officials.of_agency(db, request.agency):
        texting.queue_forward(db, request, there[0].phone, now)


def pass_on(db: sqlite3.Connection, text: Text, now: Moment) -> None:
    """If `text` was a forward that nobody got, queue it for the next in rank, once each."""
    if text.purpose != Purpose.FORWARD or text.state not in _NOT_GOT or text.request_id is None:
        return
    request = requests.by_id(db, text.request_id)
    if request is None:
        return
    for official in officials.of_agency(db, request.agency):
        if not text_history.is_forwarded(db, request.id, official.phone):
            texting.queue_forward(db, request, official.phone, now)
            return
