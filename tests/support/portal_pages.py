"""The residents' pages as tests use them."""

import re
import sqlite3

from flask.testing import FlaskClient

from appliance.domain.cases.service_request import Status, StatusEntry
from appliance.domain.ids import Ticket
from appliance.runtime.settings import Site
from appliance.store.cases import requests
from appliance.store.database import transaction
from tests.conftest import START

LONE = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")


def submit(portal: FlaskClient, **changes: str):
    form = {"text": "Sampah menumpuk di gang", "submission_id": LONE, **changes}
    return portal.post("/lapor", data=form)


def ticket_of(response) -> str:
    assert response.status_code == 303, response.text
    found = re.search(r"/tiket/(\d{8})", response.headers["Location"])
    assert found
    return found[1]


def move(db: sqlite3.Connection, ticket: str, status: Status, message: str = "") -> None:
    request = requests.by_ticket(db, Ticket(ticket))
    assert request
    entry = StatusEntry(status=status, message=message, agency="DLHK", at=START)
    with transaction(db):
        requests.set_status(db, request.id, entry)


PAGE_MAX_BYTES = 50_000
