"""The units of agencies that a case can be handed to: LPS, UPT, kecamatan, kelurahan. Pure.

A row of the table is one unit or, by its `scope`, one for each kelurahan or kecamatan of the city,
so that another city needs no other table.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.errors import BadInput

COLUMNS = ("agency", "unit", "name", "scope")
NAME_MAX_CHARS = 80
_ID = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
_PLACE = "{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A part of an agency; its id is unique within the agency."""

    agency: str
    id: str
    name: str
    place: str = ""
    """The code of the kelurahan or kecamatan that is its; empty for one of the whole city."""


Units = Mapping[str, Mapping[str, Unit]]
"""By agency, then by id, in the order of the table."""


def parse(rows: Iterable[tuple[int, Mapping[str, str]]], city: str) -> Units:
    """Read numbered rows for a city of four digits; raises BadInput that names the line."""
    found: dict[str, dict[str, Unit]] = {}
    for line, row in rows:
        try:
            for unit in _units(row, city):
                units = found.setdefault(unit.agency, {})
                if unit.id in units:
                    raise BadInput(f"{unit.agency} has {unit.id} twice")
                units[unit.id] = unit
        except BadInput as error:
            raise BadInput(f"line {line}: {error}") from None
    return found


def name(units: Units, agency: str, unit_id: str) -> str:
    """What people call a unit; one that the table no longer has is shown by its id."""
    unit = units.get(agency, {}).get(unit_id)
    return unit.name if unit else unit_id


def likely(units: Units, agency: str, kelurahan: str | None) -> str:
    """The unit whose place a case's kelurahan is; empty if there is none."""
    mine = (u for u in units.get(agency, {}).values() if u.place and u.place == kelurahan)
    found = next(mine, None)
    return found.id if found else ""


def _units(row: Mapping[str, str], city: str) -> Iterable[Unit]:
    if missing := [column for column in COLUMNS if column not in row]:
        raise BadInput(f"no column {', '.join(missing)}")
    if not _ID.fullmatch(row["agency"]) or not _ID.fullmatch(row["unit"]):
        raise BadInput("agency and unit are of A-Z, 0-9 and _, at most 20")
    name, scope = row["name"], row["scope"]
    if not 1 <= len(name) <= NAME_MAX_CHARS or bool(scope) is not (_PLACE in name):
        raise BadInput(f"name has 1 to {NAME_MAX_CHARS} characters, and {_PLACE} with a scope only")
    if not scope:
        return [Unit(agency=row["agency"], id=row["unit"], name=name)]
    return [
        Unit(
            agency=row["agency"],
            id=f"{row['unit']}-{code}",
            name=name.replace(_PLACE, place),
            place=code,
        )
        for code, place in _places(scope, city)
    ]


def _places(scope: str, city: str) -> list[tuple[str, str]]:
    match scope:
        case "kelurahan":
            return [(one.code, one.name) for one in reference.kelurahan_of_city(city)]
        case "kecamatan":
            return reference.kecamatan_of_city(city)
        case _:
            raise BadInput(f"scope is kelurahan, kecamatan or empty, not {scope[:20]!r}")
