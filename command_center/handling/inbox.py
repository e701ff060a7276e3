"""What an agency and its units have to do: a row of counts for each. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appliance.domain.city.city_tables import Tables
from command_center.handling import units
from command_center.handling.units import Units
from command_center.store.cases.requests import WHOLE_AGENCY
from command_center.store.handling.open_requests import Count


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


def by_agency(counts: Sequence[Count], known: Tables) -> list[Row]:
    """The agencies that have open cases, those with most late ones first."""
    return _rows(counts, lambda count: count.agency, known.agency_name)


def by_unit(counts: Sequence[Count], agency: str, known: Units) -> list[Row]:
    """The units of an agency that have open cases, and what no unit has; together they are
    `whole`."""

    def name(unit_id: str) -> str:
        if unit_id == WHOLE_AGENCY:
            return "Belum di unit"
        return units.name(known, agency, unit_id)

    return _rows(counts, lambda count: count.unit or WHOLE_AGENCY, name)


def whole(counts: Iterable[Count], name: str) -> Row:
    """All of some counts as one row."""
    return _row("", name, list(counts))


def _rows(
    counts: Sequence[Count], key: Callable[[Count], str], name: Callable[[str], str]
) -> list[Row]:
    groups: dict[str, list[Count]] = {}
    for count in counts:
        groups.setdefault(key(count), []).append(count)
    rows = [_row(id_, name(id_), group) for id_, group in groups.items()]
    return sorted(rows, key=lambda row: (-row.late, -row.soon, -row.open, row.name))


def _row(id_: str, name: str, counts: Sequence[Count]) -> Row:
    return Row(
        id=id_,
        name=name,
        open=sum(count.open for count in counts),
        fresh=sum(count.fresh for count in counts),
        soon=sum(count.soon for count in counts),
        late=sum(count.late for count in counts),
    )
