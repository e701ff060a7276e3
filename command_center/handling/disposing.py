"""Handing a case to an agency or one of its units, and back: each a transaction.

The agency changes as by a correction, so that nobody can send a complaint to whom it accuses; the
status as by any move, so that the reporter and his box hear of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import OVER, Source, Status, clean_text
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from command_center.cases import casework, correcting
from command_center.cases.correcting import Wanted
from command_center.handling import due, keeping, units
from command_center.handling.steps import To
from command_center.handling.units import Units
from command_center.notices import wanting
from command_center.store.cases import case_history, case_marks, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.handling import dispositions
from command_center.store.handling.dispositions import Disposition
from command_center.store.sending import tables

NOTE_MAX_CHARS = 500
_WITH_THEM = frozenset({Status.FORWARDED, Status.IN_PROGRESS})
"""An agency that has a case hands it on among its units without telling the reporter again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who is to work on a case until when; `due_on` None is the last day of its class."""

    agency: str
    unit: str = ""
    note: str = ""
    """For the agency; the reporter does not read it."""
    due_on: date | None = None


def dispose(
    engine: Engine,
    request_id: str,
    order: Order,
    known: Units,
    *,
    by: str,
    now: datetime,
    seen_at: datetime | None = None,
    may_touch: Callable[[CityRequest], bool] = lambda _: True,
) -> None:
    """Hand a case on; `seen_at` and `may_touch` as of `casework.change_status`.

    Raises UnknownRequest, Outdated, IllegalMove, or BadInput in words for the officer.
    """
    with writing(engine) as connection:
        request = casework.found(connection, request_id, seen_at, may_touch)
        dispose_in(connection, request, order, known, by=by, now=now)


def dispose_in(
    connection: Connection,
    request: CityRequest,
    order: Order,
    known: Units,
    *,
    by: str,
    now: datetime,
) -> None:
    """As `dispose`, inside the caller's transaction, who holds the request."""
    if order.unit and order.unit not in known.get(order.agency, {}):
        raise BadInput("Unit itu bukan bagian dinas yang dipilih.")
    note = clean_text(order.note)
    if len(note) > NOTE_MAX_CHARS:
        raise BadInput(f"Catatan terlalu panjang; paling banyak {NOTE_MAX_CHARS} huruf.")
    in_force = tables.in_force(connection, request.site, judged_at=request.received_at)
    day, days = _term(connection, request, order, in_force, now)
    is_moved = order.agency != request.agency
    if is_moved:
        correcting.correct_in(connection, request, Wanted(agency=order.agency), by=by, now=now)
        request = casework.found(connection, request.request_id, None)
        _move(connection, request, by, now)
    elif request.status not in _WITH_THEM:
        _move(connection, request, by, now)
    made = Disposition(
        agency=order.agency, unit=order.unit or None, note=note, days=days, by=by, at=now
    )
    dispositions.add(connection, request.request_id, made)
    requests.set_unit(connection, request.request_id, made.unit, now)
    keeping.refresh(connection, request.request_id)
    case_marks.drop(connection, request.request_id, Mark.RETURNED)
    to = in_force.agency_name(order.agency)
    if made.unit:
        to += f", {units.name(known, order.agency, made.unit)}"
    said = f"Disposisi ke {to}; tenggat {day:%d-%m-%Y}."
    _note(connection, request, said, by, now)
    if request.site.is_city or not is_moved:
        _tell_official(connection, request, in_force, day, now)


def _tell_official(
    connection: Connection, request: CityRequest, in_force: Tables, day: date, now: datetime
) -> None:
    """By a box's modem; of a case that moves to another agency its own box tells by itself."""
    wanting.want(
        connection,
        request,
        in_force,
        step=wanting.DISPOSED,
        words=wanting.DISPOSED,
        to=To.OFFICIAL,
        due_on=day,
        now=now,
    )


def hand_back(
    engine: Engine,
    request_id: str,
    reason: str,
    known: Units,
    *,
    by: str,
    now: datetime,
    seen_at: datetime | None = None,
    may_touch: Callable[[CityRequest], bool] = lambda _: True,
) -> None:
    """A unit gives a case back to its agency, an agency to who disposes; with the reason.

    `seen_at` and `may_touch` as of `casework.change_status`. Raises UnknownRequest, Outdated, or
    BadInput.
    """
    words = clean_text(reason)
    if not 1 <= len(words) <= NOTE_MAX_CHARS:
        raise BadInput(f"Tulis alasannya, paling banyak {NOTE_MAX_CHARS} huruf.")
    with writing(engine) as connection:
        request = casework.found(connection, request_id, seen_at, may_touch)
        if request.status in OVER:
            raise BadInput("Laporan ini sudah selesai.")
        if request.unit is None:
            case_marks.add(connection, request_id, [Mark.RETURNED], now)
            by_whom = tables.in_force(connection, request.site).agency_name(request.agency)
        else:
            by_whom = units.name(known, request.agency, request.unit)
        requests.set_unit(connection, request_id, None, now)
        _note(connection, request, f"Dikembalikan {by_whom}: {words}", by, now)


def _term(
    connection: Connection,
    request: CityRequest,
    order: Order,
    in_force: Tables,
    now: datetime,
) -> tuple[date, int]:
    """The day that is given, and how many working days that is."""
    history = case_history.of_request(connection, request)
    latest = due.last_day(request, history, now, in_force)
    day = order.due_on or latest
    return day, due.days_until(day, latest, now, in_force)


def _move(connection: Connection, request: CityRequest, by: str, now: datetime) -> None:
    casework.change_in(
        connection, request, Status.FORWARDED, "", by=by, source=Source.OFFICER, now=now
    )


def _note(connection: Connection, request: CityRequest, said: str, by: str, now: datetime) -> None:
    """A line in the history of the case as it is by now."""
    is_now = casework.found(connection, request.request_id, None)
    case_history.note(connection, is_now, said, by=by, now=now)
