"""What officials answer by SMS about requests of their agency: noted here, decided by the city.

The status of a request changes, and its reporter hears of it, when the city says so: one change is
told once. Works with the uplink dead; the official hears that it is noted and, later, what the city
made of it. Any reply ends the asking.
"""

import sqlite3

from appliance.actions import texting
from appliance.actions.turn import Turn
from appliance.domain import phrases
from appliance.domain.errors import BadInput
from appliance.domain.events import OfficialAnswered, OfficialReplied
from appliance.domain.moment import Moment
from appliance.domain.official import COORDINATOR, Official
from appliance.domain.service_request import (
    OVER,
    TEXT_MAX_CHARS,
    Sensitivity,
    ServiceRequest,
    Status,
    clean_text,
)
from appliance.domain.sms import OfficialReply
from appliance.store import (
    chases,
    city_tables,
    official_replies,
    officials,
    outbox,
    requests,
    text_history,
)


def take(turn: Turn, reply: OfficialReply) -> tuple[str, ServiceRequest | None] | None:
    """Note a reply and answer it; None where it can be about no request, and is a resident's."""
    assert turn.sms.phone is not None, "an official is known by his phone"
    offices = officials.by_phone(turn.db, turn.sms.phone, turn.now.day)
    request = _meant(turn, reply)
    if request is None:
        return None
    office = _office(offices, request)
    if office is None or request.sensitivity is Sensitivity.CONFIDENTIAL:
        if turn.owns(request):
            return None
        turn.reply("other_agency", ticket=str(request.ticket))
        return "not of this official's agency", request
    if reply.status is Status.NOT_OURS and not reply.text:
        turn.reply("reason_wanted", ticket=str(request.ticket))
        return "reason wanted", request
    _tell(turn, request, office, reply)
    turn.reply("official_noted", ticket=str(request.ticket), status=_word(reply.status or ""))
    return f"official: {reply.status or 'remark'}", request


def _office(offices: list[Official], request: ServiceRequest) -> Official | None:
    """In which office this phone may speak about a request: its agency's, or the coordinator's."""
    wanted = (request.agency, COORDINATOR)
    fitting = [office for office in offices if office.agency in wanted]
    return min(fitting, key=lambda office: wanted.index(office.agency), default=None)


def _meant(turn: Turn, reply: OfficialReply) -> ServiceRequest | None:
    """The request of the ticket, or the only one that this phone was sent and that is open."""
    if reply.ticket is not None:
        return requests.by_ticket(turn.db, reply.ticket)
    assert turn.sms.phone is not None
    forwarded = text_history.forwarded_to(turn.db, turn.sms.phone)
    sent = (requests.by_id(turn.db, id_) for id_ in forwarded)
    waiting = [r for r in sent if r is not None and r.status not in OVER]
    return waiting[0] if len(waiting) == 1 else None


def _tell(turn: Turn, request: ServiceRequest, office: Official, reply: OfficialReply) -> None:
    assert turn.sms.phone is not None
    reply_id = turn.new_id()
    official_replies.add(
        turn.db,
        reply_id,
        request.id,
        phone=turn.sms.phone,
        status=reply.status or "",
        at=turn.now.wall,
    )
    chases.end(turn.db, request.id)
    event = OfficialReplied(
        reply_id=reply_id,
        request_id=request.id,
        status=reply.status or "",
        text=clean_text(reply.text)[:TEXT_MAX_CHARS],
        official=office.name,
        agency=office.agency,
        at=turn.now.wall,
    )
    outbox.follow(turn.db, request.id, event, turn.now)


def answered(db: sqlite3.Connection, event: OfficialAnswered, now: Moment) -> None:
    """Tell an official what the city made of his reply, in the caller's transaction.

    Of a remark there is nothing to tell. Raises BadInput for a reply that this box has not had.
    """
    request = requests.by_id(db, event.request_id)
    reply = official_replies.settle(db, event.reply_id, event.request_id, event.outcome)
    if request is None or reply is None:
        raise BadInput("no such reply on this box")
    if event.outcome == "noted":
        return
    texting.queue_reply_outcome(
        db,
        request,
        reply.phone,
        f"official_{event.outcome}",
        now,
        wanted=_word(reply.status),
        status=_word(event.status),
        agency=city_tables.in_force(db).agency_name(event.agency),
    )


def _word(status: str) -> str:
    """What people call a status; no status is a remark."""
    known = next((word for one, word in phrases.STATUS_WORDS.items() if one == status), status)
    return known or "Catatan"
