"""An outbox as an outage leaves it: the events of many different complaints.

Only the events: the sync agent reads nothing else, and a box has tickets for 100,000 requests.
"""

import random
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from appliance.domain import reference
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import RequestReceived
from appliance.domain.ids import SERIALS_PER_SITE, SiteCode, Ticket
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.city import outbox
from appliance.store.database import checkpoint, connect, transaction

_PER_TRANSACTION = 10_000


def build(path: Path, site: SiteCode, events: int) -> None:
    """Make the database of a box with so many complaints that the city does not have."""
    migrate.ensure(path, site, ids.new_epoch)
    db = connect(path)
    for first in range(0, events, _PER_TRANSACTION):
        with transaction(db):
            for number in range(first, min(first + _PER_TRANSACTION, events)):
                _append(db, site, number)
        checkpoint(db, path)
    db.close()


def _append(db: sqlite3.Connection, site: SiteCode, number: int) -> None:
    now, request_id = clock.now(), ids.new_id()
    event = RequestReceived(
        request_id=request_id,
        ticket=Ticket.issue(site.ticket_prefix, number % SERIALS_PER_SITE).digits,
        channel="portal",
        kind="pengaduan",
        category="pju",
        sensitivity="publik",
        agency="DISHUB",
        text=text(number),
        created_at=now.wall,
        reporter_phone=f"+62812{number * 7919 % 10**8:08d}",
        location="depan masjid",
        kelurahan="14.71.07.1005",
    )
    outbox.append(db, Lane.COMPLAINTS, event, subject=request_id, now=now)


def text(number: int) -> str:
    """About 100 characters; each of its own words, since texts that are alike compress too well."""
    return " ".join(random.Random(number).choices(_words(), k=16))


@cache
def _words() -> Sequence[str]:
    return [word for known in reference.categories().values() for word in known.keywords]
