"""`posko sync trace TICKET`: a complaint's whole journey, with times."""

import argparse
import sqlite3
from datetime import datetime

from appliance.cli.opening import database
from appliance.cli.output import print_json
from appliance.cli.subparsers import Subparsers
from appliance.domain import reference
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.sms import phrases
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.sms import texts

Step = tuple[datetime | None, str]


class NoSuchTicket(BadInput):
    """No request has this number; the message says so."""


def add(commands: Subparsers) -> None:
    """Register the command."""
    sync = commands.add_parser("sync", help="ask how the link to the city is used")
    actions = sync.add_subparsers(dest="action", required=True)
    trace = actions.add_parser("trace", help="tell a complaint's journey with times")
    trace.add_argument("ticket", help="e.g. 07 123 450 or 07123450", nargs="+")
    trace.add_argument("--json", action="store_true", help="print a JSON array")
    trace.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print the journey of one ticket."""
    with database(args.config) as db:
        request = requests.by_ticket(db, Ticket.parse(" ".join(args.ticket)))
        if request is None:
            raise NoSuchTicket(f"no request on this box has ticket {' '.join(args.ticket)}")
        steps = journey(db, request)
    if args.json:
        print_json([{"at": at and at.isoformat(), "step": step} for at, step in steps])
        return
    print(f"{request.ticket}  {request.category}, {reference.agency_name(request.agency)}")
    for at, step in steps:
        print(f"  {at.isoformat(timespec='seconds') if at else 'not yet':<26} {step}")


def journey(db: sqlite3.Connection, request: ServiceRequest) -> list[Step]:
    """Every step of a request that this box knows of, in order of time; open ones last."""
    place = outbox.place_of(db, request.id)
    steps: list[Step] = [
        (request.created_at, f"received by {request.channel}, committed on this box"),
        (
            outbox.acked_at(db, place.lane, place.seq),
            f"acknowledged by the city (lane {place.lane}, sequence {place.seq})",
        ),
    ]
    steps += [
        (entry.at, f"the city says: {phrases.STATUS_WORDS[entry.status]}. {entry.message}".strip())
        for entry in requests.history(db, request.id)
        if entry.status is not Status.RECEIVED
    ]
    steps += [
        (text.updated_at, f"SMS to the resident ({text.purpose}): {text.state}")
        for text in texts.of_request(db, request.id)
    ]
    done = sorted((step for step in steps if step[0]), key=lambda step: str(step[0]))
    return done + [step for step in steps if step[0] is None]
