"""SMS going out: what is queued for residents, and how the modem moves it along.

A part is marked `sending` when the modem asks for its bytes, just before it gets them: whatever
ends before that leaves it to be tried again. If nobody learns the outcome it becomes `uncertain`
and is never sent again blindly; only a status report can settle it.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from appliance.domain import phrases, reference
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.service_request import Kind, Sensitivity, ServiceRequest, StatusEntry
from appliance.store import texts
from appliance.store.database import transaction

VALIDITY = timedelta(days=3)
"""A text older than this would confuse more than it tells."""
REPORT_WINDOW = timedelta(days=4)
"""How long after sending a status report can still arrive: validity and a margin."""
TEXTS_PER_HOUR = 30
"""Caused by one phone: more than this is a loop between machines, not a resident."""
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(hours=1)
_RECIPIENT_TAIL_DIGITS = 9


class Purpose(StrEnum):
    """Why a text is sent; stored."""

    RECEIPT = "receipt"
    STATUS = "status"
    ANSWER = "answer"


_PRIORITY = {Purpose.ANSWER: 1, Purpose.RECEIPT: 2, Purpose.STATUS: 3}
_EMERGENCY_PRIORITY = 0


class Refusal(StrEnum):
    """What a modem's refusal means for the part."""

    RETRY = "retry"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPart:
    """The part whose turn it is; it stays `pending` until `part_sending`."""

    id: int
    tpdu: bytes


def queue_receipt(
    db: sqlite3.Connection,
    request: ServiceRequest,
    now: Moment,
    *,
    purpose: Purpose = Purpose.RECEIPT,
) -> None:
    """Queue the text with the ticket, inside the caller's transaction; none without a phone.

    It is an ANSWER to who writes the same again: a request has one receipt.
    """
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        key = "confidential"
    else:
        key = "emergency" if request.kind is Kind.EMERGENCY else "received"
    body = phrases.render(key, ticket=str(request.ticket))
    _queue(db, request.reporter_phone, body, purpose, now, request=request)


def queue_status_change(
    db: sqlite3.Connection, request: ServiceRequest, entry: StatusEntry, now: Moment
) -> None:
    """Queue the news for the reporter, inside the caller's transaction."""
    is_confidential = request.sensitivity is Sensitivity.CONFIDENTIAL
    body = phrases.render(
        "status_changed_confidential" if is_confidential else "status_changed",
        ticket=str(request.ticket),
        status=phrases.STATUS_WORDS[entry.status],
        agency=reference.agency_name(entry.agency or request.agency),
        message=entry.message,
    )
    _queue(db, request.reporter_phone, body, Purpose.STATUS, now, request=request)


def queue_answer(db: sqlite3.Connection, phone: Msisdn, body: str, now: Moment) -> None:
    """Queue an answer to a received SMS, inside the caller's transaction."""
    _queue(db, phone, body, Purpose.ANSWER, now)


def _queue(
    db: sqlite3.Connection,
    phone: Msisdn | None,
    body: str,
    purpose: Purpose,
    now: Moment,
    *,
    request: ServiceRequest | None = None,
) -> None:
    if phone is None:
        return
    is_urgent = request is not None and request.kind is Kind.EMERGENCY
    text_id = texts.add(
        db,
        recipient=phone,
        body=body,
        purpose=purpose,
        request_id=request.id if request else None,
        priority=_EMERGENCY_PRIORITY if is_urgent else _PRIORITY[purpose],
        now=now,
        validity=VALIDITY,
    )
    if texts.caused_since(db, phone, now.wall - timedelta(hours=1)) > TEXTS_PER_HOUR:
        texts.set_state(db, text_id, "failed", now=now.wall, error="too many texts to this phone")


