"""A text and where intake sends it."""

from datetime import date

from appliance.domain.cases.routing import Facts, Route, route
from appliance.domain.cases.service_request import Kind
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.triage.judgement import classify

TODAY = date(2026, 11, 21)


def routed(text: str, on: date | None = TODAY, category: str | None = None) -> Route:
    """As intake routes a text."""
    triage = classify(text)
    facts = Facts(
        text=text,
        accusation=triage.accusation,
        is_emergency=triage.kind is Kind.EMERGENCY,
        is_in_city=triage.kelurahan is not None,
    )
    return route(category or triage.category, facts, on, as_shipped())
