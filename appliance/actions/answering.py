"""SMS coming in: every TPDU is kept first, then a whole message is acted on and answered."""

import sqlite3
from collections.abc import Callable

from appliance.actions import intake, texting
from appliance.domain import phrases, reference
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.service_request import (
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    Sensitivity,
    ServiceRequest,
    clean_text,
)
from appliance.domain.sms import (
    CheckStatus,
    Command,
    FollowUp,
    Help,
    Ignore,
    Mention,
    ReceivedPart,
    ReceivedSms,
    Report,
    Stop,
    UnknownTicket,
)
from appliance.domain.triage.keywords import classify
from appliance.store import requests, sms_inbox
from appliance.store.database import transaction

LISTED_TICKETS = 3


def keep_part(db: sqlite3.Connection, part: ReceivedPart, now: Moment) -> bool:
    """Store one TPDU before the SIM may forget it; False if it is here already."""
    with transaction(db, leaves_reserve=True):
        return sms_inbox.keep_part(db, part, now.wall)


def quarantine(db: sqlite3.Connection, fingerprint: str, tpdu: bytes, now: Moment) -> None:
    """Store bytes that are no readable message, so that they block nothing."""
    with transaction(db):
        sms_inbox.quarantine(db, fingerprint, tpdu, now.wall)


def answer(
    db: sqlite3.Connection,
    sms: ReceivedSms,
    command: Command,
    now: Moment,
    new_id: Callable[[], str],
) -> str | None:
    """Act on a whole message in one transaction; return the id of the request it concerns.

    Its parts must have been kept. Answering the same parts twice does nothing.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, sms.part_ids):
            return None
        outcome, request = _act(db, sms, command, now, new_id)
        sms_inbox.add_message(
            db, sms, outcome=outcome, request_id=request.id if request else None, at=now.wall
        )
        return request.id if request else None


def _act(
    db: sqlite3.Connection,
    sms: ReceivedSms,
    command: Command,
    now: Moment,
    new_id: Callable[[], str],
) -> tuple[str, ServiceRequest | None]:
    match command:
        case Report() | Mention() | FollowUp(ticket=None):
            text = command.text or sms.text
            return "request", _report(db, sms, text, now, new_id)
        case CheckStatus(ticket) | FollowUp(ticket=ticket):
            found = requests.by_ticket(db, ticket) if ticket else None
            if ticket and found is None:
                _reply(db, sms, phrases.render("unknown_ticket", typed=str(ticket)), now)
            elif found is not None:
                _reply(db, sms, status_line(found), now)
            elif sms.phone is not None:
                _reply(db, sms, _own_tickets(db, sms.phone), now)
            return "status", found
        case UnknownTicket(typed):
            _reply(db, sms, phrases.render("unknown_ticket", typed=typed[:20]), now)
            return "status", None
        case Help():
            _reply(db, sms, phrases.render("help"), now)
            return "help", None
        case Stop():
            return "stop", None
        case Ignore(reason):
            return f"ignored: {reason}"[:80], None


def _report(
    db: sqlite3.Connection,
    sms: ReceivedSms,
    text: str,
    now: Moment,
    new_id: Callable[[], str],
) -> ServiceRequest | None:
    draft = Draft(
        channel=Channel.SMS,
        text=clean_text(text)[:TEXT_MAX_CHARS],
        submission_id=new_id(),
        reporter_phone=sms.phone,
    )
    result = intake.receive_in(db, draft, classify(draft.text), now)
    if not isinstance(result, intake.Receipt):
        return None
    if not result.is_new:
        # Whoever writes the same again has not got the ticket, or has lost it.
        texting.queue_receipt(db, result.request, now, purpose=texting.Purpose.ANSWER)
    return result.request


def status_line(request: ServiceRequest) -> str:
    """What a text may say about a ticket to anyone who knows its number: state, no content."""
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return phrases.render("status_confidential", ticket=str(request.ticket))
    return phrases.render(
        "status",
        ticket=str(request.ticket),
        status=phrases.STATUS_WORDS[request.status],
        agency=reference.agency_name(request.agency),
        date=phrases.short_date(request.updated_at),
    )


def _own_tickets(db: sqlite3.Connection, phone: Msisdn) -> str:
    latest = requests.latest_of_phone(db, phone, LISTED_TICKETS)
    if not latest:
        return phrases.render("status_list_empty")
    return phrases.render("status_list", tickets="; ".join(_state(request) for request in latest))


def _state(request: ServiceRequest) -> str:
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return f"{request.ticket} ditangani"
    return f"{request.ticket} {phrases.STATUS_WORDS[request.status]}"


def _reply(db: sqlite3.Connection, sms: ReceivedSms, body: str, now: Moment) -> None:
    if sms.phone is not None:
        texting.queue_answer(db, sms.phone, body, now)
