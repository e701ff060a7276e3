"""What the city made of an official's reply, told to the phone that it came from."""

import sqlite3

from appliance.actions.sms import texting
from appliance.domain.errors import BadInput
from appliance.domain.events.staff import OfficialAnswered
from appliance.domain.moment import Moment
from appliance.domain.sms import phrases
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.officials import notices, official_replies


def settle(db: sqlite3.Connection, event: OfficialAnswered, now: Moment) -> None:
    """Note the outcome and tell of it, in the caller's transaction; of a remark there is nothing
    to tell.

    Raises BadInput for a reply that this box has not had.
    """
    request = requests.by_id(db, event.request_id)
    reply = official_replies.settle(db, event.reply_id, event.request_id, event.outcome)
    notice = notices.of_request(db, event.request_id)
    ticket = request.ticket if request else notice.ticket if notice else None
    if ticket is None or reply is None:
        raise BadInput("no such reply on this box")
    if event.outcome == "noted":
        return
    texting.queue_reply_outcome(
        db,
        request,
        reply.phone,
        f"official_{event.outcome}",
        now,
        ticket=str(ticket),
        wanted=phrases.status_word(reply.status),
        status=phrases.status_word(event.status),
        agency=city_tables.in_force(db).agency_name(event.agency),
    )
