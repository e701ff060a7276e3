"""Which request is meant by a ticket that somebody types at the command line."""

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading


def only(engine: Engine, typed: str) -> CityRequest:
    """The one request of a ticket; raises BadInput where there is none, or more."""
    ticket = Ticket.parse(typed)
    with reading(engine) as connection:
        found = requests.page(connection, Filter(ticket=ticket.digits), limit=2)
    if len(found) != 1:
        raise BadInput(f"{len(found) or 'no'} requests have the ticket {ticket}")
    return found[0]
