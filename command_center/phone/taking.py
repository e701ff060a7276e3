"""A call becomes a request of the city itself, which has no box (ADR 0011).

It is judged and routed as everywhere; what the operator says otherwise is a correction, logged as
one. Ticket, request, consents and links are one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection, Engine

from appliance.domain import reference
from appliance.domain.cases import same_matter
from appliance.domain.cases.service_request import OVER, Channel, Sensitivity
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.events.privacy import ConsentChanged
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.privacy.consent import TEXT_VERSION
from appliance.domain.triage import gazetteer
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage
from command_center.cases import city_born, city_filing, correcting, linking
from command_center.cases.city_filing import Filing
from command_center.cases.correcting import Wanted
from command_center.pages.forms import NO_KELURAHAN
from command_center.phone.forms import Entry
from command_center.store import this_city
from command_center.store.cases import case_links, phone_entries, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.privacy import consents
from command_center.store.sending import tables

SAME_SHOWN = 5
_COMPARED = 200
_NOWHERE = Ticket.issue("00", 0)
"""Of a proposal, which has no ticket yet."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a call would become, and who has told of the same already."""

    request: CityRequest
    triage: Triage
    same: Sequence[CityRequest]


def propose(engine: Engine, entry: Entry, now: datetime) -> Proposal:
    """Judge a call and look for reports of the same matter; changes nothing."""
    with reading(engine) as connection:
        site = SiteCode.of_city(this_city.code(connection))
        request, triage = _judged(entry, _NOWHERE, site, tables.in_force(connection), now)
        return Proposal(request, triage, _same(connection, request, now))


def take(
    engine: Engine, entry: Entry, *, sealing_keys: Mapping[str, str], by: str, now: datetime
) -> str:
    """Store a call as it was confirmed, once for its page; return the id of the request.

    Raises BadInput in words for the operator.
    """
    with writing(engine) as connection:
        site = SiteCode.of_city(this_city.lock(connection))
        if known := phone_entries.request_of(connection, entry.entry_id):
            return known
        ticket = city_born.next_ticket(connection, site)
        request, triage = _judged(entry, ticket, site, tables.in_force(connection), now)
        same = _same(connection, request, now)
        note = "Dicatat dari telepon."
        city_born.store(connection, request, triage, sealing_keys, note=note, by=by, now=now)
        phone_entries.add(connection, entry.entry_id, request.request_id, by=by, now=now)
        _correct(connection, entry, request, by=by, now=now)
        _agree(connection, entry, request, now)
        _link(connection, entry, request, same, by=by, now=now)
    return request.request_id


def _judged(
    entry: Entry, ticket: Ticket, site: SiteCode, known: Tables, now: datetime
) -> tuple[CityRequest, Triage]:
    """As a box would have judged it, but for the topic and the place that the operator knows."""
    triage = classify(entry.text)
    if entry.kelurahan == NO_KELURAHAN:
        triage = replace(triage, kelurahan=None)
    filing = Filing(
        category=reference.categories()[entry.category or triage.category],
        text=entry.text,
        location=entry.location,
        kelurahan=_kelurahan(entry),
        phone=entry.phone,
        name=entry.name,
    )
    request = city_filing.made(
        ticket,
        site,
        filing,
        triage,
        known=known,
        now=now,
        channel=Channel.PHONE,
        is_secret=entry.is_secret,
    )
    return structs.replace(request, location=entry.location or None), triage


def _kelurahan(entry: Entry) -> str | None:
    if entry.kelurahan == NO_KELURAHAN:
        return None
    return entry.kelurahan or gazetteer.kelurahan(entry.location)


def _correct(
    connection: Connection, entry: Entry, request: CityRequest, *, by: str, now: datetime
) -> None:
    """What the operator knows better than triage and routing."""
    kind = entry.kind if entry.kind != request.kind else None
    agency = entry.agency if entry.agency != request.agency else None
    if kind or agency:
        stored = requests.by_id(connection, request.request_id)
        assert stored is not None, "we have just stored it"
        wanted = Wanted(kind=kind, agency=agency)
        correcting.correct_in(connection, stored, wanted, by=by, now=now)


def _agree(connection: Connection, entry: Entry, request: CityRequest, now: datetime) -> None:
    for purpose in entry.consents:
        event = ConsentChanged(
            request_id=request.request_id,
            purpose=purpose,
            is_given=True,
            text_version=TEXT_VERSION,
            language="id",
            channel=Channel.PHONE,
            at=now,
        )
        consents.put(connection, event)


def _link(
    connection: Connection,
    entry: Entry,
    request: CityRequest,
    same: Sequence[CityRequest],
    *,
    by: str,
    now: datetime,
) -> None:
    """Put it under the report that the operator chose from those proposed; without one it is a
    matter of its own."""
    if entry.parent:
        if entry.parent not in {one.request_id for one in same}:
            raise BadInput("Laporan itu tidak lagi cocok dengan panggilan ini; pilih lagi.")
        linking.link_in(connection, request.request_id, entry.parent, by=by, now=now)
    elif same:
        case_links.put(connection, request.request_id, None, by=by, now=now)


def _same(connection: Connection, request: CityRequest, now: datetime) -> list[CityRequest]:
    """Open reports of the same matter, the newest first; none of what is confidential."""
    if request.sensitivity == Sensitivity.CONFIDENTIAL:
        return []
    since = now - same_matter.OTHERS_WINDOW
    earlier = requests.lately(connection, request.category, since, request, _COMPARED)
    return [one for one in earlier if _is_same(request, one)][:SAME_SHOWN]


def _is_same(request: CityRequest, earlier: CityRequest) -> bool:
    if earlier.status in OVER or earlier.sensitivity == Sensitivity.CONFIDENTIAL:
        return False
    new, known = linking.matter_of(request), linking.matter_of(earlier)
    if request.phone and request.phone == earlier.phone and same_matter.is_own(new, known):
        return True
    return same_matter.is_others(new, known)
