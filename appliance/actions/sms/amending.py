"""A part of an SMS that comes late: what its message has become is amended, or judged anew.

The whole is what counts. It replaces what its request says of it; where it is graver than the
request, or no request has come of its other parts, it is acted on as if it had just come. A wish
that is recorded is not recorded again: the whole is added to its ticket, and nobody is answered.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from appliance.actions.privacy import sealing
from appliance.actions.sms import answering
from appliance.actions.sms.turn import Turn
from appliance.domain.cases import gravity
from appliance.domain.cases.service_request import TEXT_MAX_CHARS, ServiceRequest, clean_text
from appliance.domain.events.requests import TextAmended
from appliance.domain.moment import Moment
from appliance.domain.sms import judging
from appliance.domain.sms.judging import Judge
from appliance.domain.sms.received import (
    Command,
    FollowUp,
    Mention,
    OfficialReply,
    ReceivedSms,
    Report,
    Wish,
)
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.sms import sms_inbox


def amend(
    db: sqlite3.Connection,
    sms_id: int,
    late: tuple[int, ...],
    sms: ReceivedSms,
    command: Command,
    *,
    before: str,
    now: Moment,
    new_id: Callable[[], str],
    judge: Judge | None = None,
) -> str | None:
    """Put late parts (by id) to their message `sms_id`, which is now `sms` and reads as `command`.

    `before` is what the text of a request held of the message, with its gaps. Amending by the same
    parts twice does nothing. Returns the id of the request that it concerns.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, late):
            return None
        request = requests.by_id(db, sms_inbox.request_of(db, sms_id) or "")
        judge = judge or judging.judge()
        report = command if isinstance(command, Report) else Report(sms.text)
        turn = Turn(db=db, sms=sms, now=now, new_id=new_id, judge=judge)
        if request is not None and not gravity.demands_more(judge(sms.text), request):
            replace_text(db, request, before, report.text, now)
        else:
            said = _beside_the_wish(db, sms_id, sms.text, command, judge)
            heard = replace(sms, is_answerable=False) if said else sms
            turn = replace(turn, sms=heard)
            outcome, request = answering.act(turn, report if request else said or command)
            sms_inbox.settle(db, sms_id, outcome, request.id if request else None)
        sms_inbox.amend(db, sms_id, sms.text, late)
        answering.conceal(turn, sms_id, request)
        return request.id if request else None


def _beside_the_wish(
    db: sqlite3.Connection, sms_id: int, text: str, command: Command, judge: Judge
) -> Command | None:
    """What a message adds to its ticket where it reads as the wish that is recorded already."""
    outcome, request_id = sms_inbox.settled_as(db, sms_id)
    request = requests.by_id(db, request_id or "")
    if request is None:
        return None
    if isinstance(command, OfficialReply):
        is_recorded = outcome.startswith("official: ")
        return replace(command, status=None, ticket=request.ticket) if is_recorded else None
    is_same = isinstance(command, FollowUp) and command.wish == outcome
    is_same |= isinstance(command, Mention) and outcome == Wish.DISPUTE
    if not is_same or gravity.demands_more(judge(text), request):
        return None
    return FollowUp(Wish.ADD, request.ticket, text)


def amend_sealed(
    db: sqlite3.Connection,
    sms_id: int,
    sms: ReceivedSms,
    command: Command,
    *,
    now: Moment,
    new_id: Callable[[], str],
    judge: Judge | None = None,
) -> str | None:
    """Put late parts to a message whose others are sealed already: `sms` is the late parts alone.

    They are sealed apart, with marks where the others are; the unit reads both. Where they alone
    are graver than the request, they are acted on as if they had just come.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, sms.part_ids):
            return None
        judge = judge or judging.judge()
        turn = Turn(db=db, sms=sms, now=now, new_id=new_id, judge=judge)
        request = requests.by_id(db, sms_inbox.request_of(db, sms_id) or "")
        if request is not None and not gravity.demands_more(judge(sms.text), request):
            replace_text(db, request, sms.text, sms.text, now)
        else:
            outcome, request = answering.act(turn, Report(sms.text) if request else command)
            sms_inbox.settle(db, sms_id, outcome, request.id if request else None)
        sms_inbox.amend(db, sms_id, sms_inbox.CONCEALED, sms.part_ids)
        answering.conceal(turn, sms_id, request)
        return request.id if request else None


def replace_text(
    db: sqlite3.Connection, request: ServiceRequest, before: str, after: str, now: Moment
) -> None:
    """Let the request say the whole, and tell the city, in the caller's transaction; what is
    confidential is told sealed."""
    gap, whole = clean_text(before), clean_text(after)
    if (to := sealing.holder_of(db, request)) is not None:
        sealed = sealing.addition(request, to, "bagian", whole, now)
        event = TextAmended(
            request_id=request.id, text=sms_inbox.CONCEALED, at=now.wall, sealed=sealed
        )
    else:
        text = request.text
        text = text.replace(gap, whole, 1) if gap in text else f"{text}\n{whole}"
        text = text[:TEXT_MAX_CHARS]
        requests.set_text(db, request.id, text)
        event = TextAmended(request_id=request.id, text=text, at=now.wall)
    outbox.follow(db, request.id, event, now)
