"""What officials answer by SMS about requests of their agency: noted here, decided by the city.

The status of a request changes, and its reporter hears of it, when the city says so: one change is
told once. Works with the uplink dead; the official hears that it is noted.
"""

from appliance.actions.turn import Turn
from appliance.domain import phrases
from appliance.domain.events import OfficialReplied
from appliance.domain.official import Official
from appliance.domain.service_request import (
    TEXT_MAX_CHARS,
    Sensitivity,
    ServiceRequest,
    Status,
    clean_text,
)
from appliance.domain.sms import OfficialReply
from appliance.store import officials, outbox, requests, text_history

_SETTLED = frozenset(
    {Status.RESOLVED, Status.CLOSED, Status.NOT_OURS, Status.ARCHIVED, Status.MERGED}
)


def take(turn: Turn, reply: OfficialReply) -> tuple[str, ServiceRequest | None] | None:
    """Note a reply and answer it; None where it can be about no request, and is a resident's."""
    assert turn.sms.phone is not None, "an official is known by his phone"
    offices = officials.by_phone(turn.db, turn.sms.phone)
    request = _meant(turn, reply)
    if request is None:
        return None
    office = next((o for o in offices if o.agency == request.agency), None)
    if office is None or request.sensitivity is Sensitivity.CONFIDENTIAL:
        if turn.owns(request):
            return None
        turn.reply("other_agency", ticket=str(request.ticket))
        return "not of this official's agency", request
    if reply.status is Status.NOT_OURS and not reply.text:
        turn.reply("reason_wanted", ticket=str(request.ticket))
        return "reason wanted", request
    _tell(turn, request, office, reply)
    word = phrases.STATUS_WORDS[reply.status] if reply.status else "Catatan"
    turn.reply("official_noted", ticket=str(request.ticket), status=word)
    return f"official: {reply.status or 'remark'}", request


def _meant(turn: Turn, reply: OfficialReply) -> ServiceRequest | None:
    """The request of the ticket, or the only one that this phone was sent and that is open."""
    if reply.ticket is not None:
        return requests.by_ticket(turn.db, reply.ticket)
    assert turn.sms.phone is not None
    forwarded = text_history.forwarded_to(turn.db, turn.sms.phone)
    sent = (requests.by_id(turn.db, id_) for id_ in forwarded)
    waiting = [r for r in sent if r is not None and r.status not in _SETTLED]
    return waiting[0] if len(waiting) == 1 else None


def _tell(turn: Turn, request: ServiceRequest, office: Official, reply: OfficialReply) -> None:
    event = OfficialReplied(
        reply_id=turn.new_id(),
        request_id=request.id,
        status=reply.status or "",
        text=clean_text(reply.text)[:TEXT_MAX_CHARS],
        official=office.name,
        agency=office.agency,
        at=turn.now.wall,
    )
    lane = outbox.place_of(turn.db, request.id).lane
    outbox.append(turn.db, lane, event, subject=request.id, now=turn.now)
