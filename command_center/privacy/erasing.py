"""Erasing what the city knows of a person, and seeing to it that her box does too.

A tombstone keeps everything from coming back: events of an erased request are stored as what is
left of them, whoever sends them and however late. The order to the box stays in its downlink, so
that a box restored from an older copy gets it again.
"""

from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.privacy import ErasureOrdered, RequestErased
from appliance.domain.ids import SiteCode
from appliance.domain.privacy import erasure
from appliance.domain.sms.received import Wish
from command_center.store import database
from command_center.store.cases import requests
from command_center.store.database import writing
from command_center.store.privacy import erasures, personal_data, processing_log
from command_center.store.receiving import follow_ups
from command_center.store.sending import downlinks

BY_MAX_CHARS = 80
BOX = "kotak Posko"


def order(engine: Engine, request_id: str, *, by: str, now: datetime) -> None:
    """Erase a request here and order its box to do so, in one transaction; repeats well.

    Raises BadInput for a request that the city does not know.
    """
    with writing(engine) as connection:
        request = requests.by_id(connection, request_id, lock=True)
        if request is None:
            raise BadInput("no such request at the city")
        erase(connection, request.site, request_id, holder=request.holder, by=by, now=now)


def box_erased(connection: Connection, site: SiteCode, event: RequestErased, now: datetime) -> None:
    """A box has erased a request: so does the city, in the caller's transaction.

    Where the city had not ordered it, an order is left in the downlink for older copies of the box.

    Raises BadInput for a request of another site.
    """
    owner = requests.owners(connection, [event.request_id]).get(event.request_id, site)
    if owner != site or not 1 <= len(event.request_id) <= follow_ups.ID_MAX_CHARS:
        raise BadInput("no such request of this site")
    by = f"{BOX}: {event.by}"[:BY_MAX_CHARS]
    erasures.confirm(connection, event.request_id, now)
    erase(connection, site, event.request_id, holder=site, by=by, now=now)
    erasures.confirm(connection, event.request_id, now)


def erase(
    connection: Connection,
    site: SiteCode,
    request_id: str,
    *,
    holder: SiteCode,
    by: str,
    now: datetime,
) -> None:
    """Overwrite, put the tombstone, tell the box that holds it and tick the wish off, in the
    caller's transaction.

    A box that has not confirmed is told again: its release may have been too old to understand.
    """
    is_new = erasures.add(connection, site, request_id, by=by, now=now)
    if holder.is_city:
        erasures.confirm(connection, request_id, now)  # no box has a copy
    known = erasures.of(connection, request_id)
    if known is not None and known.box_at is None:
        event = ErasureOrdered(request_id=request_id, at=now)
        downlinks.append(connection, holder, event, subject=request_id, now=now)
    if is_new:
        processing_log.add(connection, request_id, "erase", by=by, now=now)
    personal_data.overwrite(connection, site, request_id)
    follow_ups.finish(connection, request_id, Wish.ERASE, by=by, now=now)


def as_allowed(
    connection: Connection, numbered: list[tuple[int, wire.WireEvent]]
) -> list[tuple[int, wire.WireEvent]]:
    """Events as they may be kept: of an erased request without what was erased."""
    if erasures.are_none(connection):
        return numbered
    subjects = {seq: erasure.subject(bytes(event.d)) for seq, event in numbered}
    erased = erasures.among(connection, {subject for subject in subjects.values() if subject})
    if not erased:
        return numbered
    return [(seq, _left(event) if subjects[seq] in erased else event) for seq, event in numbered]


def _left(event: wire.WireEvent) -> wire.WireEvent:
    payload = bytes(event.d).decode("utf-8", "replace")
    return replace(event, d=wire.raw(erasure.redacted(event.y, payload)))


def scrub(engine: Engine) -> int:
    """Leave nothing of what was erased in the WAL; return for how many requests.

    Only the receiver's worker may, as it alone checkpoints.
    """
    with database.reading(engine) as connection:
        erased = erasures.unscrubbed(connection)
    if not erased or not database.checkpoint(engine, from_bytes=1):
        return 0
    with writing(engine) as connection:
        erasures.set_scrubbed(connection, erased)
    return len(erased)
