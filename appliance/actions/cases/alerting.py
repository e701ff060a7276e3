"""Telling the duty officer of what cannot wait, again and again until somebody answers.

The text says no more than a ticket: neither words, name nor topic. It goes out at any hour; the
city's first page shows the same request until it is seen there. What is still to be told is a row
of `alerts`, so that a restart tells nobody twice and forgets nothing.
"""

import logging
import sqlite3
from datetime import timedelta

from appliance.actions.sms import texting
from appliance.actions.sms.turn import Turn
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.events.staff import OfficialReplied
from appliance.domain.moment import Moment
from appliance.domain.officials.official import Official
from appliance.domain.sms.received import OfficialReply
from appliance.store.cases import alerts, requests
from appliance.store.cases.alerts import Alert
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.officials import directory as officials

log = logging.getLogger(__name__)

DUTY = "DUTY"
"""The agency of the directory whose officials are on duty; all of them are told."""
EVERY = timedelta(minutes=10)
AT_MOST = 6
"""An hour; then it is known that nobody answers, and the city's page still shows it."""
_LONGEST_WAIT_MS = EVERY // timedelta(milliseconds=1)


def begin(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> None:
    """Tell of a new request if it is one of those, in the caller's transaction."""
    if Mark.ALERT in request.marks:
        alerts.add(db, request.id, now.wall)
        _tell(db, Alert(request.id, 0), now)


def is_any_due(db: sqlite3.Connection, now: Moment) -> bool:
    """Whether `repeat` would tell anything; only reads."""
    return bool(alerts.due(db, now.wall, _LONGEST_WAIT_MS))


def repeat(db: sqlite3.Connection, now: Moment) -> int:
    """Tell again what nobody has answered; return how many alerts."""
    with transaction(db):
        waiting = alerts.due(db, now.wall, _LONGEST_WAIT_MS)
        for alert in waiting:
            _tell(db, alert, now)
    return len(waiting)


def acknowledge(turn: Turn, reply: OfficialReply) -> tuple[str, ServiceRequest] | None:
    """Take a duty officer's answer to an alert; None where it is about something else.

    Without a ticket it is about the only alert that is open.
    """
    on_duty = _on_duty(turn.db, turn.now)
    officer = next((officer for officer in on_duty if officer.phone == turn.sms.phone), None)
    if officer is None or (request := _meant(turn, reply)) is None:
        return None
    alerts.answer(turn.db, request.id, turn.now.wall)
    _tell_city(turn, request, officer)
    turn.reply("duty_noted", ticket=str(request.ticket))
    return "alert answered", request


def _on_duty(db: sqlite3.Connection, now: Moment) -> list[Official]:
    return [one for one in officials.of_agency(db, DUTY) if one.is_in_office(now.day)]


def _tell(db: sqlite3.Connection, alert: Alert, now: Moment) -> None:
    request = requests.by_id(db, alert.request_id)
    assert request is not None, "a foreign key"
    on_duty = _on_duty(db, now)
    if not on_duty:
        log.warning("nobody is on duty; add somebody with: posko officials add DUTY")
    for phone in dict.fromkeys(officer.phone for officer in on_duty):
        texting.queue_alert(db, request, phone, now)
    is_last = alert.times + 1 >= AT_MOST
    alerts.told(db, alert, None if is_last else now.wall + EVERY)


def _meant(turn: Turn, reply: OfficialReply) -> ServiceRequest | None:
    waiting = alerts.unanswered(turn.db)
    if reply.ticket is None:
        return requests.by_id(turn.db, waiting[0]) if len(waiting) == 1 else None
    found = requests.by_ticket(turn.db, reply.ticket)
    return found if found and found.id in waiting else None


def _tell_city(turn: Turn, request: ServiceRequest, officer: Official) -> None:
    event = OfficialReplied(
        reply_id=turn.new_id(),
        request_id=request.id,
        status="",
        text="Laporan mendesak sudah dilihat.",
        official=officer.name,
        agency=DUTY,
        at=turn.now.wall,
    )
    outbox.follow(turn.db, request.id, event, turn.now)
