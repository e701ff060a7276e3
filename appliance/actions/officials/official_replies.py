"""What officials answer by SMS about requests of their agency: noted here, decided by the city.

The status of a request changes, and its reporter hears of it, when the city says so: one change is
told once. Works with the uplink dead; the official hears that it is noted and, later, what the city
made of it (`reply_outcomes`). Any reply ends the asking.
"""

from dataclasses import dataclass
from datetime import timedelta

from appliance.actions.sms.turn import Turn
from appliance.domain.cases.service_request import (
    OVER,
    TEXT_MAX_CHARS,
    Sensitivity,
    ServiceRequest,
    Status,
    clean_text,
)
from appliance.domain.city.topics import Lane
from appliance.domain.events.staff import OfficialReplied
from appliance.domain.ids import Ticket
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.sms import phrases
from appliance.domain.sms.received import OfficialReply
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.officials import chases, notices, official_replies
from appliance.store.officials import directory as officials
from appliance.store.sms import text_history

NOTICED_FOR = timedelta(days=14)
"""So long a reply without a ticket may mean what the city has had this box text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """What an official speaks about."""

    id: str
    ticket: Ticket
    agency: str
    request: ServiceRequest | None
    """None for another box's, which the city has had this one text him about."""


def take(turn: Turn, reply: OfficialReply) -> tuple[str, ServiceRequest | None] | None:
    """Note a reply and answer it; None where it can be about no request, and is a resident's."""
    assert turn.sms.phone is not None, "an official is known by his phone"
    offices = officials.by_phone(turn.db, turn.sms.phone, turn.now.day)
    meant = _meant(turn, reply)
    if meant is None:
        return None
    request, ticket = meant.request, str(meant.ticket)
    office = _office(offices, meant)
    if office is None or _is_confidential(request):
        if request is not None and turn.owns(request):
            return None
        turn.reply("other_agency", ticket=ticket)
        return "not of this official's agency", request
    if reply.status is Status.NOT_OURS and not reply.text:
        turn.reply("reason_wanted", ticket=ticket)
        return "reason wanted", request
    _tell(turn, meant, office, reply)
    turn.reply("official_noted", ticket=ticket, status=phrases.status_word(reply.status or ""))
    return f"official: {reply.status or 'remark'}", request


def _is_confidential(request: ServiceRequest | None) -> bool:
    return request is not None and request.sensitivity is Sensitivity.CONFIDENTIAL


def _office(offices: list[Official], meant: _Matter) -> Official | None:
    """In which office this phone may speak about a request: its agency's, or the coordinator's."""
    wanted = (meant.agency, COORDINATOR)
    fitting = [office for office in offices if office.agency in wanted]
    return min(fitting, key=lambda office: wanted.index(office.agency), default=None)


def _meant(turn: Turn, reply: OfficialReply) -> _Matter | None:
    """The request of the ticket, or the only one that this phone was sent and that is open."""
    if reply.ticket is not None:
        if request := requests.by_ticket(turn.db, reply.ticket):
            return _here(request)
        notice = notices.by_ticket(turn.db, reply.ticket)
        return _elsewhere(notice) if notice else None
    assert turn.sms.phone is not None
    told = notices.told(turn.db, turn.sms.phone, turn.now.wall - NOTICED_FOR)
    waiting = []
    for id_ in dict.fromkeys([*text_history.forwarded_to(turn.db, turn.sms.phone), *told]):
        request = requests.by_id(turn.db, id_)
        if request is None and id_ in told:
            waiting.append(_elsewhere(told[id_]))
        elif request is not None and request.status not in OVER:
            waiting.append(_here(request))
    return waiting[0] if len(waiting) == 1 else None


def _here(request: ServiceRequest) -> _Matter:
    return _Matter(id=request.id, ticket=request.ticket, agency=request.agency, request=request)


def _elsewhere(notice: notices.Notice) -> _Matter:
    return _Matter(id=notice.request_id, ticket=notice.ticket, agency=notice.agency, request=None)


def _tell(turn: Turn, meant: _Matter, office: Official, reply: OfficialReply) -> None:
    assert turn.sms.phone is not None
    reply_id = turn.new_id()
    official_replies.add(
        turn.db,
        reply_id,
        meant.id,
        phone=turn.sms.phone,
        status=reply.status or "",
        at=turn.now.wall,
    )
    chases.end(turn.db, meant.id)
    event = OfficialReplied(
        reply_id=reply_id,
        request_id=meant.id,
        status=reply.status or "",
        text=clean_text(reply.text)[:TEXT_MAX_CHARS],
        official=office.name,
        agency=office.agency,
        at=turn.now.wall,
    )
    if meant.request is None:
        outbox.append(turn.db, Lane.COMPLAINTS, event, subject=meant.id, now=turn.now)
    else:
        outbox.follow(turn.db, meant.id, event, turn.now)
