"""Taking a service request in: the same act for every channel."""

import sqlite3
from dataclasses import dataclass, replace

from appliance.actions.cases import alerting, joining, photos, recordings, weighing
from appliance.actions.cases.photos import StagedPhoto
from appliance.actions.cases.recordings import StagedRecording
from appliance.actions.officials import forwarding
from appliance.actions.privacy import consenting, sealing
from appliance.actions.sms import texting
from appliance.domain import quota, reference
from appliance.domain.cases import recording, standing
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.routing import Facts, Route, route
from appliance.domain.cases.service_request import (
    Draft,
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
)
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import Judged, RequestReceived
from appliance.domain.moment import Moment
from appliance.domain.privacy.sealing import Holder
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage
from appliance.store.box import this_box as box
from appliance.store.cases import requests, ticket_pins
from appliance.store.city import city_tables, outbox
from appliance.store.database import transaction
from appliance.store.privacy import erasures

FAR_BEYOND = 10
"""So many times its limit a device may report; beyond, only its page answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The request is committed; its ticket may be shown."""

    request: ServiceRequest
    is_new: bool
    """False when an earlier submission is answered again, or joined."""
    is_joined: bool = False
    """The submission is an entry of a request that was there before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was stored: too much came from this device, or (0) this very report was erased."""

    retry_after_s: int

    @property
    def wait_minutes(self) -> int:
        """The same, as people are told."""
        return -(-self.retry_after_s // 60)


def receive(
    db: sqlite3.Connection,
    draft: Draft,
    now: Moment,
    *,
    origin: str | None = None,
    limit: quota.Quota | None = None,
    photo: StagedPhoto | None = None,
    voice: StagedRecording | None = None,
) -> Receipt | Refused:
    """Store a request, its event for the city and the texts it causes, in one transaction.

    Repeating a submission returns the first receipt. What goes on about the sender's own request
    becomes an entry of it (`joining`). What is over the `limit` of one device (`origin`) is kept
    and marked for a person; far beyond it nothing is, since one device must not fill the disk. The
    request is stored even if its photo or voice cannot be.
    """
    triage = classify(recording.words_of(draft.text) if draft.is_spoken else draft.text)
    with transaction(db, leaves_reserve=triage.kind is not Kind.EMERGENCY):
        outcome = receive_in(
            db, draft, triage, now, origin=origin, limit=limit, brings_photo=photo is not None
        )
        if isinstance(outcome, Receipt) and outcome.is_new:
            texting.queue_receipt(db, outcome.request, now)
            hand_on(db, outcome.request, now)
            if voice is not None:
                recordings.attach(db, outcome.request, voice, now)
        if photo is not None and isinstance(outcome, Receipt):
            photos.attach(db, outcome.request, photo, now)
        return outcome


def receive_in(
    db: sqlite3.Connection,
    draft: Draft,
    triage: Triage,
    now: Moment,
    *,
    origin: str | None = None,
    limit: quota.Quota | None = None,
    brings_photo: bool = False,
    is_flood: bool = False,
) -> Receipt | Refused:
    """As `receive`, inside the caller's transaction and without any text; `is_flood` says that its
    sender is over his limit."""
    if (earlier := requests.by_id(db, draft.submission_id)) is not None:
        return Receipt(request=earlier, is_new=False)
    if erasures.of(db, draft.submission_id) is not None:
        return Refused(retry_after_s=0)
    if (earlier := joining.submitted(db, draft.submission_id)) is not None:
        return Receipt(request=earlier, is_new=False, is_joined=True)
    if origin and limit:
        attempts = requests.attempts_since(db, origin, now.wall - limit.window)
        if exceeded := quota.check(_far_beyond(limit), attempts, now.wall):
            return Refused(exceeded.retry_after_s)
        is_flood = is_flood or quota.check(limit, attempts, now.wall) is not None
    routed = route_of(db, draft, triage, now)
    request = _request(db, draft, triage, routed, now)
    joined = None
    if not draft.is_spoken:
        joined = joining.same(db, draft, request, now, origin=origin, brings_photo=brings_photo)
    if origin:
        requests.add_attempt(db, origin, now.wall, (joined or request).ticket)
    if joined is not None:
        joining.join(db, joined, draft, now)
        if draft.reporter_phone is not None and draft.reporter_phone == joined.reporter_phone:
            consenting.record(db, joined, draft.consents, now)
        return Receipt(request=joined, is_new=False, is_joined=True)
    request = replace(
        request,
        marks=_marks(db, draft, request, triage, now, is_flood=is_flood),
        duplicate_of=None if draft.is_spoken else joining.parent(db, request, now),
    )
    request = sealing.protect(db, request)
    _store(db, request, standing.judged(request.sensitivity, triage, routed), now)
    if draft.pin and request.sensitivity is not Sensitivity.CONFIDENTIAL:
        ticket_pins.add(db, request.id, draft.pin)
    consenting.record(db, request, draft.consents, now)
    return Receipt(request=request, is_new=True)


def sealed_to(db: sqlite3.Connection, draft: Draft, now: Moment) -> Holder | None:
    """To whom what comes with a draft must be sealed before it is written; None if to nobody."""
    triage = classify(draft.text)
    routed = route_of(db, draft, triage, now)
    return sealing.holder(
        db, standing.sensitivity(_category(draft, triage), triage, routed), routed.agency
    )


def hand_on(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> None:
    """Tell a new request to those who must act; a flood waits for a person to judge it."""
    alerting.begin(db, request, now)
    if Mark.FLOOD not in request.marks:
        forwarding.forward(db, request, now)


def _marks(
    db: sqlite3.Connection,
    draft: Draft,
    request: ServiceRequest,
    triage: Triage,
    now: Moment,
    *,
    is_flood: bool,
) -> frozenset[Mark]:
    found = weighing.marks(db, request, triage, now, is_flood=is_flood)
    return found | {Mark.VOICE} if draft.is_spoken else found


def _far_beyond(limit: quota.Quota) -> quota.Quota:
    return replace(limit, limit=limit.limit * FAR_BEYOND)


def _category(draft: Draft, triage: Triage) -> reference.Category:
    known = reference.categories()
    return known[draft.category if draft.category in known else triage.category]


def route_of(db: sqlite3.Connection, draft: Draft, triage: Triage, now: Moment) -> Route:
    """By the tables in force, on the day of arrival if the box knows it."""
    known = city_tables.in_force(db)
    facts = Facts(
        text=f"{draft.text}\ndi {draft.location}" if draft.location else draft.text,
        accusation=triage.accusation,
        is_emergency=triage.kind is Kind.EMERGENCY,
        is_in_city=_kelurahan(db, draft) is not None,
    )
    day = now.day if now.is_trusted else None
    return route(_category(draft, triage).id, facts, day, known)


def _kelurahan(db: sqlite3.Connection, draft: Draft) -> str | None:
    """As picked, else as the words name it."""
    if draft.kelurahan:
        return draft.kelurahan
    return city_tables.in_force(db).place_names.named_by(draft.text, draft.location)


def _request(
    db: sqlite3.Connection, draft: Draft, triage: Triage, routed: Route, now: Moment
) -> ServiceRequest:
    return ServiceRequest(
        id=draft.submission_id,
        ticket=box.issue_ticket(db),
        channel=draft.channel,
        kind=_kind(draft, triage),
        category=_category(draft, triage).id,
        sensitivity=standing.sensitivity(_category(draft, triage), triage, routed),
        agency=routed.agency,
        status=Status.RECEIVED,
        text=draft.text,
        reporter_phone=draft.reporter_phone,
        reporter_name=draft.reporter_name,
        location=draft.location,
        kelurahan=_kelurahan(db, draft),
        created_at=now.wall,
        updated_at=now.wall,
        acked=False,
        routing_version=routed.version,
        destination=routed.proposal.id if routed.proposal else None,
    )


def _kind(draft: Draft, triage: Triage) -> Kind:
    if draft.is_question and triage.kind is not Kind.EMERGENCY:
        return Kind.INFORMATION
    return standing.kind(triage)


def _store(db: sqlite3.Connection, request: ServiceRequest, judged: Judged, now: Moment) -> None:
    lane = Lane.URGENT if request.kind is Kind.EMERGENCY else Lane.COMPLAINTS
    seq = outbox.append(db, lane, _received(request, judged), subject=request.id, now=now)
    requests.add(db, request, event_lane=lane, event_seq=seq)


def _received(request: ServiceRequest, judged: Judged) -> RequestReceived:
    phone = None if request.sealed else request.reporter_phone
    return RequestReceived(
        request_id=request.id,
        ticket=request.ticket.digits,
        channel=request.channel,
        kind=request.kind,
        category=request.category,
        sensitivity=request.sensitivity,
        agency=request.agency,
        text=request.text,
        created_at=request.created_at,
        reporter_phone=phone.e164 if phone else None,
        reporter_name=request.reporter_name,
        location=request.location,
        kelurahan=request.kelurahan,
        routing_version=request.routing_version,
        destination=request.destination,
        judged=None if request.sealed else judged,
        sealed=request.sealed,
        duplicate_of=request.duplicate_of,
        marks=sorted(request.marks),
    )
