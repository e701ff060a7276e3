"""Which agency answers for a request: by a dated table, never the accused, never a guess. Pure.

A request is judged by the row that is valid on the day it arrives, and keeps the version of the
tables it was judged by. Staff decide on what is said to be another's business (docs/routing.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from appliance.domain import reference
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.reference import FALLBACK_CATEGORY
from appliance.domain.triage.accusation import Accusations, demands_money
from appliance.domain.triage.jurisdiction import Destination, Jurisdiction
from appliance.domain.triage.lexicon import TOPIC_WEIGHTS

BRIBERY = "pungli_aparat"
_SURE, _LIKELY = TOPIC_WEIGHTS["strong"], TOPIC_WEIGHTS["plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who answers for a category from one day to another, both included; None is open."""

    category: str
    agency: str
    supporting: tuple[str, ...]
    instead: tuple[str, ...]
    """Who gets it where the agency itself is accused, in this order."""
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a request beside its category."""

    text: str
    accusation: float = 0.0
    """How strongly its words tell of bribes: a weight of `TOPIC_WEIGHTS`."""
    is_emergency: bool = False
    is_in_city: bool = False
    """A kelurahan of the city is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request goes; `destination` is a proposal, or a note where it is not certain."""

    agency: str
    supporting: tuple[str, ...]
    destination: Destination | None
    accused: frozenset[str]
    version: int
    reasons: tuple[str, ...]

    @property
    def proposal(self) -> Destination | None:
        """Who else the resident is told answers for it, until an officer has decided."""
        return self.destination if self.destination and self.destination.is_certain else None


class Tables(Protocol):
    """What routing looks things up in."""

    @property
    def routing(self) -> Mapping[str, Sequence[Rule]]: ...
    @property
    def routing_version(self) -> int: ...
    @property
    def accusations(self) -> Accusations: ...
    @property
    def jurisdiction(self) -> Jurisdiction: ...


def parse(table: Iterable[Mapping[str, str]]) -> dict[str, tuple[Rule, ...]]:
    """The rules of a table by category, oldest first; raises KeyError or ValueError."""
    rules = sorted((_rule(row) for row in table), key=lambda rule: rule.valid_from)
    return {
        category: tuple(rule for rule in rules if rule.category == category)
        for category in dict.fromkeys(rule.category for rule in rules)
    }


def route(category: str, facts: Facts, on: date | None, tables: Tables) -> Route:
    """Judge a request that arrives `on` a local day; None where no clock can be trusted: today's
    rules, the newest, count then."""
    rule = rule_of(category, on, tables)
    accused = _accused(category, facts, tables)
    if accused or category == BRIBERY:
        overseer = rule_of(BRIBERY, on, tables)
        chain = (overseer.agency, *overseer.instead)
        if _is_another_matter(category, facts):
            chain = (rule.agency, *chain)
        return _kept_from(accused, chain, tables)
    destination = None
    if not facts.is_emergency:
        destination = tables.jurisdiction.elsewhere(
            facts.text, category, rule.agency, is_in_city=facts.is_in_city
        )
    is_others = destination is not None and destination.is_certain
    return Route(
        agency=destination.agency if destination and is_others else rule.agency,
        supporting=() if is_others else rule.supporting,
        destination=destination,
        accused=accused,
        version=tables.routing_version,
        reasons=(f"urusan lain: {destination.id}",) if destination else (),
    )


def rule_of(category: str, on: date | None, tables: Tables) -> Rule:
    """The rule of a day; before the first there was none, so the first counts.

    A category that the table does not know is routed as the fallback is.
    """
    rules = tables.routing.get(category) or tables.routing[FALLBACK_CATEGORY]
    if on is None:
        return rules[-1]
    return next((rule for rule in reversed(rules) if rule.valid_from <= on), rules[0])


def _accused(category: str, facts: Facts, tables: Tables) -> frozenset[str]:
    """Whom the text accuses; a hint of money is an accusation only where somebody is named."""
    is_told = facts.accusation >= _LIKELY or demands_money(facts.text)
    if category != BRIBERY and not is_told:
        return frozenset()
    return tables.accusations.accused(facts.text)


def _is_another_matter(category: str, facts: Facts) -> bool:
    """Whether bribes are told only beside what has to go to its own unit: danger, violence, crime,
    or anything else where they are no more than hinted at."""
    known = reference.categories().get(category)
    is_secret = known is not None and known.sensitivity is Sensitivity.CONFIDENTIAL
    return category != BRIBERY and (is_secret or facts.is_emergency or facts.accusation < _SURE)


def _kept_from(accused: frozenset[str], chain: Iterable[str], tables: Tables) -> Route:
    """To the first who is not accused, and to nobody beside."""
    return Route(
        agency=next(agency for agency in chain if agency not in accused),
        supporting=(),
        destination=None,
        accused=accused,
        version=tables.routing_version,
        reasons=tuple(f"terlapor: {agency}" for agency in sorted(accused)),
    )


def _rule(row: Mapping[str, str]) -> Rule:
    return Rule(
        category=row["category"],
        agency=row["agency"],
        supporting=_many(row["supporting"]),
        instead=_many(row["instead"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
    )


def _many(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))
