"""Requests to the phones of the officials responsible, until somebody answers.

What is still to be asked is a row of `chases`; whom, is decided by `domain.officials.escalation`.
Nothing waits in memory, so that a restart asks nobody twice and forgets nobody.
"""

import sqlite3

from appliance.actions.sms import texting
from appliance.actions.sms.texting import Purpose
from appliance.domain.cases import sla
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest, Status
from appliance.domain.moment import Moment
from appliance.domain.officials import escalation
from appliance.domain.officials.escalation import Fate, Over, Step, Why
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.privacy import sealing
from appliance.domain.sms import phrases
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.database import transaction
from appliance.store.officials import chases
from appliance.store.officials import directory as officials
from appliance.store.officials.chases import Chase
from appliance.store.sms.texts import Text

STEPS_PER_RUN = 20
"""Texts queued in one transaction: what is due after an outage comes little by little."""
_NOT_GOT = frozenset({"failed", "expired"})


def forward(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> None:
    """Begin to ask the officials of its agency about a request, in the caller's transaction.

    One that is opened again, or has come to another agency, is asked about anew. What is
    confidential goes to no phone: it waits for staff.
    """
    chases.end(db, request.id)
    is_secret = request.sensitivity is Sensitivity.CONFIDENTIAL or request.category == sealing.TOPIC
    if is_secret or not _registered(db, request):
        return
    chases.begin(db, request.id, now)
    _go_on(db, request.id, now)


def pass_on(db: sqlite3.Connection, text: Text, now: Moment) -> None:
    """If `text` was a forward that nobody got, ask the next, in the caller's transaction."""
    if text.purpose == Purpose.FORWARD and text.state in _NOT_GOT and text.request_id is not None:
        _go_on(db, text.request_id, now)


def escalate(db: sqlite3.Connection, now: Moment) -> int:
    """Ask again, or the next in rank, where an answer should have come; return how many."""
    waiting = [chase.request_id for chase in chases.every(db) if _is_to_do(db, chase, now)]
    with transaction(db):
        return sum(_go_on(db, request_id, now) for request_id in waiting[:STEPS_PER_RUN])


def is_any_due(db: sqlite3.Connection, now: Moment) -> bool:
    """Whether `escalate` would change anything; only reads."""
    return any(_is_to_do(db, chase, now) for chase in chases.every(db))


def _is_to_do(db: sqlite3.Connection, chase: Chase, now: Moment) -> bool:
    request = requests.by_id(db, chase.request_id)
    return request is None or _is_news(chase) or _due(db, chase, request, now) is not None


def _is_news(chase: Chase) -> bool:
    """Whether the last question has left the box and nobody has written that down."""
    if not chase.questions or chase.questions[-1].text_id == chase.since_text:
        return False
    return chase.questions[-1].asked.fate in (Fate.SENT, Fate.REFUSED)


def _go_on(db: sqlite3.Connection, request_id: str, now: Moment) -> bool:
    """Take the next step of a request, if one is due; whether somebody is asked."""
    chase, request = chases.of(db, request_id), requests.by_id(db, request_id)
    if chase is None or request is None:
        return False
    if _is_news(chase):
        chases.handed_over(db, request_id, chase.questions[-1].text_id, now)
        return False
    step = _due(db, chase, request, now)
    if isinstance(step, Step):
        texting.queue_forward(db, request, step.official.phone, now, *_notes(db, request, step))
    elif isinstance(step, Over):
        chases.end(db, request_id)
    return isinstance(step, Step)


def _due(
    db: sqlite3.Connection, chase: Chase, request: ServiceRequest, now: Moment
) -> Step | Over | None:
    tables = city_tables.in_force(db)
    return escalation.due(
        [question.asked for question in chase.questions],
        [one for one in _registered(db, request) if one.is_in_office(now.day)],
        chase.since,
        sla.terms(request.kind, request.category, tables),
        now,
        calendar=tables.calendar,
    )


def _registered(db: sqlite3.Connection, request: ServiceRequest) -> list[Official]:
    """Those of the agency, its head first, then those of the coordinator."""
    agencies = dict.fromkeys((request.agency, COORDINATOR))
    return [one for agency in agencies for one in officials.of_agency(db, agency)]


def _notes(db: sqlite3.Connection, request: ServiceRequest, step: Step) -> list[str]:
    """What the text says before the matter."""
    agency = city_tables.in_force(db).agency_name(request.agency)
    notes = ["note_reopened"] if request.status is Status.REOPENED else []
    if step.why is not Why.FIRST:
        notes.append(f"note_{step.why}")
    return [phrases.render(note, agency=agency) for note in notes]
