"""What LAPOR! is to be told: an officer's wish to send a request, and each move of one it knows.

The outbox is written with what it is about; words are read when they are sent, so that nothing
erased is. An answer that is lost costs a repetition with the same id.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.privacy.consent import Purpose
from appliance.domain.privacy.erasure import ERASED_TEXT
from command_center.cases import casework
from command_center.lapor import becoming, taking, words
from command_center.lapor.client import Refused, Service, Trouble, Unreachable
from command_center.lapor.messages import NewChange, NewReport
from command_center.store import this_city
from command_center.store.cases import case_history, requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_links, lapor_outbox
from command_center.store.lapor.lapor_links import LaporLink
from command_center.store.lapor.lapor_outbox import Entry
from command_center.store.privacy import consents

log = logging.getLogger(__name__)

WAITING_MAX = 1_000
GATHERED_AT_ONCE = 200
SENT_AT_ONCE = 20
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


def queue(
    engine: Engine,
    request_id: str,
    *,
    is_anonymous: bool,
    is_sure: bool,
    by: str,
    now: datetime,
) -> None:
    """An officer gives a request to LAPOR!, without the reporter's name if `is_anonymous`.

    A confidential one goes only if he `is_sure`. Raises UnknownRequest, or BadInput in words for
    him.
    """
    with writing(engine) as connection:
        request = casework.found(connection, request_id, None)
        if problem := why_not(connection, request):
            raise BadInput(problem)
        if request.sensitivity == Sensitivity.CONFIDENTIAL and not is_sure:
            raise BadInput("Laporan ini rahasia: centang bahwa Anda yakin mengirimnya.")
        if lapor_outbox.count(connection, lapor_outbox.WAITING) >= WAITING_MAX:
            raise BadInput("Antrean ke SP4N-LAPOR! penuh. Periksa halaman SP4N-LAPOR! dulu.")
        may_be_shown = consents.holds(connection, request_id, Purpose.PUBLISH)
        case_history.note(connection, request, "Dikirim ke SP4N-LAPOR!.", by=by, now=now)
        link = LaporLink(
            request_id=request_id,
            tracking_id=None,
            origin=lapor_links.CITY,
            is_secret=becoming.is_secret(request, may_be_shown=may_be_shown),
            is_anonymous=is_anonymous or not request.name,
        )
        lapor_links.add(connection, link, now)
        transaction = becoming.transaction_id(this_city.lock(connection), request_id)
        lapor_outbox.add(connection, transaction, request_id, None, by=by, now=now)


def why_not(connection: Connection, request: CityRequest) -> str:
    """Why a request cannot be given to LAPOR!, in words for the officer; empty if it can."""
    if lapor_links.of(connection, request.request_id) is not None:
        return "SP4N-LAPOR! sudah mengenal laporan ini."
    if request.is_sealed:
        return "Laporan ini tersegel: hanya pemegang kuncinya yang dapat membacanya."
    if request.text == ERASED_TEXT:
        return "Data pribadi laporan ini sudah dihapus."
    if request.kind == Kind.SPAM:
        return "Kiriman ini bukan laporan."
    return ""


def gather(engine: Engine, now: datetime) -> int:
    """Queue the moves that LAPOR! has not heard of; return how many."""
    with reading(engine) as connection:
        if not lapor_links.untold(connection, 1):
            return 0
    with writing(engine) as connection:
        city = this_city.lock(connection)
        found = lapor_links.untold(connection, GATHERED_AT_ONCE)
        for one in found:
            transaction = becoming.transaction_id(city, one.request_id, one.history_id, one.at_ms)
            lapor_outbox.add(
                connection, transaction, one.request_id, one.history_id, by="", now=now
            )
            lapor_links.set_told(connection, one.request_id, one.history_id)
    return len(found)


def send_due(
    engine: Engine, service: Service, topics: dict[str, str], *, lease: timedelta, now: datetime
) -> int:
    """Send what may go now, at most some of it; return how many went. Raises Unreachable, after
    which nothing else was tried.

    `lease` is longer than any answer takes: so long nobody else sends the same, nor this process
    once it has died and is back.
    """
    sent = 0
    for _ in range(SENT_AT_ONCE):
        with writing(engine) as connection:
            entry = next(iter(lapor_outbox.due(connection, now, 1)), None)
            if entry is None or not lapor_outbox.claim(connection, entry, now + lease):
                break
            told = _told(connection, entry, topics)
            if told is None:
                lapor_outbox.settle(connection, entry.id, lapor_outbox.DROPPED)
        if told is not None:
            sent += _send(engine, service, entry, told, now)
    return sent


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts, at least one: twice as long each time, up to an
    hour."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    return min(doubled, _LONGEST_PAUSE)


def _send(
    engine: Engine, service: Service, entry: Entry, told: NewReport | NewChange, now: datetime
) -> bool:
    try:
        if isinstance(told, NewReport):
            tracking_id = service.add_report(told)
            _settle_report(engine, entry, tracking_id, now)
        else:
            service.add_change(told)
            with writing(engine) as connection:
                lapor_outbox.settle(connection, entry.id, lapor_outbox.SENT)
    except Trouble as trouble:
        until = now + pause(entry.attempts + 1)
        with writing(engine) as connection:
            lapor_outbox.postpone(connection, entry.id, until, str(trouble))
        if isinstance(trouble, Unreachable):
            raise
        return False
    except Refused as refusal:
        detail = "" if told.is_secret else refusal.detail
        with writing(engine) as connection:
            error = f"{refusal}: {detail}" if detail else str(refusal)
            lapor_outbox.settle(connection, entry.id, lapor_outbox.FAILED, error)
        log.warning("LAPOR! refuses what it is told entry=%s", entry.id)
        return False
    return True


def _settle_report(engine: Engine, entry: Entry, tracking_id: str, now: datetime) -> None:
    with writing(engine) as connection:
        link = lapor_links.of(connection, entry.request_id)
        other = lapor_links.tracked(connection, tracking_id)
        if other is not None and other.request_id != entry.request_id:
            error = f"#{tracking_id} sudah menjadi laporan lain di sini; gabungkan keduanya"
            lapor_outbox.settle(connection, entry.id, lapor_outbox.FAILED, error)
        elif link is not None:
            taking.accept(connection, link, tracking_id, entry.transaction_id, now)


def _told(
    connection: Connection, entry: Entry, topics: dict[str, str]
) -> NewReport | NewChange | None:
    """What an entry says today; None if it has nothing to say any more."""
    request = requests.by_id(connection, entry.request_id)
    link = lapor_links.of(connection, entry.request_id)
    if request is None or link is None or request.text == ERASED_TEXT:
        return None
    if entry.history_id is None:
        return becoming.outgoing(request, link, entry.transaction_id, topics)
    return _change(connection, entry, link)


def _change(connection: Connection, entry: Entry, link: LaporLink) -> NewChange | None:
    """A move in their words; None if they have no word, or the same already and no more is said."""
    move, before = case_history.move_and_before(connection, entry.request_id, entry.history_id)
    if move is None or link.tracking_id is None:
        return None
    word = words.told(move.status)
    if word is None or (not move.message and before and words.told(before) is word):
        return None
    return NewChange(
        transaction_id=entry.transaction_id,
        tracking_id=link.tracking_id,
        word=word,
        message=move.message,
        is_secret=link.is_secret,
    )
