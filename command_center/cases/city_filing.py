"""What comes without a box, and its judgement -> a request. Pure; judged as a box judges."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from appliance.domain import reference
from appliance.domain.cases import standing
from appliance.domain.cases.routing import Facts, Route, route
from appliance.domain.cases.service_request import Kind, Sensitivity, Status
from appliance.domain.city.city_tables import Tables
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import CITY_TIME, to_ms
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content
from appliance.domain.reference import Category
from appliance.domain.triage.verdict import Triage
from command_center.cases.dating import Quality
from command_center.store.cases.requests import CityRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A request as it was filed, told by telephone or taken from another program."""

    category: Category
    text: str
    location: str
    kelurahan: str | None
    phone: str | None
    name: str | None


def made(
    ticket: Ticket,
    site: SiteCode,
    filing: Filing,
    triage: Triage,
    *,
    known: Tables,
    now: datetime,
    channel: str,
    is_secret: bool = False,
) -> CityRequest:
    """The request that a filing becomes at the city itself; its ticket is its id too.

    `is_secret`: its reporter wants it to be confidential, whatever it tells of.
    """
    named = filing.kelurahan or triage.kelurahan
    kelurahan, at_ms = named or known.place_names.kelurahan(filing.text), to_ms(now)
    category = _category(filing, triage)
    routed = _route(
        category.id, filing, triage, known=known, now=now, is_in_city=kelurahan is not None
    )
    found = standing.sensitivity(category, triage, routed)
    secrecy = Sensitivity.CONFIDENTIAL if is_secret else found
    told = standing.judged(secrecy, triage, routed)
    return CityRequest(
        request_id=ticket.digits,
        site_code=site.value,
        epoch=channel,
        ticket=ticket.digits,
        channel=channel,
        kind=standing.kind(triage).value,
        category=category.id,
        sensitivity=secrecy.value,
        agency=routed.agency,
        text=filing.text,
        phone=filing.phone,
        name=filing.name,
        location=filing.location,
        kelurahan=kelurahan,
        created_ms=at_ms,
        occurred_ms=at_ms,
        time_quality=Quality.TRUSTED.value,
        received_ms=at_ms,
        status=Status.RECEIVED.value,
        updated_ms=at_ms,
        routing_version=routed.version,
        destination=routed.proposal.id if routed.proposal else None,
        judged=msgspec.json.encode(told).decode(),
    )


def content(request: CityRequest) -> Content:
    """What is sealed of a request."""
    return Content(
        request_id=request.request_id,
        at=request.created_at,
        said="laporan",
        text=request.text,
        category=request.category,
        phone=request.phone,
        name=request.name,
        location=request.location,
        kelurahan=request.kelurahan,
    )


def emptied(request: CityRequest, placeholder: str) -> CityRequest:
    """What the city keeps readable of a request that is sealed."""
    return msgspec.structs.replace(
        request,
        category=sealing.TOPIC,
        text=placeholder,
        phone=None,
        name=None,
        location=None,
        kelurahan=None,
        destination=None,
        judged=None,
    )


def _category(filing: Filing, triage: Triage) -> Category:
    """What the client chose; he could not choose what is confidential, so that is found."""
    told = reference.categories()[triage.category]
    is_secret = told.sensitivity is Sensitivity.CONFIDENTIAL and triage.kind is not Kind.SPAM
    return told if is_secret else filing.category


def _route(
    category: str,
    filing: Filing,
    triage: Triage,
    *,
    known: Tables,
    now: datetime,
    is_in_city: bool,
) -> Route:
    facts = Facts(
        text=f"{filing.text}\ndi {filing.location}",
        accusation=triage.accusation,
        is_emergency=triage.kind is Kind.EMERGENCY,
        is_in_city=is_in_city,
    )
    return route(category, facts, now.astimezone(CITY_TIME).date(), known)
