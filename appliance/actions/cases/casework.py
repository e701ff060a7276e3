"""Applying what the city decided, exactly once and in its order.

The city checks each move against the table of statuses; the box obeys, since a move it would not
have made is still what the city's officers see.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from appliance.actions.box import software
from appliance.actions.cases import correcting, photos
from appliance.actions.city import commanding
from appliance.actions.officials import directory, forwarding, reply_outcomes
from appliance.actions.privacy import erasing
from appliance.actions.public import documents
from appliance.actions.sms import texting
from appliance.actions.staff import staff_actions
from appliance.domain.cases.service_request import OVER, ServiceRequest, Status, StatusEntry
from appliance.domain.city import pushed_settings, table_checks, wire
from appliance.domain.city.pushed_settings import Layer
from appliance.domain.city.topics import Lane
from appliance.domain.errors import BadInput, WireError
from appliance.domain.events import Event
from appliance.domain.events.files import (
    DocumentPublished,
    DocumentWithdrawn,
    PhotoSettled,
    SoftwarePublished,
    SoftwareWithdrawn,
)
from appliance.domain.events.orders import CommandIssued, TablePublished
from appliance.domain.events.privacy import ErasureOrdered
from appliance.domain.events.requests import RequestCorrected, RequestStatusChanged
from appliance.domain.events.staff import OfficialAnswered, StaffAnswered
from appliance.domain.moment import Moment, plausible, to_ms
from appliance.domain.officials import official
from appliance.store.cases import requests
from appliance.store.city import city_tables, inbox
from appliance.store.database import savepoint, transaction
from appliance.store.officials import chases

DOWN_LANE = Lane.COMPLAINTS
"""All that travels down is one stream."""
MESSAGE_MAX_CHARS = 1_000
AGENCY_MAX_CHARS = 40
SOURCE_MAX_CHARS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What every event of a batch shares."""

    epoch: str
    sent: wire.Clock
    signed_by: str
    """The public key that the batch was checked with; empty if nobody has checked."""
    accept_settings: Callable[[Layer], None]
    """Raises BadInput for settings of the city with which those of this box would be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How far a downlink stream is applied after a batch."""

    upto: int
    want: int | None
    """Set when events are missing before the batch."""
    rejects: tuple[wire.Reject, ...]


def apply_batch(
    db: sqlite3.Connection,
    batch: wire.Batch,
    now: Moment,
    *,
    signed_by: str = "",
    accept_settings: Callable[[Layer], None] = lambda _: None,
) -> Applied:
    """Apply a downlink batch in one transaction: old events are skipped, a gap is refused.

    An event that does not fit is stored with the reason and reported, also when its batch comes
    again; its followers flow on.
    Raises WireError `lane` for a batch of another lane.
    """
    rejects: list[wire.Reject] = []
    if batch.lane != DOWN_LANE:
        raise WireError("lane", f"the downlink is {DOWN_LANE}, not {batch.lane}")
    origin = Origin(
        epoch=batch.epoch,
        sent=batch.sent,
        signed_by=signed_by,
        accept_settings=accept_settings,
    )
    with transaction(db):
        cursor = inbox.applied_seq(db, batch.epoch)
        if batch.first > cursor + 1:
            return Applied(upto=cursor, want=cursor + 1, rejects=())
        rejects += inbox.rejected(db, batch.epoch, batch.first, cursor)
        for seq, event in enumerate(batch.events, start=batch.first):
            if seq <= cursor:
                continue
            inbox.advance(db, batch.epoch, seq, now.wall)
            if reject := _apply(db, origin, seq, event, now):
                rejects.append(reject)
            cursor = seq
    return Applied(upto=cursor, want=None, rejects=tuple(rejects))


