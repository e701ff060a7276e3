"""A report of LAPOR! -> a request of the city, and back. Pure; judged as a box judges."""

import csv
from functools import cache
from hashlib import sha256
from pathlib import Path

from appliance.domain import reference
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.moment import to_ms
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import masking
from appliance.domain.reference import Category
from appliance.domain.triage import gazetteer
from appliance.domain.triage.verdict import Triage
from command_center.cases.city_filing import Filing
from command_center.lapor import words
from command_center.lapor.messages import NewReport, Report
from command_center.store.cases.requests import CityRequest
from command_center.store.lapor.lapor_links import LaporLink

CHANNEL = "lapor"
_FALLBACK_NAME = "(tanpa keterangan tempat)"


def request_id(tracking_id: str) -> str:
    """The id of a report of LAPOR! here, so that it cannot become two requests."""
    return f"lapor-{tracking_id}"


def transaction_id(city: str, request_id: str, history_id: int = 0, at_ms: int = 0) -> str:
    """By what LAPOR! knows a thing that it is told: the same whenever it is told again, even by a
    city that was restored from a backup."""
    told = f"{request_id}/{history_id}/{at_ms}" if history_id else request_id
    return f"posko-{city}-{sha256(told.encode()).hexdigest()[:32]}"


def filing(report: Report, triage: Triage) -> Filing:
    """The report as the city takes what comes without a box."""
    return Filing(
        category=_category(report.topic, triage),
        text=report.text,
        location=report.place,
        kelurahan=gazetteer.kelurahan(report.place),
        phone=_phone(report.phone),
        name=report.name or None,
    )


def outgoing(
    request: CityRequest, link: LaporLink, transaction: str, topics: dict[str, str]
) -> NewReport:
    """A request as LAPOR! gets it: what the public or a stranger may read is masked, and a phone
    number never goes."""
    is_open = link.is_anonymous or not link.is_secret
    topic = _topic_of().get(request.category, "")
    return NewReport(
        transaction_id=transaction,
        text=masking.mask(request.text, name=request.name) if is_open else request.text,
        kind=words.kind_told(request.kind),
        topic=topics.get(topic.casefold(), ""),
        place=_place(request),
        at=request.occurred_at,
        is_secret=link.is_secret,
        is_anonymous=link.is_anonymous,
        name=request.name or "",
    )


def is_secret(request: CityRequest, *, may_be_shown: bool) -> bool:
    """Whether LAPOR! may not show a request: it is not for everybody, or nobody agreed."""
    return request.sensitivity != Sensitivity.PUBLIC or not may_be_shown


def occurred_ms(report: Report, now_ms: int) -> int:
    """When it was reported to LAPOR!, as far as that can be."""
    return now_ms if report.at is None else min(to_ms(report.at), now_ms)


def _category(topic: str, triage: Triage) -> Category:
    """What its text tells of; else the first of ours that its topic covers."""
    known = reference.categories()
    if triage.category != reference.FALLBACK_CATEGORY:
        return known[triage.category]
    covered = (c for c, t in _topic_of().items() if t.casefold() == topic.casefold())
    return known[next(covered, reference.FALLBACK_CATEGORY)]


def _place(request: CityRequest) -> str:
    name = reference.any_kelurahan_name(request.kelurahan) if request.kelurahan else ""
    kelurahan = f"Kel. {name}" if name else ""
    return ", ".join(filter(None, (request.location, kelurahan))) or _FALLBACK_NAME


def _phone(text: str) -> str | None:
    try:
        return Msisdn.parse(text).e164 if text else None
    except BadInput:
        return None


@cache
def _topic_of() -> dict[str, str]:
    """The topic of LAPOR! for each category, as far as they have one."""
    text = Path(__file__).with_name("topics.csv").read_text(encoding="utf-8")
    return {row["category"]: row["topic"] for row in csv.DictReader(text.splitlines())}
