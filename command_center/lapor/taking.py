"""News of LAPOR! become requests and moves of the city, each in one transaction and once.

What comes from there is never told back: its moves carry `Source.LAPOR`, and what we have sent is
known by its transaction id when it comes back.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import ENDED, NEEDS_REASON, Kind, Source, Status
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage
from command_center.cases import casework, city_born, city_filing
from command_center.cases.casework import MESSAGE_MAX_CHARS
from command_center.cases.dating import Quality
from command_center.lapor import becoming, words
from command_center.lapor.messages import Change, Item, Report, Unreadable
from command_center.lapor.words import Word
from command_center.store import this_city
from command_center.store.cases import case_history, case_marks, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.lapor import lapor_intake, lapor_links, lapor_outbox
from command_center.store.lapor.lapor_links import LaporLink
from command_center.store.privacy import erasures
from command_center.store.sending import tables

log = logging.getLogger(__name__)

BY = "SP4N-LAPOR!"
_ARRIVES_AS: dict[Word | None, Status] = {
    Word.IN_PROGRESS: Status.IN_PROGRESS,
    Word.DEFERRED: Status.DEFERRED,
    Word.DONE: Status.CLOSED,
    Word.NOT_OURS: Status.NOT_OURS,
    Word.ARCHIVED: Status.ARCHIVED,
}
"""What has ended there is nobody's work here; what is only verified, our own staff verify."""
_BEFORE_WORK = (Status.RECEIVED, Status.VERIFIED, Status.REOPENED)


class Outcome(StrEnum):
    """What has become of one of the news."""

    NEW = "new"
    KNOWN = "known"
    """Looked at before, or told by us."""
    CHANGED = "changed"
    LEFT_OUT = "left out"


def take(engine: Engine, item: Item, sealing_keys: Mapping[str, str], now: datetime) -> Outcome:
    """Take one of the news; one that breaks the store is left out and told to the operator."""
    triage = classify(item.text) if isinstance(item, Report) else None
    try:
        with writing(engine) as connection:
            return take_in(connection, item, triage, sealing_keys, now)
    except OperationalError:
        raise
    except IntegrityError:
        log.info("another process takes the same news")
        return Outcome.KNOWN
    except Exception as error:
        log.exception("news of LAPOR! break the store")
        unreadable = Unreadable(
            item_id=item.item_id, tracking_id=item.tracking_id, reason=type(error).__name__
        )
        with writing(engine) as connection:
            return take_in(connection, unreadable, None, sealing_keys, now)


def take_in(
    connection: Connection,
    item: Item,
    triage: Triage | None,
    sealing_keys: Mapping[str, str],
    now: datetime,
) -> Outcome:
    """The same inside the caller's transaction."""
    if lapor_intake.is_known(connection, item.item_id):
        return Outcome.KNOWN
    problem = ""
    try:
        match item:
            case Report():
                outcome = _take_report(
                    connection, item, triage or classify(item.text), sealing_keys, now
                )
            case Change():
                outcome = _take_change(connection, item, now)
            case Unreadable():
                raise BadInput(item.reason)
    except BadInput as error:
        outcome, problem = Outcome.LEFT_OUT, str(error)
    lapor_intake.add(connection, item.item_id, item.tracking_id, problem, now)
    return outcome


def accept(
    connection: Connection, link: LaporLink, tracking_id: str, transaction_id: str, now: datetime
) -> None:
    """LAPOR! has our request, and has given it an id: tell the resident, once."""
    entry = lapor_outbox.of_transaction(connection, transaction_id)
    request = requests.by_id(connection, link.request_id, lock=True)
    if entry is None or entry.state != lapor_outbox.WAITING or request is None:
        return
    lapor_links.set_tracking(connection, link.request_id, tracking_id)
    lapor_outbox.settle(connection, entry.id, lapor_outbox.SENT)
    message = f"Diteruskan ke SP4N-LAPOR!, nomor {words.spoken(tracking_id)}."
    if request.status in _BEFORE_WORK:
        _move(connection, request, Status.FORWARDED, message, now)
    else:
        _note(connection, request, message, now)


