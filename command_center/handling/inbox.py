"""What an agency and its units have to do: counts for each, and the cases by deadline. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appliance.domain.city_tables import Tables
from appliance.domain.deadline import Deadline, latest, nearest
from appliance.domain.service_request import Status
from command_center.handling import units
from command_center.handling.open_cases import OpenCase
from command_center.handling.units import Units
from command_center.store.requests import WHOLE_AGENCY

_FRESH = frozenset({Status.RECEIVED, Status.VERIFIED, Status.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An agency or a unit, and how many open cases it has."""

    id: str
    name: str
    open: int
    fresh: int
    """Nobody has said that they work on it."""
    soon: int
    late: int


def by_agency(cases: Sequence[OpenCase], known: Tables) -> list[Row]:
    """The agencies that have open cases, those with most late ones first."""
    return _rows(cases, lambda case: case.request.agency, known.agency_name)


def by_unit(cases: Sequence[OpenCase], agency: str, known: Units) -> list[Row]:
    """The units of an agency that have open cases, and what no unit has; together they are
    `whole`."""

    def name(unit_id: str) -> str:
        if unit_id == WHOLE_AGENCY:
            return "Belum di unit"
        return units.name(known, agency, unit_id)

    return _rows(cases, lambda case: case.request.unit or WHOLE_AGENCY, name)


def whole(cases: Iterable[OpenCase], name: str) -> Row:
    """All of some cases as one row."""
    return _row("", name, list(cases))


def by_deadline(cases: Iterable[OpenCase]) -> list[OpenCase]:
    """Those that are due first, first; whose clock stands, last."""
    return sorted(cases, key=_rank)


def due(case: OpenCase) -> Deadline:
    """The deadline of its end."""
    return case.deadlines[-1]


def _rank(case: OpenCase) -> tuple[bool, str, str]:
    return due(case).is_standing, due(case).day.isoformat(), case.request.request_id


def _rows(
    cases: Sequence[OpenCase], key: Callable[[OpenCase], str], name: Callable[[str], str]
) -> list[Row]:
    groups: dict[str, list[OpenCase]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    rows = [_row(id_, name(id_), group) for id_, group in groups.items()]
    return sorted(rows, key=lambda row: (-row.late, -row.soon, -row.open, row.name))


def _row(id_: str, name: str, cases: Sequence[OpenCase]) -> Row:
    return Row(
        id=id_,
        name=name,
        open=len(cases),
        fresh=sum(case.request.status in _FRESH for case in cases),
        soon=sum(nearest(case.deadlines) is not None for case in cases),
        late=sum(latest(case.deadlines) is not None for case in cases),
    )
