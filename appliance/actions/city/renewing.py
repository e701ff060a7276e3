"""Asking the city for a new certificate."""

import sqlite3

from appliance.domain.city.topics import Lane
from appliance.domain.events.box import RenewalAsked
from appliance.domain.moment import Moment
from appliance.store.box import this_box as box
from appliance.store.city import outbox
from appliance.store.database import transaction


def ask(db: sqlite3.Connection, csr: str, now: Moment) -> None:
    """Ask for the key that this request is of."""
    with transaction(db):
        event = RenewalAsked(csr=csr)
        outbox.append(db, Lane.STATISTICS, event, subject=box.epoch(db), now=now)