def _take_report(
    connection: Connection,
    report: Report,
    triage: Triage,
    sealing_keys: Mapping[str, str],
    now: datetime,
) -> Outcome:
    city = this_city.lock(connection)
    ours = lapor_outbox.of_transaction(connection, report.transaction_id)
    if ours is not None:
        link = lapor_links.of(connection, ours.request_id)
        if link is not None and link.tracking_id is None:
            accept(connection, link, report.tracking_id, report.transaction_id, now)
        return Outcome.KNOWN
    id_ = becoming.request_id(report.tracking_id)
    if lapor_links.tracked(connection, report.tracking_id) or erasures.of(connection, id_):
        return Outcome.KNOWN
    request = _request(connection, city, report, triage, now)
    note = f"Masuk dari SP4N-LAPOR!, nomor {words.spoken(report.tracking_id)}."
    city_born.store(connection, request, triage, sealing_keys, note=note, by=BY, now=now)
    link = LaporLink(
        request_id=id_,
        tracking_id=report.tracking_id,
        origin=lapor_links.LAPOR,
        is_secret=report.is_secret,
        is_anonymous=report.is_anonymous,
    )
    lapor_links.add(connection, link, now)
    return Outcome.NEW


def _request(
    connection: Connection, city: str, report: Report, triage: Triage, now: datetime
) -> CityRequest:
    site = SiteCode.of_city(city)
    made = city_filing.made(
        city_born.next_ticket(connection, site),
        site,
        becoming.filing(report, triage),
        triage,
        known=tables.in_force(connection),
        now=now,
        channel=becoming.CHANNEL,
        is_secret=report.is_secret,
    )
    status = _ARRIVES_AS.get(report.word, Status.RECEIVED)
    occurred_ms = becoming.occurred_ms(report, to_ms(now))
    return replace(
        made,
        request_id=becoming.request_id(report.tracking_id),
        kind=made.kind if made.kind == Kind.EMERGENCY else report.kind or made.kind,
        status=status.value,
        created_ms=occurred_ms,
        occurred_ms=occurred_ms,
        received_ms=occurred_ms if status in ENDED else made.received_ms,
        time_quality=Quality.STATED.value if report.at is None else made.time_quality,
    )


def _take_change(connection: Connection, change: Change, now: datetime) -> Outcome:
    if lapor_outbox.of_transaction(connection, change.transaction_id) is not None:
        return Outcome.KNOWN
    link = lapor_links.tracked(connection, change.tracking_id)
    request = requests.by_id(connection, link.request_id, lock=True) if link else None
    if link is None or request is None:
        raise BadInput("tidak ada laporan dengan nomor ini di sini")
    if erasures.of(connection, request.request_id) is not None:
        return Outcome.KNOWN
    if change.word is Word.NOT_OURS and link.origin == lapor_links.CITY:
        message = f"SP4N-LAPOR! mengembalikan laporan ini: bukan wewenang. {change.message}"
        _note(connection, request, message, now)
        case_marks.add(connection, request.request_id, [Mark.RETURNED], now)
        return Outcome.CHANGED
    return _follow(connection, request, change, now)


def _follow(connection: Connection, request: CityRequest, change: Change, now: datetime) -> Outcome:
    """Move a request as LAPOR! has, if it may; else keep what was said for the officer."""
    status = None if change.word is None else words.meant(change.word)
    is_there = change.word is not None and words.told(request.status) is change.word
    if status is not None and not is_there and casework.may_move(request, status):
        _move(connection, request, status, change.message, now)
        return Outcome.CHANGED
    if change.message:
        _note(connection, request, change.message, now)
    elif not is_there and status not in (None, Status.RECEIVED, Status.VERIFIED):
        _note(connection, request, f"Status di SP4N-LAPOR!: {change.word}.", now)
    return Outcome.CHANGED


def _move(
    connection: Connection, request: CityRequest, status: Status, message: str, now: datetime
) -> None:
    if not message and status in NEEDS_REASON:
        message = f"Menurut SP4N-LAPOR!: {words.told(status)}."
    words_ = _cut(message)
    casework.write(connection, request, status, words_, by=BY, source=Source.LAPOR, now=now)


def _note(connection: Connection, request: CityRequest, message: str, now: datetime) -> None:
    case_history.note(connection, request, message.strip(), by=BY, now=now, source=Source.LAPOR)


def _cut(message: str) -> str:
    """What fits into an SMS beside the ticket; all of it is at LAPOR!."""
    if len(message) <= MESSAGE_MAX_CHARS:
        return message
    return message[: MESSAGE_MAX_CHARS - 3].rstrip() + "..."
