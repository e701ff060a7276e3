"""What triage and routing make of a request as it reads now, for the staff who look at it."""

import sqlite3
from dataclasses import dataclass

from appliance.actions.cases import intake
from appliance.domain.cases import standing
from appliance.domain.cases.service_request import Draft, ServiceRequest
from appliance.domain.events.requests import Judged
from appliance.domain.moment import Moment
from appliance.domain.privacy.erasure import ERASED_TEXT
from appliance.domain.triage.judgement import classify
from appliance.store.city import city_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the box would choose, and why."""

    kind: str
    category: str
    kelurahan: str | None
    agency: str
    judged: Judged

    @property
    def percent(self) -> int:
        """How sure it is of the category."""
        return round(self.judged.confidence * 100)


def suggestion(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> Suggestion | None:
    """None of a request whose words are not here (any more)."""
    if request.sealed or request.text == ERASED_TEXT:
        return None
    triage = classify(request.text)
    draft = Draft(
        channel=request.channel,
        text=request.text,
        submission_id=request.id,
        location=request.location,
        kelurahan=request.kelurahan,
    )
    routed = intake.route_of(db, draft, triage, now)
    place_names = city_tables.in_force(db).place_names
    return Suggestion(
        kind=triage.kind,
        category=triage.category,
        kelurahan=place_names.named_by(request.text, request.location),
        agency=routed.agency,
        judged=standing.judged(request.sensitivity, triage, routed),
    )
