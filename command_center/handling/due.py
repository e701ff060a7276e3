"""Until when a case should be finished once it was handed to somebody. Pure.

A disposition gives working days, so that a pause of the case moves its day as it moves the last
day of the class. It may end earlier than that, never later.
"""

from collections.abc import Sequence
from datetime import date, datetime

from appliance.domain.cases import deadline
from appliance.domain.cases.deadline import Deadline, Move
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.moment import local
from command_center.handling import due_days
from command_center.handling.due_days import DueDays, Given
from command_center.store.cases.requests import CityRequest
from command_center.store.handling.dispositions import Disposition


def of_case(
    request: CityRequest,
    history: Sequence[Move],
    disposition: Disposition | None,
    now: datetime,
    tables: Tables,
) -> list[Deadline]:
    """As `deadline.deadlines`, the last one no later than its disposition asks for."""
    found = deadline.deadlines(request.kind, request.category, history, now, tables)
    if not found or disposition is None or not _counts(request, history, disposition):
        return found
    this_round = deadline.current_round(history)
    pauses = deadline.pauses(this_round, now)
    given = tables.calendar.due(disposition.at, disposition.days, pauses)
    day = min(given, found[-1].day)
    return [*found[:-1], deadline.on("finish", day, this_round, now, tables.calendar)]


def stored(
    request: CityRequest,
    history: Sequence[Move],
    disposition: Disposition | None,
    tables: Tables,
) -> DueDays:
    """What the database keeps of it, whenever that is written."""
    given = None
    if disposition is not None and _counts(request, history, disposition):
        given = Given(disposition.at, disposition.days)
    return due_days.of_case(request.kind, request.category, history, given, tables)


def last_day(request: CityRequest, history: Sequence[Move], now: datetime, tables: Tables) -> date:
    """The latest that a disposition may ask for: the last day of the class, or today when that
    has passed."""
    found = deadline.deadlines(request.kind, request.category, history, now, tables)
    return max(today(now), found[-1].day) if found else today(now)


def days_until(day: date, latest: date, now: datetime, tables: Tables) -> int:
    """The working days that a disposition gives; raises BadInput in words for the officer."""
    first = today(now)
    if not first <= day <= latest:
        raise BadInput(
            f"Tenggat harus dari hari ini sampai {latest:%d-%m-%Y}, batas waktu kelasnya."
        )
    return tables.calendar.passed(first, day)


def today(now: datetime) -> date:
    """The local day."""
    return local(now).date()


def _counts(request: CityRequest, history: Sequence[Move], disposition: Disposition) -> bool:
    """One from before the case was opened again, or to another agency, means nothing now."""
    since = deadline.current_round(history)[0].at
    return disposition.at >= since and disposition.agency == request.agency
