"""Erasing what the box knows of a person: once, for good, and told to the city.

The row of a request stays with what statistics need; its tombstone keeps everything else from
coming back: a submission sent again, a late part of an SMS, what the city says of it.
"""

import sqlite3

from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.city.topics import Lane
from appliance.domain.events.privacy import ErasureOrdered, RequestErased
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import erasure
from appliance.domain.privacy.erasure import Reason
from appliance.store.cases import follow_ups, requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.privacy import erasures, personal_data, processing_log
from appliance.store.sms import sms_inbox, texts

CITY = "pusat"
"""Who erases what the city has ordered."""


def erase(db: sqlite3.Connection, request: ServiceRequest, now: Moment, *, by: str) -> None:
    """Erase the personal data of a request in one transaction."""
    with transaction(db):
        _erase(db, request.id, now, by=by)


def erase_phone(db: sqlite3.Connection, phone: Msisdn, now: Moment, *, by: str) -> int:
    """Erase all that a phone has ever said, in one transaction; return the number of requests."""
    with transaction(db):
        own = requests.of_phone(db, phone)
        for request in own:
            _erase(db, request.id, now, by=by)
        _erase_messages(db, phone, now)
        if not own:
            processing_log.add(db, None, "erase", by, now.wall)
    return len(own)


def ordered(db: sqlite3.Connection, event: ErasureOrdered, now: Moment) -> None:
    """Erase what the city wants erased, inside the caller's transaction.

    A request that is not here (any more) gets its tombstone all the same.
    """
    _erase(db, event.request_id, now, by=CITY)


def forget(
    db: sqlite3.Connection,
    request_id: str,
    reason: Reason,
    now: Moment,
    *,
    keeps_phone: bool = False,
) -> None:
    """Erase at the box alone, inside the caller's transaction: what the city has is its own."""
    erasures.add(db, request_id, reason, now.wall)
    personal_data.overwrite(db, request_id, now.wall, keeps_phone=keeps_phone)
    processing_log.add(db, request_id, "forget", "posko", now.wall)


def allowed(db: sqlite3.Connection, kind: str, payload: bytes) -> bytes:
    """An event of the city as it may still be kept: as it is, but for an erased request."""
    request_id = erasure.subject(payload)
    if not request_id or erasures.of(db, request_id) is None or kind == ErasureOrdered.KIND:
        return payload
    return erasure.redacted(kind, payload.decode("utf-8", "replace")).encode()


def _erase(db: sqlite3.Connection, request_id: str, now: Moment, *, by: str) -> None:
    known, request = erasures.of(db, request_id), requests.by_id(db, request_id)
    is_new = known is None or known.reason != Reason.WISH
    if is_new:
        erasures.add(db, request_id, Reason.WISH, now.wall)
        processing_log.add(db, request_id, "erase", by, now.wall)
    personal_data.overwrite(db, request_id, now.wall, keeps_phone=False)
    if request is not None and request.reporter_phone is not None:
        _erase_answers(db, request, request.reporter_phone, now)
    if is_new:
        lane = outbox.place_of(db, request_id).lane if request else Lane.COMPLAINTS
        event = RequestErased(request_id=request_id, at=now.wall, by=by)
        outbox.append(db, lane, event, subject=request_id, now=now)


def _erase_answers(
    db: sqlite3.Connection, request: ServiceRequest, phone: Msisdn, now: Moment
) -> None:
    """What was texted to the phone about this ticket; all, where it was its only one."""
    if requests.latest_of_phone(db, phone, 1):
        personal_data.delete_texts(db, texts.naming(db, phone, str(request.ticket)))
    else:
        _erase_messages(db, phone, now)


def _erase_messages(db: sqlite3.Connection, phone: Msisdn, now: Moment) -> None:
    said = [message.id for message in sms_inbox.every_of(db, phone)]
    personal_data.overwrite_messages(db, said, now.wall)
    personal_data.delete_texts(db, texts.naming(db, phone, ""))
    follow_ups.opt_in(db, phone)
