"""Wanting an SMS to an official, in the transaction of what he is to hear of."""

import uuid
from datetime import date, datetime

from sqlalchemy import Connection

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.city.city_tables import Tables
from command_center.handling import due, steps
from command_center.handling.case_part import people
from command_center.handling.steps import To
from command_center.store.cases.requests import CityRequest
from command_center.store.handling import notices
from command_center.store.handling.notices import Notice

DISPOSED = "disposed"
"""The step that a disposition is."""
_ESCALATED = {To.SEKDA: "escalated", To.COORDINATOR: "unanswered"}


def about(to: To, working_days: int) -> str:
    """Which words of the box fit a step so many working days after the last day."""
    return _ESCALATED.get(to) or ("late" if working_days > 0 else "reminder")


def want(
    connection: Connection,
    request: CityRequest,
    known: Tables,
    *,
    step: str,
    words: str,
    to: To,
    due_on: date,
    now: datetime,
) -> None:
    """Want one to whom the directory names; nobody is texted about what is confidential."""
    if request.sensitivity == Sensitivity.CONFIDENTIAL or request.is_sealed:
        return
    there = people(connection, known)
    official = steps.addressee(to, request.agency, there, due.today(now))
    if official is None:
        return
    notices.add(
        connection,
        Notice(
            notice_id=str(uuid.uuid4()),
            request_id=request.request_id,
            step=step,
            about=words,
            of_agency=request.agency,
            agency=official.agency,
            rank=official.rank,
            due_on=due_on,
            created_at=now,
        ),
    )
