"""What the page of a case says of its dispositions and of who had to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from appliance.domain.cases.service_request import Status, moves_from
from appliance.domain.city.city_tables import Tables
from appliance.domain.officials.official import TABLE, Official, directory
from command_center.handling import due, steps, units
from command_center.handling.open_cases import WholeCase
from command_center.handling.steps import To
from command_center.handling.units import Units
from command_center.staff import scope
from command_center.staff.roles import Account
from command_center.store.cases.requests import CityRequest
from command_center.store.handling import escalations, notices
from command_center.store.handling.escalations import Escalation
from command_center.store.handling.notices import Notice
from command_center.store.sending import tables

Choices = list[tuple[str, list[tuple[str, str]]]]
"""Agencies by name, each with the values and names of itself and its units."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step with whom the city's directory names for it."""

    step: Escalation
    who: str
    official: Official | None
    notice: Notice | None
    """The SMS that a box is to send him."""


def content(
    connection: Connection, case: WholeCase, known: Units, account: Account, now: datetime
) -> dict[str, object]:
    """All of it as an account sees it, for the template."""
    request, in_force = case.request, case.known
    unit = scope.seen(account, request).unit
    is_open = bool(case.deadlines or case.trouble)
    steps_taken = escalations.of_request(connection, request.request_id)
    can_dispose = is_open and Status.FORWARDED in moves_from(request.status)
    return {
        "unit_name": units.name(known, request.agency, unit) if unit else "",
        "dispositions": [scope.seen_disposition(account, request, one) for one in case.given[::-1]],
        "unit_of": lambda agency, unit: units.name(known, agency, unit),
        "notices": notices.of_request(connection, request.request_id),
        "escalations": told(connection, steps_taken[::-1], in_force, due.today(now)),
        "targets": targets(request, known, in_force) if can_dispose else [],
        "target": _target(request, known),
        "latest_day": due.last_day(request, case.moves, now, in_force),
        "today": due.today(now),
    }


def told(
    connection: Connection, taken: Sequence[Escalation], known: Tables, day: date
) -> list[Told]:
    """Steps with the people that the city's directory names for them."""
    there = people(connection, known)
    sent = notices.last_of(connection, [step.request_id for step in taken])
    return [
        Told(
            step,
            steps.WORDS[To(step.addressee)].format(agency=known.agency_name(step.agency)),
            steps.addressee(To(step.addressee), step.agency, there, day),
            sent.get((step.request_id, step.step)),
        )
        for step in taken
    ]


def targets(request: CityRequest, known: Units, in_force: Tables) -> Choices:
    """Whom a case can be handed to: the agency that has it first, its likely unit before others."""
    agencies = in_force.working()
    ids = sorted(agencies, key=lambda id_: (id_ != request.agency, agencies[id_].short_name))
    likely = units.likely(known, request.agency, request.kelurahan)
    found = []
    for id_ in ids:
        name = agencies[id_].short_name
        there = sorted(known.get(id_, {}).values(), key=lambda unit: unit.id != likely)
        options = [(f"{id_}/{unit.id}", unit.name) for unit in there]
        found.append((name, [(id_, name), *options]))
    return found


def _target(request: CityRequest, known: Units) -> str:
    """What is chosen at first: who has it, or the likely unit of who has it."""
    unit = request.unit or units.likely(known, request.agency, request.kelurahan)
    return f"{request.agency}/{unit}" if unit else request.agency


def people(connection: Connection, known: Tables) -> list[Official]:
    """The directory that the city has published last."""
    rows = tables.published(connection, TABLE)
    return directory(enumerate(rows, start=2), known.agencies) if rows else []