def _apply(
    db: sqlite3.Connection, origin: Origin, seq: int, event: wire.WireEvent, now: Moment
) -> wire.Reject | None:
    payload = erasing.allowed(db, event.y, bytes(event.d))
    code = ""
    try:
        known = wire.decode_event(event.y, payload)
        with savepoint(db):
            outcome, detail = _obey(db, known, origin, now)
    except WireError as error:
        outcome, detail, code = "rejected", error.detail, error.code
    except (BadInput, ValueError, OverflowError, sqlite3.IntegrityError) as error:
        outcome, detail, code = "rejected", str(error), "event"
    inbox.keep(
        db,
        epoch=origin.epoch,
        seq=seq,
        kind=event.y,
        payload=payload.decode("utf-8", "replace"),
        outcome=outcome,
        detail=detail,
        at=now.wall,
    )
    return wire.Reject(seq=seq, code=code, msg=detail[:200]) if code else None


def _obey(
    db: sqlite3.Connection, known: Event | None, origin: Origin, now: Moment
) -> tuple[str, str]:
    """Do what an event says; return how to keep it, and a remark."""
    match known:
        case RequestStatusChanged():
            _change_status(db, known, now)
        case CommandIssued():
            _accept_command(db, known, origin, now)
        case TablePublished():
            return "applied", _replace_table(db, known, origin, now)
        case RequestCorrected():
            correcting.correct(db, known, now)
        case OfficialAnswered():
            reply_outcomes.settle(db, known, now)
        case StaffAnswered():
            staff_actions.answered(db, known)
        case PhotoSettled():
            photos.settled(db, known, now)
        case ErasureOrdered():
            erasing.ordered(db, known, now)
        case DocumentPublished():
            documents.published(db, known, now)
        case DocumentWithdrawn():
            documents.withdrawn(db, known, now)
        case SoftwarePublished() | SoftwareWithdrawn():
            software.told(db, known, now)
        case _:
            return "unknown_kind", ""
    return "applied", ""


def _change_status(db: sqlite3.Connection, event: RequestStatusChanged, now: Moment) -> None:
    request = requests.by_id(db, event.request_id)
    if request is None:
        raise BadInput("no such request on this box")
    try:
        status = Status(event.status)
    except ValueError:
        raise BadInput(f"{event.status!r} is not a status this release knows") from None
    entry = StatusEntry(
        status=status,
        message=event.message[:MESSAGE_MAX_CHARS],
        agency=(event.agency or "")[:AGENCY_MAX_CHARS] or None,
        at=plausible(event.changed_at, "changed_at"),
        source=event.source[:SOURCE_MAX_CHARS],
    )
    requests.set_status(db, request.id, entry)
    texting.queue_status_change(db, request, entry, now)
    _ask_officials(db, request, entry, now)


def _ask_officials(
    db: sqlite3.Connection, before: ServiceRequest, entry: StatusEntry, now: Moment
) -> None:
    """Ask nobody any more about a case that moves, unless it is begun anew or goes elsewhere."""
    chases.end(db, before.id)
    after = requests.by_id(db, before.id)
    is_moved = after is not None and after.agency != before.agency
    is_reopened = entry.status is Status.REOPENED != before.status
    if after is not None and (is_reopened or (is_moved and after.status not in OVER)):
        forwarding.forward(db, after, now)


def _accept_command(
    db: sqlite3.Connection, event: CommandIssued, origin: Origin, now: Moment
) -> None:
    plausible(event.issued_at, "issued_at")
    sent_ms = origin.sent.wall
    city_ms = to_ms(event.issued_at) if sent_ms is None else sent_ms
    commanding.accept(db, event, now, city_ms=city_ms, signed_by=origin.signed_by)


def _replace_table(
    db: sqlite3.Connection, event: TablePublished, origin: Origin, now: Moment
) -> str:
    table_checks.check(event.name, event.rows, city_tables.in_force(db))
    if event.name == pushed_settings.TABLE:
        origin.accept_settings(pushed_settings.parse(event.rows))
    if city_tables.replace(db, event.name, event.version, event.rows, now.wall):
        if event.name == official.TABLE:
            directory.publish(db, event, now)
        return ""
    return "not newer than the version that is there"