def claim_part(
    db: sqlite3.Connection, now: Moment, encode: Callable[[str, str], list[bytes]]
) -> ClaimedPart | None:
    """Return the next part to send; None when nothing is due.

    `encode(recipient, body)` makes the SMS-SUBMIT TPDUs of a text, once.
    """
    with transaction(db):
        texts.expire(db, now)
        text = texts.next_due(db, now.wall, _LONGEST_RETRY)
        if text is None:
            return None
        parts = texts.parts(db, text.id)
        if not parts:
            texts.add_parts(db, text.id, encode(text.recipient, text.body))
            parts = texts.parts(db, text.id)
        part = next((part for part in parts if part.state == "pending"), None)
        if part is None:
            _settle(db, text.id, now)
            return None
        return ClaimedPart(id=part.id, tpdu=part.tpdu)


def part_sending(db: sqlite3.Connection, part_id: int, now: Moment) -> None:
    """Note that the part is about to be handed over; only after this commit may it be."""
    with transaction(db):
        texts.set_state(db, texts.part(db, part_id).text_id, "sending", now=now.wall)
        texts.set_part_state(db, part_id, "sending", now=now.wall)


def part_sent(db: sqlite3.Connection, part_id: int, message_reference: int, now: Moment) -> None:
    """The network took the part and named it."""
    with transaction(db):
        texts.set_part_state(db, part_id, "sent", now=now.wall, message_reference=message_reference)
        _settle(db, texts.part(db, part_id).text_id, now)


def part_uncertain(db: sqlite3.Connection, part_id: int, now: Moment) -> None:
    """The part was handed over and no answer came: it may have been sent."""
    with transaction(db):
        texts.set_part_state(db, part_id, "uncertain", now=now.wall)
        _settle(db, texts.part(db, part_id).text_id, now)


def part_refused(
    db: sqlite3.Connection, part_id: int, refusal: Refusal, error: str, now: Moment
) -> None:
    """The modem or the network refused the part: try again later, or give the text up."""
    with transaction(db):
        text_id = texts.part(db, part_id).text_id
        text = texts.by_id(db, text_id)
        if refusal is Refusal.GIVE_UP:
            texts.set_part_state(db, part_id, "failed", now=now.wall)
            texts.set_state(db, text_id, "failed", now=now.wall, error=error)
            return
        delay = min(_FIRST_RETRY * 2 ** min(text.attempts, 10), _LONGEST_RETRY)
        texts.set_part_state(db, part_id, "pending", now=now.wall)
        texts.set_state(
            db, text_id, "queued", now=now.wall, error=error, next_attempt_at=now.wall + delay
        )


def recover(db: sqlite3.Connection, now: Moment) -> int:
    """After a restart: parts caught in the act are uncertain. Return how many there were."""
    caught = texts.parts_in_flight(db)
    if not caught:
        return 0
    with transaction(db):
        for part in caught:
            texts.set_part_state(db, part.id, "uncertain", now=now.wall)
            _settle(db, part.text_id, now)
    return len(caught)


def report(
    db: sqlite3.Connection,
    *,
    recipient: str,
    message_reference: int,
    is_delivered: bool,
    now: Moment,
) -> bool:
    """Apply a final status report; False when it belongs to nothing we sent."""
    tail = "".join(c for c in recipient if c.isdigit())[-_RECIPIENT_TAIL_DIGITS:]
    with transaction(db):
        part = texts.part_awaiting_report(
            db,
            recipient_tail=tail,
            message_reference=message_reference,
            since=now.wall - REPORT_WINDOW,
        )
        if part is None or not tail:
            return False
        texts.set_part_state(db, part.id, "delivered" if is_delivered else "failed", now=now.wall)
        _settle(db, part.text_id, now)
    return True


def _settle(db: sqlite3.Connection, text_id: int, now: Moment) -> None:
    states = {part.state for part in texts.parts(db, text_id)}
    if states & {"pending", "sending"}:
        return
    for state in ("failed", "uncertain", "sent", "delivered"):
        if state in states:
            texts.set_state(db, text_id, state, now=now.wall)
            return
