"""Why a request stands where it does, in words for officers. Pure."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from appliance.domain.cases.service_request import Sensitivity, Status
from appliance.domain.city.city_tables import SHIPPED_VERSION, Tables
from appliance.domain.events.requests import Judged
from appliance.domain.moment import stored
from command_center import wording
from command_center.cases.casework import referral
from command_center.store.cases.requests import CityRequest

_UNDECIDED = frozenset({Status.RECEIVED, Status.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What triage and routing made of a request."""

    top3: tuple[str, ...]
    percent: int
    reasons: tuple[str, ...]
    supporting: tuple[str, ...]
    note: str
    """Who else may answer for it; staff look."""
    routed_by: datetime | None
    """When the tables that chose the agency were published; None for those of a release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """That it is not the city's business, ready to be confirmed with one press."""

    destination: str
    message: str
    can_be_told: bool
    """False of a confidential request, whose reporter is only told to ask."""


def why(request: CityRequest, tables: Tables) -> Why | None:
    """None of a request from a box that does not say."""
    if request.judged is None:
        return None
    judged = msgspec.json.decode(request.judged, type=Judged)
    version = request.routing_version or SHIPPED_VERSION
    note = tables.jurisdiction.destinations.get(judged.note)
    return Why(
        top3=tuple(judged.top3),
        percent=round(judged.confidence * 100),
        reasons=tuple(judged.reasons),
        supporting=tuple(tables.agency_name(agency) for agency in judged.supporting),
        note=note.name if note else judged.note,
        routed_by=stored(version) if version > SHIPPED_VERSION else None,
    )


def proposal(request: CityRequest, tables: Tables) -> Proposal | None:
    """What the box proposes, while nobody has decided."""
    if not request.destination or request.status not in _UNDECIDED:
        return None
    found = tables.jurisdiction.destinations.get(request.destination)
    return Proposal(
        destination=found.name if found else request.destination,
        message=referral(found) if found else "",
        can_be_told=request.sensitivity != Sensitivity.CONFIDENTIAL,
    )


def categories_first(judged: Why | None) -> list[tuple[str, str]]:
    """The choices of a category, the likely ones first."""
    known = wording.categories()
    likely = [(id_, known[id_]) for id_ in (judged.top3 if judged else ()) if id_ in known]
    return likely + [(id_, name) for id_, name in known.items() if (id_, name) not in likely]
