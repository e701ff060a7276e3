"""The tables that a city may replace, and those in force: the city's where it has published one.

What is shipped (`data/*.csv`) counts until then. Pure; what a table must look like is in
`table_checks`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from appliance.domain import home, reference
from appliance.domain.cases import routing, working_days
from appliance.domain.cases.routing import Rule
from appliance.domain.cases.working_days import WorkingCalendar
from appliance.domain.reference import Agency
from appliance.domain.triage import jurisdiction, place_names
from appliance.domain.triage.accusation import Accusations
from appliance.domain.triage.jurisdiction import Destination, Jurisdiction
from appliance.domain.triage.place_names import PlaceNames

Rows = Sequence[Mapping[str, str]]

SHIPPED_VERSION = 2026_11
"""Raised whenever a release ships other tables to route by. The city's versions are times, and so
are higher."""
_JUDGED_BY = ("routing", "agencies", "destinations")


@dataclass(frozen=True, slots=True)
class Published:
    """A table as the city has sent it."""

    version: int
    rows: Rows


def _sla_of(table: Rows) -> dict[str, int]:
    return {row["category"]: int(row["finish_days"]) for row in table}


_PARSERS: dict[str, Callable[[Rows], Any]] = {
    "agencies": reference.agencies_of,
    "routing": routing.parse,
    "destinations": jurisdiction.parse,
    "sla": _sla_of,
    "holidays": working_days.of_table,
    place_names.TABLE: place_names.parse,
}
NAMES = tuple(_PARSERS)


def shipped(name: str) -> list[dict[str, str]]:
    """The rows of a table as this release brings them."""
    if name == "sla":
        return [
            {
                "category": row["id"],
                "finish_days": row["sla_selesai_hk"],
                "basis": row["sla_dasar"],
            }
            for row in reference.rows("categories.csv")
        ]
    return reference.rows(f"{name}.csv")


class Tables:
    """What is in force; a published table that this release cannot read is left out."""

    def __init__(self, published: Mapping[str, Published]) -> None:
        self.versions = dict.fromkeys(NAMES, SHIPPED_VERSION)
        self.problems: dict[str, str] = {}
        parsed = dict(_shipped())
        for name in NAMES:
            if name in published:
                try:
                    parsed[name] = _PARSERS[name](published[name].rows)
                    self.versions[name] = published[name].version
                except (KeyError, ValueError) as error:
                    self.problems[name] = f"{type(error).__name__}: {error}"
        self.agencies: dict[str, Agency] = parsed["agencies"]
        self.routing: dict[str, tuple[Rule, ...]] = _shipped()["routing"] | parsed["routing"]
        self.destinations: tuple[Destination, ...] = parsed["destinations"]
        self.finish_days: dict[str, int] = _shipped()["sla"] | parsed["sla"]
        self.calendar: WorkingCalendar = parsed["holidays"]
        self.place_names: PlaceNames = parsed[place_names.TABLE]

    @property
    def routing_version(self) -> int:
        """The newest of the tables that a request is judged by."""
        return max(self.versions[name] for name in _JUDGED_BY)

    @cached_property
    def accusations(self) -> Accusations:
        """The agencies' names."""
        return Accusations(self.agencies.values())

    @cached_property
    def jurisdiction(self) -> Jurisdiction:
        """The destinations, ready to be found."""
        return Jurisdiction(self.destinations)

    def working(self) -> dict[str, Agency]:
        """The agencies of today by id."""
        return {id_: agency for id_, agency in self.agencies.items() if not agency.is_former}

    def agency_name(self, agency_id: str) -> str:
        """Short name for people; also of an agency that is in the shipped table only."""
        agency = self.agencies.get(agency_id)
        return agency.short_name if agency else reference.agency_name(agency_id)


@home.once
def as_shipped() -> Tables:
    """The tables of this release."""
    return Tables({})


@home.once
def _shipped() -> dict[str, Any]:
    return {name: parse(shipped(name)) for name, parse in _PARSERS.items()}
