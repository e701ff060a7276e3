"""What each kind of event does to the city's tables; an event that does not fit is set aside.

Runs inside the caller's transaction. An event whose kind this release does not know, or that only
travels down, does nothing and is kept raw.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from appliance.domain import wire
from appliance.domain.errors import BadInput, WireError
from appliance.domain.events import BoxHeartbeat, RequestReceived
from appliance.domain.ids import SiteCode
from appliance.domain.service_request import Status
from command_center import intake
from command_center.store import boxes, requests
from command_center.store.requests import HistoryEntry
from command_center.store.streams import Kept

log = logging.getLogger(__name__)

DETAIL_MAX_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A batch with the site that its topic names; the payload says nothing about it."""

    site: SiteCode
    batch: wire.Batch


Apply = Callable[[Connection, Arrival, int, wire.WireEvent, datetime], Kept]


def apply(
    connection: Connection, arrival: Arrival, seq: int, event: wire.WireEvent, now: datetime
) -> Kept:
    """Do what an event of a known kind asks, in the caller's transaction; say how to keep it."""
    try:
        known = wire.decode_event(event.y, bytes(event.d))
        match known:
            case RequestReceived():
                _receive(connection, arrival, event, known, now)
            case BoxHeartbeat():
                boxes.beat(connection, arrival.site, bytes(event.d).decode())
            case _:
                return Kept(seq=seq, event=event, outcome="unknown_kind")
    except WireError as error:
        return _rejected(arrival, seq, event, error.code, error.detail)
    except BadInput as error:
        return _rejected(arrival, seq, event, "event", str(error))
    return Kept(seq=seq, event=event, outcome="applied")


def apply_or_reject(
    connection: Connection, arrival: Arrival, seq: int, event: wire.WireEvent, now: datetime
) -> Kept:
    """As `apply`, but an event that breaks the store is undone and set aside with code `store`."""
    try:
        with connection.begin_nested():
            return apply(connection, arrival, seq, event, now)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("event breaks the store site=%s seq=%s", arrival.site, seq)
        return _rejected(arrival, seq, event, "store", type(error).__name__)


def _rejected(arrival: Arrival, seq: int, event: wire.WireEvent, code: str, detail: str) -> Kept:
    log.error("event set aside site=%s seq=%s kind=%s code=%s", arrival.site, seq, event.y, code)
    detail = detail[:DETAIL_MAX_CHARS]
    return Kept(seq=seq, event=event, outcome="rejected", reject_code=code, detail=detail)


def _receive(
    connection: Connection,
    arrival: Arrival,
    event: wire.WireEvent,
    known: RequestReceived,
    now: datetime,
) -> None:
    request = intake.city_request(
        arrival.site, arrival.batch.epoch, known, now, clock=event.c, sent=arrival.batch.sent
    )
    owner = requests.add(connection, request)
    if owner is None:
        first = HistoryEntry(
            status=Status.RECEIVED, message="", agency=None, by="Posko", at=request.occurred_at
        )
        requests.add_history(connection, request.request_id, first)
    elif owner != arrival.site:
        raise BadInput("this request belongs to another site")
