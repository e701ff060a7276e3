"""Somebody types the PIN of a ticket: counted before it is answered."""

import sqlite3

from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.cases.ticket_pin import Verdict, attempt
from appliance.domain.moment import Moment
from appliance.store.cases import ticket_pins
from appliance.store.database import transaction


def unlock(
    db: sqlite3.Connection, request: ServiceRequest, typed: str, now: Moment
) -> Verdict | None:
    """Try a PIN in one transaction; None where no PIN opens this request."""
    with transaction(db, leaves_reserve=True):
        known = ticket_pins.of(db, request.id)
        if known is None or request.sensitivity is Sensitivity.CONFIDENTIAL:
            return None
        verdict, after = attempt(known, typed, now.wall)
        if after != known:
            ticket_pins.note(db, request.id, after)
        return verdict
