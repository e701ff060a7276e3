"""What a reporter says by telephone about a report that is there, as if it came by SMS."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Engine

from appliance.domain.cases.service_request import Channel, Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import FollowedUp
from appliance.domain.sms.received import Wish
from command_center.cases import casework
from command_center.receiving import follow_ups
from command_center.store.cases import case_history
from command_center.store.database import writing
from command_center.store.receiving import follow_ups as known

_CALLS = UUID("6c1f2a50-1c1e-4a55-9d2b-0d4b3c7f8e11")
"""The name space of what is said by telephone."""


def take(
    engine: Engine,
    request_id: str,
    wish: Wish,
    words: str,
    *,
    page: str,
    by: str,
    now: datetime,
) -> None:
    """Note it and move the case if it means that, once for the same words on the same `page`.

    Raises UnknownRequest, or BadInput for words about a confidential report, which nobody could
    seal any more.
    """
    follow_up_id = str(uuid5(_CALLS, "\x1f".join((request_id, page, wish, words))))
    with writing(engine) as connection:
        request = casework.found(connection, request_id, None)
        if words and request.sensitivity == Sensitivity.CONFIDENTIAL:
            raise BadInput("Laporan rahasia: jangan tulis kata-kata pelapor di sini.")
        if known.is_known(connection, follow_up_id):
            return
        event = FollowedUp(
            follow_up_id=follow_up_id,
            request_id=request_id,
            wish=wish,
            text=words,
            at=now,
            channel=Channel.PHONE,
        )
        follow_ups.take(connection, request.site, event, now, now)
        request = casework.found(connection, request_id, None)
        said = "Kata pelapor dicatat dari telepon."
        case_history.note(connection, request, said, by=by, now=now)
