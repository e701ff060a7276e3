"""What a reporter says by telephone about a report that is there, as if it came by SMS."""

from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.events import FollowedUp
from appliance.domain.service_request import Channel, Sensitivity
from appliance.domain.sms import Wish
from command_center import casework, follow_ups
from command_center.store import case_history
from command_center.store.database import writing


def take(
    engine: Engine,
    request_id: str,
    wish: Wish,
    words: str,
    *,
    follow_up_id: str,
    by: str,
    now: datetime,
) -> None:
    """Note it and move the case if it means that; raises UnknownRequest, or BadInput for words
    about a confidential report, which nobody could seal any more."""
    with writing(engine) as connection:
        request = casework.found(connection, request_id, None)
        if words and request.sensitivity == Sensitivity.CONFIDENTIAL:
            raise BadInput("Laporan rahasia: jangan tulis kata-kata pelapor di sini.")
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
