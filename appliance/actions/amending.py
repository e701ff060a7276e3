"""A part of an SMS that comes late: what its message has become is amended, or judged anew.

The whole is what counts. It replaces what its request says of it; where it is graver than the
request, or no request has come of its other parts, it is acted on as if it had just come.
"""

import sqlite3
from collections.abc import Callable

from appliance.actions import answering, sealing
from appliance.actions.turn import Turn
from appliance.domain import gravity
from appliance.domain.events import TextAmended
from appliance.domain.moment import Moment
from appliance.domain.service_request import TEXT_MAX_CHARS, ServiceRequest, clean_text
from appliance.domain.sms import Command, ReceivedSms, Report
from appliance.domain.triage.judgement import classify
from appliance.store import outbox, requests, sms_inbox
from appliance.store.database import transaction


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
) -> str | None:
    """Put late parts (by id) to their message `sms_id`, which is now `sms` and reads as `command`.

    `before` is what the text of a request held of the message, with its gaps. Amending by the same
    parts twice does nothing. Returns the id of the request that it concerns.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, late):
            return None
        request = requests.by_id(db, sms_inbox.request_of(db, sms_id) or "")
        report = command if isinstance(command, Report) else Report(sms.text)
        turn = Turn(db=db, sms=sms, now=now, new_id=new_id)
        if request is not None and not gravity.is_graver(classify(sms.text), request):
            _replace(db, request, before, report.text, now)
        else:
            outcome, request = answering.act(turn, report if request else command)
            sms_inbox.settle(db, sms_id, outcome, request.id if request else None)
        sms_inbox.amend(db, sms_id, sms.text, late)
        answering.conceal(turn, sms_id, request)
        return request.id if request else None


def amend_sealed(
    db: sqlite3.Connection,
    sms_id: int,
    sms: ReceivedSms,
    command: Command,
    *,
    now: Moment,
    new_id: Callable[[], str],
) -> str | None:
    """Put late parts to a message whose others are sealed already: `sms` is the late parts alone.

    They are sealed apart, with marks where the others are; the unit reads both. Where they alone
    are graver than the request, they are acted on as if they had just come.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, sms.part_ids):
            return None
        turn = Turn(db=db, sms=sms, now=now, new_id=new_id)
        request = requests.by_id(db, sms_inbox.request_of(db, sms_id) or "")
        if request is not None and not gravity.is_graver(classify(sms.text), request):
            _add_sealed(turn, request)
        else:
            outcome, request = answering.act(turn, Report(sms.text) if request else command)
            sms_inbox.settle(db, sms_id, outcome, request.id if request else None)
        sms_inbox.amend(db, sms_id, sms_inbox.CONCEALED, sms.part_ids)
        answering.conceal(turn, sms_id, request)
        return request.id if request else None


def _add_sealed(turn: Turn, request: ServiceRequest) -> None:
    event = TextAmended(
        request_id=request.id,
        text=request.text,
        at=turn.now.wall,
        sealed=sealing.addition(turn.db, request, "bagian", clean_text(turn.sms.text), turn.now),
    )
    lane = outbox.place_of(turn.db, request.id).lane
    outbox.append(turn.db, lane, event, subject=request.id, now=turn.now)


def _replace(
    db: sqlite3.Connection, request: ServiceRequest, before: str, after: str, now: Moment
) -> None:
    """Let the request say the whole, and tell the city."""
    gap, whole = clean_text(before), clean_text(after)
    text = request.text
    text = text.replace(gap, whole, 1) if gap in text else f"{text}\n{whole}"
    text = text[:TEXT_MAX_CHARS]
    requests.set_text(db, request.id, text)
    event = TextAmended(request_id=request.id, text=text, at=now.wall)
    lane = outbox.place_of(db, request.id).lane
    outbox.append(db, lane, event, subject=request.id, now=now)
