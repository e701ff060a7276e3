"""Working on a request at the city: every change here tells the resident's box about it.

The request, its history and the event for the box are written in one transaction, so that no
status exists that the box will not hear of.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection, Engine

from appliance.domain.cases.service_request import (
    NEEDS_REASON,
    IllegalMove,
    Sensitivity,
    Source,
    Status,
    clean_text,
    move,
    moves_from,
)
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.moment import to_ms
from appliance.domain.sms.phrases import FREE_TEXT_MAX_CHARS
from appliance.domain.triage.jurisdiction import Destination
from command_center.cases import silence
from command_center.handling import keeping
from command_center.store.cases import case_history, case_links, requests
from command_center.store.cases.case_history import HistoryEntry
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.sending import downlinks, tables

MESSAGE_MAX_CHARS = FREE_TEXT_MAX_CHARS
"""What fits into the resident's SMS beside ticket and status."""


class UnknownRequest(BadInput):
    """There is no such request."""


class TooSoon(BadInput):
    """A resolved case may not be closed yet: its reporter may still say that it is not."""


class Outdated(BadInput):
    """Someone else changed the request while the officer was reading."""


def refusal(error: BadInput) -> str:
    """Why a change was refused, for the officer."""
    if isinstance(error, Outdated):
        return "Laporan ini baru saja diubah petugas lain. Periksa keadaannya, lalu ulangi."
    if isinstance(error, TooSoon):
        return (
            "Pelapor belum menjawab SUDAH dan masih punya waktu 10 hari kerja. Laporan ditutup "
            "sendiri bila waktu itu lewat tanpa kabar."
        )
    if isinstance(error, IllegalMove):
        return "Dari status sekarang, laporan ini tidak boleh berpindah ke status itu."
    return str(error)


def moves(request: CityRequest) -> list[Status]:
    """The statuses this request may take next, in the order of the table."""
    return [status for status in Status if may_move(request, status)]


def may_move(request: CityRequest, status: Status) -> bool:
    """Whether the table allows a request this move."""
    return status in moves_from(request.status)


def change_status(
    engine: Engine,
    request_id: str,
    status: Status,
    message: str,
    *,
    by: str,
    now: datetime,
    seen_at: datetime | None = None,
    with_children: bool = False,
    may_touch: Callable[[CityRequest], bool] = lambda _: True,
    destination: str = "",
) -> CityRequest:
    """Move a request and queue the news for its box; return the request as it is now.

    Whoever acts `may_touch` it still, now that nobody else can take it away; else UnknownRequest.
    `with_children` moves those under it as well that may make the move and be touched, and tells
    their residents; not those that are confidential where it is not, or the other way round.
    `destination` says whose business it is (an id of that table), and to the resident so where
    there is no message.

    `seen_at` is the `updated_at` that the officer looked at; a request changed since then is left
    alone (so a form sent twice moves it once). Raises UnknownRequest, IllegalMove, Outdated,
    TooSoon, or BadInput for a message that is missing or too long.
    """
    with writing(engine) as connection:
        request = found(connection, request_id, seen_at, may_touch)
        if destination:
            message = _refer(connection, request, destination, status, message)
        words = change_in(
            connection, request, status, message, by=by, source=Source.OFFICER, now=now
        )
        for child in (
            case_links.children(connection, request_id, lock=True) if with_children else ()
        ):
            if may_move(child, status) and may_touch(child) and _alike_secret(request, child):
                write(connection, child, status, words, by=by, source=Source.OFFICER, now=now)
    return structs.replace(request, status=status, updated_ms=to_ms(now))


def referral(to: Destination) -> str:
    """What a resident is told of who answers for a matter that is not the city's."""
    return f"Maaf, urusan ini ditangani {to.name}: {to.contact}."[:MESSAGE_MAX_CHARS]


def _refer(
    connection: Connection, request: CityRequest, destination: str, status: Status, message: str
) -> str:
    """Note whose business it is; return the message, or what is said without one."""
    known = tables.in_force(connection, request.site).jurisdiction.destinations
    if destination not in known or status is not Status.NOT_OURS:
        raise BadInput("Tujuan hanya dipilih untuk status Bukan wewenang.")
    if not request.is_sealed:
        requests.change(connection, request.request_id, {"destination": destination})
    return message if message.strip() else referral(known[destination])


def change_in(
    connection: Connection,
    request: CityRequest,
    status: Status,
    message: str,
    *,
    by: str,
    source: Source,
    now: datetime,
) -> str:
    """As `change_status`, inside the caller's transaction, who holds the request; return what the
    resident is told."""
    words = _checked(message, status)
    move(request.status, status)
    if status is Status.CLOSED and not silence.may_close(connection, request.request_id, now):
        raise TooSoon("the reporter has not confirmed it, and still has time to")
    write(connection, request, status, words, by=by, source=source, now=now)
    return words


def write(
    connection: Connection,
    request: CityRequest,
    status: Status,
    message: str,
    *,
    by: str,
    source: Source,
    now: datetime,
) -> None:
    """Move a request, in the caller's transaction; the caller has checked the move.

    The box is not told what is said of a confidential one: it would tell nobody.
    """
    is_confidential = request.sensitivity == Sensitivity.CONFIDENTIAL
    event = RequestStatusChanged(
        request_id=request.request_id,
        ticket=request.ticket,
        status=status,
        message="" if is_confidential else message,
        changed_at=now,
        agency=request.agency,
        source=source,
    )
    seq = downlinks.append(connection, request.holder, event, subject=request.request_id, now=now)
    requests.set_status(connection, request.request_id, status, now)
    entry = HistoryEntry(
        status=status,
        message=message,
        agency=request.agency,
        by=by,
        source=source,
        at=now,
        down_seq=seq,
    )
    case_history.add(connection, request.request_id, entry)
    keeping.refresh(connection, request.request_id)


def found(
    connection: Connection,
    request_id: str,
    seen_at: datetime | None,
    may_touch: Callable[[CityRequest], bool] = lambda _: True,
) -> CityRequest:
    """A request, kept from others' changes; raises UnknownRequest, also where it may not be
    touched, or Outdated if it has been changed since `seen_at`."""
    request = requests.by_id(connection, request_id, lock=True)
    if request is None or not may_touch(request):
        raise UnknownRequest("no such request")
    if seen_at is not None and request.updated_at != seen_at:
        raise Outdated("the request has been changed in the meantime")
    return request


def _alike_secret(one: CityRequest, other: CityRequest) -> bool:
    secret = Sensitivity.CONFIDENTIAL
    return (one.sensitivity == secret) is (other.sensitivity == secret)


def _checked(message: str, status: Status) -> str:
    words = clean_text(message)
    if len(words) > MESSAGE_MAX_CHARS:
        raise BadInput(
            f"Pesan terlalu panjang: {len(words)} huruf, paling banyak {MESSAGE_MAX_CHARS}."
        )
    if not words and status in NEEDS_REASON:
        raise BadInput("Tulis alasannya untuk warga; tanpa itu status ini tidak berarti apa-apa.")
    return words
