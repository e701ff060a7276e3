"""How far the watch has come, and what it counts."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from appliance.domain.moment import to_ms
from appliance.domain.sms.received import Wish
from command_center.cases.anomaly import Telling, target
from command_center.store.cases.requests import CityRequest
from command_center.store.schema.cases import requests, watch
from command_center.store.schema.receiving import follow_ups

COUNTED = 5_000
"""Of a day; more are an outage that ends, and its rest is looked at later."""


def position(connection: Connection) -> tuple[int, str]:
    """Arrival and id of the last case that was looked at."""
    row = connection.execute(select(watch.c.received_at, watch.c.request_id)).one_or_none()
    return (row.received_at, row.request_id) if row else (0, "")


def advance(connection: Connection, last: CityRequest) -> None:
    """Everything up to this case has been looked at."""
    connection.execute(delete(watch))
    connection.execute(
        insert(watch).values(id=1, received_at=last.received_ms, request_id=last.request_id)
    )


def tellings(connection: Connection, since: datetime) -> list[Telling]:
    """Reports and additions with a phone that have come since."""
    columns = (
        *(requests.c.site, requests.c.kelurahan, requests.c.text),
        *(requests.c.phone, requests.c.request_id),
    )
    has_phone = requests.c.phone.is_not(None)
    reported = select(*columns).where(requests.c.received_at >= to_ms(since), has_phone)
    added = (
        select(*columns)
        .join(follow_ups, follow_ups.c.request_id == requests.c.request_id)
        .where(follow_ups.c.received_at >= to_ms(since), follow_ups.c.wish == Wish.ADD, has_phone)
    )
    return [
        Telling(target(site, kelurahan, text), phone, request_id)
        for query in (reported, added)
        for site, kelurahan, text, phone, request_id in connection.execute(query.limit(COUNTED))
    ]
