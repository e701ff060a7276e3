"""What each kind of event does to the city's tables; an event that does not fit is set aside.

Runs inside the caller's transaction. An event whose kind this release does not know, or that only
travels down, does nothing and is kept raw.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from appliance.domain.cases.service_request import clean_text
from appliance.domain.city import wire
from appliance.domain.city.enrolment import CSR_MAX_CHARS
from appliance.domain.errors import BadInput, WireError
from appliance.domain.events import Event
from appliance.domain.events.box import BoxAlarm, BoxHeartbeat, RenewalAsked
from appliance.domain.events.files import DocumentSettled, PhotoAttached, PhotoLost
from appliance.domain.events.orders import CommandResult
from appliance.domain.events.privacy import ConsentChanged, RequestErased
from appliance.domain.events.requests import FollowedUp, RequestReceived, TextAmended
from appliance.domain.events.staff import OfficialReplied, StaffActed
from appliance.domain.events.texts import NoticeSettled, TextSettled
from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms, plausible, to_ms
from command_center.cases import dating, linking
from command_center.notices import settling
from command_center.privacy import erasing
from command_center.receiving import (
    follow_ups,
    intake,
    official_replies,
    photo_intake,
    staff_actions,
)
from command_center.store.cases import case_marks, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import attempting
from command_center.store.fleet import boxes, enrolments
from command_center.store.privacy import consents
from command_center.store.receiving import case_texts, photos, sealed_contents, wifi_sessions
from command_center.store.receiving.case_texts import CaseText
from command_center.store.receiving.streams import Kept
from command_center.store.sending import commands, documents

log = logging.getLogger(__name__)

DETAIL_MAX_CHARS = 200
_WORD_MAX_CHARS = 40
_ID_MAX_CHARS = 64
_MARKS_MAX = 8
_MAX_TEXT_ID = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A batch with the site that its topic names; the payload says nothing about it."""

    site: SiteCode
    batch: wire.Batch


AboutRequest = (
    PhotoAttached
    | FollowedUp
    | OfficialReplied
    | StaffActed
    | TextAmended
    | ConsentChanged
    | RequestErased
)
"""Events whose request may come in the same batch."""
Numbered = Sequence[tuple[int, wire.WireEvent]]
Apply = Callable[[Connection, Arrival, Numbered, datetime], list[Kept]]


def apply(
    connection: Connection, arrival: Arrival, numbered: Numbered, now: datetime
) -> list[Kept]:
    """Do what the events of a batch ask, in the caller's transaction; say how to keep each.

    Requests are stored together: an outage ends with thousands of them.
    """
    received_ms = to_ms(now)
    kept: list[Kept] = []
    received: list[tuple[int, CityRequest, str | None]] = []
    later: list[tuple[int, AboutRequest]] = []
    told: list[RequestReceived] = []
    for seq, event in numbered:
        try:
            known = wire.decode_event(event.y, bytes(event.d))
            is_ours = True
            if isinstance(known, RequestReceived):
                request = _request(arrival, event, known, received_ms)
                received.append((len(kept), request, known.sealed))
                told.append(known)
            elif isinstance(known, AboutRequest):
                later.append((len(kept), known))
            else:
                is_ours = _apply_alone(connection, arrival.site, known, event, now)
        except WireError as error:
            kept.append(_rejected(arrival, seq, event, error.code, error.detail))
        except BadInput as error:
            kept.append(_rejected(arrival, seq, event, "event", str(error)))
        else:
            outcome = "applied" if is_ours else "unknown_kind"
            kept.append(Kept(seq=seq, event=event, outcome=outcome))
    foreign = _store(connection, arrival, [request for _, request, _ in received])
    _describe(connection, told, foreign, now)
    for place, request, sealed in received:
        if request.request_id in foreign:
            seq, event = numbered[place]
            reason = "this request belongs to another site"
            kept[place] = _rejected(arrival, seq, event, "event", reason)
        elif sealed is not None:
            id_ = request.request_id
            sealed_contents.add(connection, id_, id_, sealed, now)
    for place, about in later:
        seq, event = numbered[place]
        try:
            _apply_to_request(connection, arrival, about, event, now)
        except BadInput as error:
            kept[place] = _rejected(arrival, seq, event, "event", str(error))
    return kept


def _apply_to_request(
    connection: Connection,
    arrival: Arrival,
    about: AboutRequest,
    event: wire.WireEvent,
    now: datetime,
) -> None:
    """Do what an event asks whose request may come in the same batch."""
    match about:
        case PhotoAttached():
            photo_intake.attach(connection, arrival.site, about, now)
        case FollowedUp():
            asked = dating.dated(to_ms(about.at), event.c, arrival.batch.sent, to_ms(now))
            follow_ups.take(connection, arrival.site, about, from_ms(asked.at_ms), now)
        case OfficialReplied():
            official_replies.take(connection, arrival.site, about, now)
        case StaffActed():
            staff_actions.take(connection, arrival.site, about, now)
        case TextAmended():
            follow_ups.amend(connection, arrival.site, about, now)
        case ConsentChanged():
            _change_consent(connection, arrival.site, about)
        case RequestErased():
            erasing.box_erased(connection, arrival.site, about, now)


