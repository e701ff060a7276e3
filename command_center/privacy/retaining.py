"""Forgetting at the city what has been kept long enough, by itself."""

import logging
from datetime import datetime

from sqlalchemy import Connection, Engine

from appliance.domain.moment import to_ms
from appliance.domain.privacy import retention
from command_center.store.cases import requests
from command_center.store.database import writing
from command_center.store.privacy import erasures, personal_data, processing_log
from command_center.store.privacy.erasures import BY_ITSELF
from command_center.store.receiving import quarantine, wifi_sessions
from command_center.store.staff import staff_log

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Requests in one transaction: each reads what its site has sent."""


def retain(engine: Engine, now: datetime) -> int:
    """Forget some of what may go, in one transaction; return how many things went."""
    with writing(engine) as connection:
        count = (
            _end(connection, now)
            + wifi_sessions.forget(connection, to_ms(now - retention.WIFI))
            + quarantine.forget(connection, to_ms(now - retention.UNREADABLE))
            + processing_log.forget(connection, to_ms(now - retention.PROCESSING_LOG))
            + staff_log.forget(connection, to_ms(now - retention.PROCESSING_LOG))
        )
    if count:
        log.info("kept long enough and forgotten count=%s", count)
    return count


def _end(connection: Connection, now: datetime) -> int:
    """The boxes forget theirs by themselves: no order is given."""
    ended = requests.ended_before(connection, now - retention.PERSONAL_FIELDS, AT_ONCE)
    for request in ended:
        erasures.add(connection, request.site, request.request_id, by=BY_ITSELF, now=now)
        erasures.confirm(connection, request.request_id, now)
        personal_data.overwrite(connection, request.site, request.request_id)
        processing_log.add(connection, request.request_id, "forget", by=BY_ITSELF, now=now)
    return len(ended)
