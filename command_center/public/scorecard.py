"""The city's public report card: the figures of `report_card` for every agency, twice. Pure.

Once as everything was filed and moved, once without what is odd (`gaming`); ranks come from the
second. `exported` is all that an outsider needs to compute both again, without personal data.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from appliance.domain.cases import sla
from appliance.domain.city.city_tables import Tables
from appliance.domain.moment import to_ms
from appliance.domain.public.report_card import PERIOD, RANKED_FROM, Line, report_card
from command_center.public.gaming import Filed, Findings, findings, without

ALGORITHM = 2
"""Goes up when the same events give other figures, or `Row` or `Line` other fields."""
CONFIDENTIAL_STEP = 5
"""Confidential cases are told in fives, rounded down: below five nothing, and of whole months, so
that no two cards differ by what a day has brought."""

FIGURES = (
    *("count", "answered", "in_time", "to_finish", "finished_in_time"),
    *("median_days", "not_ours", "archived", "reopened"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One agency: `shown` is what ranks are made from, `raw` is with all that is odd."""

    agency: str
    name: str
    is_onboarded: bool
    is_of_city: bool
    shown: Line
    raw: Line
    confidential: int
    bursts: int
    mass_ended: int
    refiled: int

    @property
    def is_flagged(self) -> bool:
        """Whether something odd was found."""
        return bool(self.bursts or self.mass_ended or self.refiled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Everything that a card is made from."""

    until: datetime
    tables: Tables
    filed: Sequence[Filed]
    """Cases that are not confidential, in order of arrival, numbered."""
    onboarded: frozenset[str]
    confidential: Mapping[str, int]

    @property
    def since(self) -> datetime:
        """The first moment of the period."""
        return self.until - PERIOD


def scorecard(given: Input) -> list[Row]:
    """All agencies of today and those with cases, the ranked first, the best first."""
    found = findings(given.filed)
    raw, shown = (
        {line.agency: line for line in report_card(cases, given.until, given.tables)}
        for cases in (given.filed, without(given.filed, found))
    )
    odd = _odd(given.filed, found)
    ids = {*given.tables.working(), *raw}
    empty = Line(
        agency="", count=0, answered=0, in_time=0, median_days=None, overdue=0, not_ours=0,
        is_onboarded=False,
    )  # fmt: skip
    rows = [
        Row(
            agency=id_,
            name=given.tables.agency_name(id_),
            is_onboarded=id_ in given.onboarded,
            is_of_city=_is_of_city(given.tables, id_),
            shown=shown.get(id_, replace(empty, agency=id_)),
            raw=raw.get(id_, replace(empty, agency=id_)),
            confidential=given.confidential.get(id_, 0) // CONFIDENTIAL_STEP * CONFIDENTIAL_STEP,
            bursts=odd["bursts"][id_],
            mass_ended=odd["mass"][id_],
            refiled=odd["refiled"][id_],
        )
        for id_ in ids
    ]
    return sorted(rows, key=_place)


def _is_of_city(tables: Tables, id_: str) -> bool:
    agency = tables.agencies.get(id_)
    return agency is not None and agency.kind == "opd"


def _place(row: Row) -> tuple[float, int, str]:
    return row.shown.rank or float("inf"), -row.shown.count, row.agency


def _odd(filed: Sequence[Filed], found: Findings) -> dict[str, Counter[str]]:
    agency = {case.id: case.agency for case in filed}
    groups = {"bursts": found.bursts, "mass": found.mass_moves, "refiled": found.refiled}
    return {name: Counter(agency[id_] for id_ in ids) for name, ids in groups.items()}


def figures(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The card as plain values: what `/rapor.json` says and the independent script computes."""
    return [
        {
            "agency": row.agency,
            "rank": row.shown.rank,
            "figures": {name: getattr(row.shown, name) for name in FIGURES},
            "with_flagged": {name: getattr(row.raw, name) for name in FIGURES},
        }
        for row in rows
    ]


def about(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What else is public of each agency."""
    return [
        {
            "agency": row.agency,
            "name": row.name,
            "is_onboarded": row.is_onboarded,
            "confidential_at_least": row.confidential or None,
            "flags": {"bursts": row.bursts, "mass_ended": row.mass_ended, "refiled": row.refiled},
        }
        for row in rows
    ]


def exported(given: Input) -> dict[str, Any]:
    """The events behind a card: numbers, agencies, topics and times, nothing of a person."""
    found = findings(given.filed)
    known = {case.id: case for case in given.filed}
    return {
        "since_ms": to_ms(given.since),
        "until_ms": to_ms(given.until),
        "ranked_from": RANKED_FROM,
        "holidays": sorted(day.isoformat() for day in given.tables.calendar.holidays),
        "agencies": sorted(given.tables.working()),
        "cases": [_case(case, found, known, given.tables) for case in given.filed],
    }


def _case(
    case: Filed, found: Findings, known: Mapping[str, Filed], tables: Tables
) -> dict[str, Any]:
    terms = sla.terms(case.kind, case.category, tables)
    mass = found.mass_moves.get(case.id, frozenset())
    first = found.refiled.get(case.id)
    return {
        "case": int(case.id),
        "matter": int(case.duplicate_of or case.id),
        "agency": case.agency,
        "kind": case.kind,
        "category": case.category,
        "respond_days": terms.respond_days,
        "finish_days": terms.finish_days if case.finish_days is None else case.finish_days,
        "is_burst": case.id in found.bursts,
        "is_superseded": case.id in found.superseded,
        "first_filed_ms": to_ms(known[first].received_at) if first else None,
        "moves": [
            {"at_ms": to_ms(move.at), "status": str(move.status), "is_mass": n in mass}
            for n, move in enumerate(case.history)
        ],
    }