def _apply_alone(
    connection: Connection,
    site: SiteCode,
    known: Event | None,
    event: wire.WireEvent,
    now: datetime,
) -> bool:
    """Do what an event asks that needs no other of its batch; False for one that is not for us."""
    match known:
        case BoxHeartbeat():
            boxes.beat(connection, site, bytes(event.d).decode())
        case BoxAlarm():
            log.warning("box alarm site=%s part=%s state=%s", site, known.part, known.state)
        case CommandResult():
            commands.answer(connection, site, known, now)
        case PhotoLost():
            photos.lose(connection, site, known.request_id, now)
        case TextSettled():
            _settle_text(connection, site, known)
        case NoticeSettled():
            settling.settle(connection, site, known, now)
        case WifiSessionClosed():
            _close_wifi_session(connection, site, known, now)
        case DocumentSettled():
            documents.settle(connection, site, known.document_id, known.outcome, now)
        case RenewalAsked():
            _ask_renewal(connection, site, known, now)
        case _:
            return False
    return True


def _change_consent(connection: Connection, site: SiteCode, event: ConsentChanged) -> None:
    words = (event.purpose, event.text_version, event.language, event.channel)
    if any(not 1 <= len(word) <= _WORD_MAX_CHARS for word in words):
        raise BadInput("a word of a consent is out of bounds")
    plausible(event.at, "at")
    follow_ups.found(connection, site, event.request_id)
    consents.put(connection, event)


def _ask_renewal(
    connection: Connection, site: SiteCode, event: RenewalAsked, now: datetime
) -> None:
    if not 1 <= len(event.csr) <= CSR_MAX_CHARS:
        raise BadInput("csr is out of bounds")
    enrolments.ask_renewal(connection, site, event.csr, now)


def _settle_text(connection: Connection, site: SiteCode, event: TextSettled) -> None:
    if not 0 <= event.text_id <= _MAX_TEXT_ID or len(event.request_id) > _ID_MAX_CHARS:
        raise BadInput("request_id or text_id is out of bounds")
    text = CaseText(
        purpose=event.purpose[:_WORD_MAX_CHARS],
        recipient=event.recipient[:_WORD_MAX_CHARS],
        state=event.state,
        error=clean_text(event.error)[:DETAIL_MAX_CHARS],
        at=plausible(event.at, "at"),
    )
    case_texts.settle(connection, site, event.request_id, event.text_id, text)


def _close_wifi_session(
    connection: Connection, site: SiteCode, event: WifiSessionClosed, now: datetime
) -> None:
    words = (event.session_id, event.zone, event.device, event.terms_version)
    if any(len(word) > _ID_MAX_CHARS for word in words):
        raise BadInput("a word of a WiFi session is too long")
    opened_at = plausible(event.opened_at, "opened_at")
    wifi_sessions.add(connection, site, event, to_ms(opened_at), to_ms(now))


def apply_or_reject(
    connection: Connection, arrival: Arrival, numbered: Numbered, now: datetime
) -> list[Kept]:
    """As `apply`, one by one: an event that breaks the store is undone and set aside as `store`."""
    return [_apply_or_reject(connection, arrival, seq, event, now) for seq, event in numbered]


def _apply_or_reject(
    connection: Connection, arrival: Arrival, seq: int, event: wire.WireEvent, now: datetime
) -> Kept:
    try:
        with attempting(connection):
            return apply(connection, arrival, [(seq, event)], now)[0]
    except OperationalError:
        raise
    except Exception as error:
        log.exception("event breaks the store site=%s seq=%s", arrival.site, seq)
        return _rejected(arrival, seq, event, "store", type(error).__name__)


def _rejected(arrival: Arrival, seq: int, event: wire.WireEvent, code: str, detail: str) -> Kept:
    log.error("event set aside site=%s seq=%s kind=%s code=%s", arrival.site, seq, event.y, code)
    detail = detail[:DETAIL_MAX_CHARS]
    return Kept(seq=seq, event=event, outcome="rejected", reject_code=code, detail=detail)


def _request(
    arrival: Arrival, event: wire.WireEvent, known: RequestReceived, received_ms: int
) -> CityRequest:
    return intake.city_request(
        arrival.site,
        arrival.batch.epoch,
        known,
        received_ms,
        clock=event.c,
        sent=arrival.batch.sent,
    )


def _describe(
    connection: Connection, told: Sequence[RequestReceived], foreign: set[str], now: datetime
) -> None:
    """Keep what the boxes say beside their requests: marks, and which tells of the same."""
    for event in told:
        if event.request_id in foreign:
            continue
        if event.marks:
            case_marks.add(connection, event.request_id, _words(event.marks), now)
        if event.duplicate_of and len(event.duplicate_of) <= _ID_MAX_CHARS:
            linking.told(connection, event.request_id, event.duplicate_of, now)


def _words(marks: Sequence[str]) -> list[str]:
    return [mark for mark in marks[:_MARKS_MAX] if 1 <= len(mark) <= _WORD_MAX_CHARS]


def _store(connection: Connection, arrival: Arrival, received: Sequence[CityRequest]) -> set[str]:
    """Store the requests that are not there yet; return the ids that another site owns.

    Who owns them is asked only if one is there: an outage ends with thousands that are new.
    """
    try:
        with attempting(connection):
            requests.add(connection, received)
    except IntegrityError:
        log.info("some requests are here already site=%s", arrival.site)
    else:
        return set()
    by_id = {request.request_id: request for request in received}
    owners = requests.owners(connection, list(by_id))
    fresh = [request for id_, request in by_id.items() if id_ not in owners]
    requests.add(connection, fresh)
    return {id_ for id_, owner in owners.items() if owner != arrival.site}
