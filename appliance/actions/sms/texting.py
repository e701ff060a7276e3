"""SMS going out: what is queued for residents and officials. How it goes out: `sending`."""

import sqlite3
from datetime import timedelta
from enum import StrEnum

from appliance.domain import reference
from appliance.domain.cases.service_request import (
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
    StatusEntry,
)
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import masking
from appliance.domain.sms import operator_filter, phrases, receipts
from appliance.domain.sms.sending_policy import NOTICE_VALIDITY
from appliance.store.cases import follow_ups
from appliance.store.city import city_tables
from appliance.store.database import transaction
from appliance.store.sms import text_history, texts

VALIDITY = timedelta(days=3)
"""A text older than this would confuse more than it tells."""
TEXTS_PER_HOUR = 5
"""Receipts and answers to one phone; who causes more is a machine or a flood."""


class Purpose(StrEnum):
    """Why a text is sent; stored."""

    RECEIPT = "receipt"
    QUESTION = "question"
    """A receipt that asks where it is."""
    STATUS = "status"
    ANSWER = "answer"
    FORWARD = "forward"
    """To an official."""
    NOTICE = "notice"
    """To an official, because the city has ordered it."""
    OFFICIAL = "official"
    """To an official: what became of his reply."""
    ALERT = "alert"
    """To the duty officer, at any hour."""
    STAFF = "staff"
    """Typed at `posko sms send`."""


_PRIORITY = {
    Purpose.ALERT: 0,
    Purpose.ANSWER: 1,
    Purpose.STAFF: 1,
    Purpose.RECEIPT: 2,
    Purpose.QUESTION: 2,
    Purpose.STATUS: 3,
    Purpose.FORWARD: 4,
    Purpose.NOTICE: 4,
    Purpose.OFFICIAL: 4,
}
EMERGENCY_PRIORITY = 0
EMERGENCY_FACTOR = 2
"""An emergency is answered so many times as often."""


def queue_receipt(
    db: sqlite3.Connection,
    request: ServiceRequest,
    now: Moment,
    *,
    purpose: Purpose = Purpose.RECEIPT,
    address: str | None = None,
    is_joined: bool = False,
) -> None:
    """Queue the text with the ticket, inside the caller's transaction; none without a phone.

    It is an ANSWER to who writes the same again: a request has one receipt. That of an emergency
    tells to call 112, and nobody has had too many texts for that.
    """
    phone, is_urgent = request.reporter_phone, request.kind is Kind.EMERGENCY
    if phone is None:
        return
    is_first_alarm = is_urgent and purpose is not Purpose.ANSWER
    if is_first_alarm or not _is_flooded(db, phone, purpose, now, is_urgent=is_urgent):
        body = _receipt(db, request, purpose, is_joined=is_joined)
        _queue(db, phone, body, purpose, now, request=request, address=address)


def queue_alarm(
    db: sqlite3.Connection, request: ServiceRequest, now: Moment, *, address: str
) -> None:
    """Queue the ticket of an emergency for whoever may be a machine, in the caller's transaction.

    Once a day for a phone: nobody in need is left alone, and no machine is answered for ever.
    """
    phone = request.reporter_phone
    if phone and not text_history.alarmed_since(db, phone, now.wall - timedelta(days=1)):
        body = _receipt(db, request, Purpose.ANSWER)
        _queue(db, phone, body, Purpose.ANSWER, now, request=request, address=address)


def _receipt(
    db: sqlite3.Connection, request: ServiceRequest, purpose: Purpose, *, is_joined: bool = False
) -> str:
    asks_where = purpose is Purpose.QUESTION
    is_usual = not (asks_where or is_joined) and receipts.is_usual(request)
    elsewhere = _elsewhere(db, request) if is_usual else None
    return elsewhere or receipts.body(request, asks_where=asks_where, is_joined=is_joined)


def _elsewhere(db: sqlite3.Connection, request: ServiceRequest) -> str | None:
    """The receipt that names who else answers for it, while nobody has decided."""
    found = city_tables.in_force(db).jurisdiction.destinations.get(request.destination or "")
    if found is None:
        return None
    return phrases.render(
        "received_elsewhere",
        ticket=str(request.ticket),
        destination=found.name,
        contact=found.contact,
    )


def queue_status_change(
    db: sqlite3.Connection, request: ServiceRequest, entry: StatusEntry, now: Moment
) -> None:
    """Queue the news for the reporter, unless they want none, in the caller's transaction."""
    phone = request.reporter_phone
    if phone is None or follow_ups.is_silenced(db, request):
        return
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        key = "status_changed_confidential"
    else:
        key = "status_resolved" if entry.status is Status.RESOLVED else "status_changed"
    body = phrases.render(
        key,
        ticket=str(request.ticket),
        status=phrases.STATUS_WORDS[entry.status],
        agency=city_tables.in_force(db).agency_name(entry.agency or request.agency),
        message=entry.message,
    )
    _queue(db, phone, body, Purpose.STATUS, now, request=request)


