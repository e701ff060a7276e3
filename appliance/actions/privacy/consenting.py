"""What residents agree to, recorded with the request, and told to the city."""

import sqlite3
from collections.abc import Iterable

from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.events.privacy import ConsentChanged
from appliance.domain.moment import Moment
from appliance.domain.privacy.consent import Consent
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.privacy import consents, processing_log
from appliance.store.privacy.consents import Record
from appliance.store.public import publications


def record(
    db: sqlite3.Connection, request: ServiceRequest, given: Iterable[Consent], now: Moment
) -> None:
    """Record what was agreed to with a request, inside the caller's transaction."""
    for consent in given:
        new = Record(
            purpose=consent.purpose,
            text_version=consent.text_version,
            language=consent.language,
            channel=request.channel,
            given_at=now.wall,
            withdrawn_at=None,
        )
        consents.add(db, request.id, new)
        _tell(db, request.id, new, now, is_given=True)


def withdraw(db: sqlite3.Connection, request: ServiceRequest, now: Moment, *, by: str) -> int:
    """Take back every consent about a request; return how many held."""
    with transaction(db):
        held = consents.withdraw(db, request.id, now.wall)
        publications.hide(db, request.id, by=by, at=now.wall)
        for told in held:
            _tell(db, request.id, told, now, is_given=False)
        processing_log.add(db, request.id, "withdraw", by, now.wall)
    return len(held)


def _tell(
    db: sqlite3.Connection, request_id: str, record: Record, now: Moment, *, is_given: bool
) -> None:
    event = ConsentChanged(
        request_id=request_id,
        purpose=record.purpose,
        is_given=is_given,
        text_version=record.text_version,
        language=record.language,
        channel=record.channel,
        at=now.wall,
    )
    outbox.follow(db, request_id, event, now)
