"""What a resident says about a ticket: recorded here, told to the city, which decides.

Only the phone that reported may act on a ticket; others hear that, and nothing else. Nothing is
withdrawn, closed or erased by the box itself: an SMS proves no more than a phone.
"""

import sqlite3

from appliance.actions.privacy import sealing
from appliance.actions.sms.turn import Turn
from appliance.domain.cases.service_request import (
    ENDED,
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    Sensitivity,
    ServiceRequest,
    clean_text,
)
from appliance.domain.events.requests import FollowedUp
from appliance.domain.moment import Moment
from appliance.domain.sms import conversation
from appliance.domain.sms.received import FollowUp, Mention, Start, Stop, Wish
from appliance.store.cases import follow_ups, requests
from appliance.store.city import outbox


def follow_up(turn: Turn, command: FollowUp) -> tuple[str, ServiceRequest] | None:
    """Act on a wish and answer; None where it names no ticket and may be a report.

    A number that is no ticket of this box, or another phone's, is answered and changes nothing;
    where more is said than the wish, it may be a report with a number in it.
    """
    if command.ticket is None:
        request = conversation.meant(command.wish, turn.own())
        if request is None:
            return None
        return _act(turn, request, command)
    found = requests.by_ticket(turn.db, command.ticket)
    if command.says_more and not (found and turn.owns(found)):
        return None
    if found is None:
        turn.reply("unknown_ticket", typed=str(command.ticket))
        return None
    if not turn.owns(found):
        turn.reply("other_phone", ticket=str(found.ticket))
        return "not the reporter's phone", found
    return _act(turn, found, command)


def mention(turn: Turn, command: Mention) -> tuple[str, ServiceRequest] | None:
    """Say a text to the ticket that it names; None where that is not the sender's, or long over.

    What complains of a finished ticket says BELUM.
    """
    found = requests.by_ticket(turn.db, command.ticket)
    if found is None or not turn.owns(found):
        return None
    wish = conversation.complained(found, turn.now.wall) if command.complains else Wish.ADD
    if wish is None:
        return None
    return _act(turn, found, FollowUp(wish, command.ticket, command.text))


def silence(turn: Turn, command: Stop | Start) -> str:
    """Stop the news to this phone, or send them again; return the outcome."""
    if isinstance(command, Stop):
        _stop(turn)
        return "stop"
    _start(turn)
    return "start"


def _stop(turn: Turn) -> None:
    """Send no more news of the tickets of this phone; say so once, and to the city for each open.

    What comes later lifts it for its ticket: who reports or says something anew wants to hear.
    """
    told = [r for r in _open(turn) if not follow_ups.is_silenced(turn.db, r)]
    if turn.sms.phone is None or (not told and follow_ups.has_opted_out(turn.db, turn.sms.phone)):
        return
    for request in told:
        record(turn, request, Wish.STOP, "")
    turn.reply("stopped")
    follow_ups.opt_out(turn.db, turn.sms.phone, turn.now.wall)


def _start(turn: Turn) -> None:
    """Send news again to a phone that had none."""
    if turn.sms.phone is None:
        return
    for request in _open(turn):
        if follow_ups.is_silenced(turn.db, request):
            record(turn, request, Wish.START, "")
    follow_ups.opt_in(turn.db, turn.sms.phone)
    turn.reply("started")


def _open(turn: Turn) -> list[ServiceRequest]:
    return [request for request in turn.own() if request.status not in ENDED]


def record(turn: Turn, request: ServiceRequest, wish: Wish, text: str) -> None:
    """Note what was said by SMS."""
    note(turn.db, request, wish, text, turn.now, follow_up_id=turn.new_id())


def note(
    db: sqlite3.Connection,
    request: ServiceRequest,
    wish: Wish,
    text: str,
    now: Moment,
    *,
    follow_up_id: str,
    beside: Draft | None = None,
) -> None:
    """Store what was said, with the event for the city, in the caller's transaction.

    An addition also joins the request, and completes it by what the draft tells `beside`. What is
    said about what is confidential is sealed, and joins nothing.
    """
    text = clean_text(text)[:TEXT_MAX_CHARS]
    to = sealing.holder_of(db, request)
    sealed = sealing.addition(request, to, wish, text, now)
    channel = beside.channel if beside else Channel.SMS
    if to is not None:
        text, beside = "", None
    event = FollowedUp(
        follow_up_id=follow_up_id,
        request_id=request.id,
        wish=wish,
        text=text,
        at=now.wall,
        sealed=sealed,
        channel=channel,
        location=beside.location if beside else None,
        kelurahan=beside.kelurahan if beside else None,
        reporter_name=beside.reporter_name if beside else None,
    )
    follow_ups.add(
        db,
        follow_up_id,
        request.id,
        wish=wish,
        text=text,
        at=now.wall,
        channel=event.channel,
    )
    outbox.follow(db, request.id, event, now)
    joined = f"{request.text}\n{text}"
    if wish is Wish.ADD and text and len(joined) <= TEXT_MAX_CHARS:
        requests.set_text(db, request.id, joined)
    if beside is not None:
        requests.complete(
            db,
            request.id,
            location=beside.location,
            kelurahan=beside.kelurahan,
            reporter_name=beside.reporter_name,
        )


def _act(turn: Turn, request: ServiceRequest, command: FollowUp) -> tuple[str, ServiceRequest]:
    if turn.is_repetition:
        return "repeated", request
    is_confidential = request.sensitivity is Sensitivity.CONFIDENTIAL
    wish, text = command.wish, command.text
    if wish is Wish.SAFE and not is_confidential:
        wish, text = Wish.ADD, turn.sms.text
    record(turn, request, wish, text)
    if is_confidential:
        turn.reply("noted_aman" if wish is Wish.SAFE else "noted_confidential")
    else:
        turn.reply(f"noted_{wish}", ticket=str(request.ticket))
    return str(wish), request
