"""Applying what the city decided, exactly once and in its order.

The city checks each move against the table of statuses; the box obeys, since a move it would not
have made is still what the city's officers see.
"""

import sqlite3
from dataclasses import dataclass

from appliance.actions import texting
from appliance.domain import wire
from appliance.domain.errors import BadInput, WireError
from appliance.domain.events import RequestStatusChanged
from appliance.domain.moment import Moment, plausible
from appliance.domain.service_request import Status, StatusEntry
from appliance.domain.topics import Lane
from appliance.store import inbox, requests
from appliance.store.database import savepoint, transaction

DOWN_LANE = Lane.COMPLAINTS
"""All that travels down is one stream."""
MESSAGE_MAX_CHARS = 1_000
AGENCY_MAX_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How far a downlink stream is applied after a batch."""

    upto: int
    want: int | None
    """Set when events are missing before the batch."""
    rejects: tuple[wire.Reject, ...]


def apply_batch(db: sqlite3.Connection, batch: wire.Batch, now: Moment) -> Applied:
    """Apply a downlink batch in one transaction: old events are skipped, a gap is refused.

    An event that does not fit is stored with the reason and reported; its followers flow on.
    Raises WireError `lane` for a batch of another lane.
    """
    rejects: list[wire.Reject] = []
    if batch.lane != DOWN_LANE:
        raise WireError("lane", f"the downlink is {DOWN_LANE}, not {batch.lane}")
    with transaction(db):
        cursor = inbox.applied_seq(db, batch.epoch)
        if batch.first > cursor + 1:
            return Applied(upto=cursor, want=cursor + 1, rejects=())
        for seq, event in enumerate(batch.events, start=batch.first):
            if seq <= cursor:
                continue
            inbox.advance(db, batch.epoch, seq, now.wall)
            if reject := _apply(db, batch.epoch, seq, event, now):
                rejects.append(reject)
            cursor = seq
    return Applied(upto=cursor, want=None, rejects=tuple(rejects))


def _apply(
    db: sqlite3.Connection, epoch: str, seq: int, event: wire.WireEvent, now: Moment
) -> wire.Reject | None:
    payload = bytes(event.d)
    outcome, detail, code = "applied", "", ""
    try:
        known = wire.decode_event(event.y, payload)
        if isinstance(known, RequestStatusChanged):
            with savepoint(db):
                _change_status(db, known, now)
        else:
            outcome = "unknown_kind"
    except WireError as error:
        outcome, detail, code = "rejected", error.detail, error.code
    except (BadInput, ValueError, OverflowError, sqlite3.IntegrityError) as error:
        outcome, detail, code = "rejected", str(error), "event"
    inbox.keep(
        db,
        epoch=epoch,
        seq=seq,
        kind=event.y,
        payload=payload.decode("utf-8", "replace"),
        outcome=outcome,
        detail=detail,
        at=now.wall,
    )
    return wire.Reject(seq=seq, code=code, msg=detail[:200]) if code else None


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
    )
    requests.set_status(db, request.id, entry)
    texting.queue_status_change(db, request, entry, now)
