"""What time alone does to a case that waits for its reporter; run by the center every few minutes.

A resolved case is closed after ten working days without BELUM, one that lacks details is archived
after thirty days. The time begins when the box has the news: a reporter behind a dead line loses
none of it. Each case is one transaction, so that a death costs nothing and nothing is done twice.
"""

import logging
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.cases.service_request import Source, Status
from appliance.domain.cases.working_days import WorkingCalendar
from command_center.cases import casework, silence
from command_center.store.cases import awaited, requests
from command_center.store.database import reading, writing
from command_center.store.sending import tables

log = logging.getLogger(__name__)

EVERY_S = 300.0
CASES_PER_RUN = 50
NOBODY = "Pusat Posko"
_MOVES = {
    Status.RESOLVED: (Status.CLOSED, "Tidak ada kabar dari pelapor selama 10 hari kerja."),
    Status.NEEDS_DETAILS: (Status.ARCHIVED, "Tidak dilengkapi pelapor dalam 30 hari."),
}


def run(engine: Engine, now: datetime) -> int:
    """Move the cases whose time is over, at most some of them; return how many."""
    with reading(engine) as connection:
        waiting, calendar = awaited.every(connection), tables.in_force(connection).calendar
    due = [case for case in waiting if case.told_at is None or silence.is_over(case, calendar, now)]
    return sum(_lapse(engine, case.request_id, calendar, now) for case in due[:CASES_PER_RUN])


def _lapse(engine: Engine, request_id: str, calendar: WorkingCalendar, now: datetime) -> bool:
    """Take one case further, if it still is what it was; whether it is moved."""
    with writing(engine) as connection:
        request = requests.by_id(connection, request_id, lock=True)
        case = awaited.of(connection, request_id)
        if request is None or case is None:
            return False
        if case.told_at is None:
            awaited.told(connection, case, now)
            return False
        if not silence.is_over(case, calendar, now):
            return False
        status, message = _MOVES[Status(case.status)]
        casework.write(connection, request, status, message, by=NOBODY, source=Source.TIME, now=now)
    log.info("the reporter's time is over site=%s status=%s", request.site, status)
    return True
