"""A report by SMS: a ticket of its own, or a part of one that is there.

The same words within a day are the same ticket. What comes soon after, or answers our question
where it is, is added to a ticket (`domain.sms.conversation`, `actions.cases.joining`).
"""

from appliance.actions.cases import following_up, intake
from appliance.actions.sms import texting
from appliance.actions.sms.turn import Turn
from appliance.domain import reference
from appliance.domain.cases import same_matter
from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    Kind,
    Sensitivity,
    ServiceRequest,
    clean_text,
)
from appliance.domain.sms import conversation
from appliance.domain.sms.received import Report, Wish
from appliance.domain.triage import place
from appliance.domain.triage.verdict import Triage
from appliance.store.box import this_box as box
from appliance.store.cases import requests
from appliance.store.sms import sms_inbox, text_history

SAME_TEXT_WINDOW = same_matter.IDENTICAL_WINDOW
"""An identical SMS from the same phone within this time adds nothing."""


def take(turn: Turn, report: Report) -> tuple[str, ServiceRequest]:
    """Make the report a ticket, or add it to one; return the outcome and the request."""
    if (same := _same(turn)) is not None:
        # Whoever writes the same again has not got the ticket, or has lost it.
        _queue_receipt(turn, same, texting.Purpose.ANSWER)
        return "request", same
    text = clean_text(report.text)[:TEXT_MAX_CHARS]
    triage = turn.judge(text)
    if (earlier := _earlier(turn, report, text, triage)) is not None:
        following_up.record(turn, earlier, Wish.ADD, text)
        if triage.kind is Kind.EMERGENCY:
            _queue_receipt(turn, earlier, texting.Purpose.ANSWER, is_joined=True)
        return "continued", earlier
    return _new(turn, report, text, triage)


def _same(turn: Turn) -> ServiceRequest | None:
    """The ticket of the same words, counted from its beginning: another day is another ticket."""
    phone, since = turn.sms.phone, turn.now.wall - SAME_TEXT_WINDOW
    request_id = phone and sms_inbox.reported_since(turn.db, phone, turn.sms.text, since)
    request = requests.by_id(turn.db, request_id) if request_id else None
    return request if request and request.created_at >= since else None


def _earlier(turn: Turn, report: Report, text: str, triage: Triage) -> ServiceRequest | None:
    own, now = turn.own(), turn.now.wall
    request = conversation.continued(text, triage, own, now, is_explicit=report.is_explicit)
    if request is None and not report.is_explicit and place.is_answer(text, triage):
        asked = text_history.open_questions(turn.db, [r.id for r in own])
        request = conversation.answered(text, triage, own, asked=asked, now=now)
    return request


def _new(turn: Turn, report: Report, text: str, triage: Triage) -> tuple[str, ServiceRequest]:
    draft = Draft(
        channel=Channel.SMS,
        text=text,
        submission_id=turn.new_id(),
        reporter_phone=turn.sms.phone,
        reporter_name=clean_text(report.name or "")[:NAME_MAX_CHARS] or None,
        location=clean_text(report.place or "")[:LOCATION_MAX_CHARS] or None,
        kelurahan=reference.kelurahan_code(box.site(turn.db), report.place or ""),
    )
    is_flood = conversation.is_flood(turn.own(), turn.now.wall)
    receipt = intake.receive_in(turn.db, draft, triage, turn.now, is_flood=is_flood)
    assert isinstance(receipt, intake.Receipt), "without a quota nothing is refused"
    request = receipt.request
    if receipt.is_joined:
        _queue_receipt(turn, request, texting.Purpose.ANSWER, is_joined=True)
        return "continued", request
    is_open = request.sensitivity is not Sensitivity.CONFIDENTIAL and not request.location
    is_open = is_open and request.destination is None
    asks = is_open and place.is_missing(text, triage)
    _queue_receipt(turn, request, texting.Purpose.QUESTION if asks else texting.Purpose.RECEIPT)
    intake.hand_on(turn.db, request, turn.now)
    return "request", request


def _queue_receipt(
    turn: Turn, request: ServiceRequest, purpose: texting.Purpose, *, is_joined: bool = False
) -> None:
    if turn.may_answer:
        texting.queue_receipt(
            turn.db,
            request,
            turn.now,
            purpose=purpose,
            address=turn.sms.sender,
            is_joined=is_joined,
        )
    elif request.kind is Kind.EMERGENCY:
        texting.queue_alarm(turn.db, request, turn.now, address=turn.sms.sender)