def queue_answered_question(
    db: sqlite3.Connection, request: ServiceRequest, answer: str, now: Moment
) -> None:
    """Queue staff's answer to a question, or its beginning, in the caller's transaction."""
    phone = request.reporter_phone
    if phone is None or follow_ups.is_silenced(db, request):
        return
    is_long = len(answer) > phrases.FREE_TEXT_MAX_CHARS
    body = phrases.render(
        "question_answered_more" if is_long else "question_answered",
        ticket=str(request.ticket),
        message=answer,
    )
    _queue(db, phone, body, Purpose.STATUS, now, request=request)


def queue_answer(
    db: sqlite3.Connection, phone: Msisdn, body: str, now: Moment, *, address: str | None = None
) -> None:
    """Queue an answer to a received SMS, to the number as it came, in the caller's transaction."""
    if not _is_flooded(db, phone, Purpose.ANSWER, now):
        _queue(db, phone, body, Purpose.ANSWER, now, address=address)


def queue_alert(
    db: sqlite3.Connection, request: ServiceRequest, phone: Msisdn, now: Moment
) -> None:
    """Queue for the duty officer that a request cannot wait, and nothing of it, in the caller's
    transaction."""
    body = phrases.render("duty_alert", ticket=str(request.ticket))
    _queue(db, phone, body, Purpose.ALERT, now, request=request)


def _is_flooded(
    db: sqlite3.Connection,
    phone: Msisdn,
    purpose: Purpose,
    now: Moment,
    *,
    is_urgent: bool = False,
) -> bool:
    """Whether this phone has caused enough texts; a receipt's request counts already."""
    caused = text_history.caused_since(db, phone, now.wall - timedelta(hours=1))
    enough = TEXTS_PER_HOUR * (EMERGENCY_FACTOR if is_urgent else 1)
    return caused + (purpose is Purpose.ANSWER) > enough


def queue_forward(
    db: sqlite3.Connection, request: ServiceRequest, phone: Msisdn, now: Moment, *notes: str
) -> None:
    """Queue a request for an official behind some notes, inside the caller's transaction.

    It tells the matter and the place, not who reported: neither name nor phone.
    """
    is_emergency = request.kind is Kind.EMERGENCY
    told = operator_filter.basic(", ".join(filter(None, (request.text, request.location))))
    body = phrases.render(
        "forward_emergency" if is_emergency else "forward",
        ticket=str(request.ticket),
        category=reference.categories()[request.category].name,
        text=masking.mask(told, name=request.reporter_name),
    )
    _queue(db, phone, " ".join((*notes, body)), Purpose.FORWARD, now, request=request)


def queue_notice(db: sqlite3.Connection, phone: Msisdn, body: str, now: Moment) -> int:
    """Queue for an official what the city has ordered, in the caller's transaction; return the
    text's id."""
    return _queue(db, phone, body, Purpose.NOTICE, now, validity=NOTICE_VALIDITY)


def queue_reply_outcome(
    db: sqlite3.Connection,
    request: ServiceRequest | None,
    phone: Msisdn,
    key: str,
    now: Moment,
    **values: str,
) -> None:
    """Queue for an official what became of his reply, inside the caller's transaction; `request`
    is None for another box's."""
    body = phrases.render(key, **values)
    _queue(db, phone, body, Purpose.OFFICIAL, now, request=request)


def send(db: sqlite3.Connection, phone: Msisdn, body: str, now: Moment) -> int:
    """Queue what staff typed, made safe for the operators' filters; return its id.

    Raises BadInput for an empty text, and for one that would have to be cut.
    """
    if not body.strip():
        raise BadInput("the text is empty")
    most = phrases.STAFF_TEXT_MAX_CHARS
    safe = operator_filter.safe(body, max(len(body), most) * 2)  # digits in groups take more room
    if len(safe) > most:
        raise BadInput(
            f"the text takes {len(safe)} characters, and {most} (three SMS) are the most: shorten "
            "it, or send it in pieces"
        )
    with transaction(db):
        return _queue(db, phone, safe, Purpose.STAFF, now)


def _queue(
    db: sqlite3.Connection,
    phone: Msisdn,
    body: str,
    purpose: Purpose,
    now: Moment,
    *,
    request: ServiceRequest | None = None,
    address: str | None = None,
    validity: timedelta = VALIDITY,
) -> int:
    is_urgent = request is not None and request.kind is Kind.EMERGENCY
    return texts.add(
        db,
        recipient=phone,
        address=address,
        body=body,
        purpose=purpose,
        request_id=request.id if request else None,
        priority=EMERGENCY_PRIORITY if is_urgent else _PRIORITY[purpose],
        now=now,
        validity=validity,
    )
