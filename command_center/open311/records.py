"""A request of the city as Open311 shows it to anybody. Pure.

The public sees the topic, the kelurahan and how far it has come; what was written, and what
officers say of it, only where its reporter agreed, of topics that are for everybody, and masked.
"""

from dataclasses import dataclass
from typing import Any

from appliance.domain import reference
from appliance.domain.cases.service_request import TEXT_MAX_CHARS, Sensitivity, Status
from appliance.domain.city.city_tables import Tables
from appliance.domain.ids import SiteCode
from appliance.domain.privacy import masking
from appliance.domain.sms.phrases import STATUS_WORDS
from command_center.store.cases.requests import CityRequest

CLOSED = (Status.CLOSED, Status.NOT_OURS, Status.ARCHIVED)
"""Finished for good; what is `selesai` still waits for its reporter's word."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A request that may be listed, with what belongs to it."""

    request: CityRequest
    may_be_read: bool
    """Its reporter agreed to have it shown."""
    reason: str = ""
    """What was last said of the status it has, if others than its reporter may hear it."""


def record(listed: Listed, tables: Tables) -> dict[str, Any]:
    """The fields of one request."""
    request = listed.request
    name = reference.categories()[request.category].name
    is_for_all = request.sensitivity == Sensitivity.PUBLIC
    is_shown = listed.may_be_read and is_for_all
    return {
        "service_request_id": request.request_id,
        "status": "closed" if request.status in CLOSED else "open",
        "status_notes": _notes(request, listed.reason if is_for_all else ""),
        "service_name": name,
        "service_code": request.category,
        "description": _masked(request, request.text) if is_shown else name,
        "agency_responsible": tables.agency_name(request.agency),
        "service_notice": None,
        "requested_datetime": request.received_at,
        "updated_datetime": request.updated_at,
        "expected_datetime": None,
        "address": _address(request),
        "address_id": request.kelurahan,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _notes(request: CityRequest, reason: str) -> str:
    word = next((word for s, word in STATUS_WORDS.items() if s == request.status), request.status)
    return f"{word}: {_masked(request, reason)}" if reason else word


def _masked(request: CityRequest, text: str) -> str:
    return masking.mask(text, name=request.name)[:TEXT_MAX_CHARS]


def _address(request: CityRequest) -> str | None:
    """No nearer than the kelurahan: a place in words may be somebody's house."""
    if request.kelurahan is None:
        return None if request.site.is_city else f"Kec. {reference.kecamatan_name(request.site)}"
    name = reference.any_kelurahan_name(request.kelurahan)
    if not reference.is_kelurahan(request.kelurahan):
        return name
    site = SiteCode(request.kelurahan.rpartition(".")[0])
    return f"Kel. {name}, Kec. {reference.kecamatan_name(site)}"
