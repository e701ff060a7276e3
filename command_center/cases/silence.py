"""How long a case waits for its reporter before it goes on without him."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from appliance.domain.cases.service_request import Status
from appliance.domain.cases.working_days import WorkingCalendar
from appliance.domain.sms.received import Wish
from command_center.store.cases import awaited
from command_center.store.cases.awaited import Awaited
from command_center.store.receiving import follow_ups
from command_center.store.sending import tables

CONFIRM_DAYS = 10
"""Working days (SP4N-LAPOR!: closed when 10 working days pass without a reply)."""
DETAILS_WITHIN = timedelta(days=30)
"""UU 25/2009: a complaint that is not completed within 30 days counts as withdrawn."""


def is_over(case: Awaited, calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether the reporter has had his time since he could know."""
    if case.told_at is None:
        return False
    if case.status == Status.NEEDS_DETAILS:
        return now - case.told_at >= DETAILS_WITHIN
    return calendar.after(case.told_at, CONFIRM_DAYS) <= now


def may_close(connection: Connection, request_id: str, now: datetime) -> bool:
    """Whether a resolved case may be closed by hand: its reporter agrees, or has had his time."""
    wishes = (Wish.CONFIRM, Wish.DISPUTE)
    if follow_ups.last_wish(connection, request_id, wishes) == Wish.CONFIRM:
        return True
    case = awaited.of(connection, request_id)
    return case is not None and is_over(case, tables.in_force(connection).calendar, now)
