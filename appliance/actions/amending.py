"""A part of an SMS that comes late: the ticket its message has become is amended, none is added."""

import sqlite3

from appliance.domain.events import TextAmended
from appliance.domain.moment import Moment
from appliance.domain.service_request import TEXT_MAX_CHARS, clean_text
from appliance.store import outbox, requests, sms_inbox
from appliance.store.database import transaction


def amend(
    db: sqlite3.Connection,
    sms_id: int,
    part_ids: tuple[int, ...],
    *,
    before: str,
    after: str,
    body: str,
    now: Moment,
) -> None:
    """Put late parts to their message, and tell the city what its request says now.

    `before` is what the text of the request held of the message, with its gaps; `after` what it
    should. Amending by the same parts twice does nothing.
    """
    with transaction(db):
        if not sms_inbox.are_waiting(db, part_ids):
            return
        request_id = sms_inbox.amend(db, sms_id, body, part_ids)
        request = requests.by_id(db, request_id) if request_id else None
        if request is None:
            return
        gap, whole = clean_text(before), clean_text(after)
        text = request.text
        text = text.replace(gap, whole, 1) if gap in text else f"{text}\n{whole}"
        text = text[:TEXT_MAX_CHARS]
        requests.set_text(db, request.id, text)
        event = TextAmended(request_id=request.id, text=text, at=now.wall)
        lane = outbox.place_of(db, request.id).lane
        outbox.append(db, lane, event, subject=request.id, now=now)
