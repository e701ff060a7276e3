"""What residents say about their cases: noted once, and followed by the move that it means.

Runs inside the caller's transaction. A move that the table of statuses does not allow leaves a line
in the history for the officer; nothing is erased or corrected here, since that is for people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection

from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Channel,
    Source,
    Status,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import FollowedUp, TextAmended
from appliance.domain.ids import SiteCode
from appliance.domain.moment import CITY_TIME
from appliance.domain.privacy import sealing
from appliance.domain.sms.phrases import short_date
from appliance.domain.sms.received import Wish
from command_center import wording
from command_center.cases import casework
from command_center.receiving.intake import WORD_MAX_CHARS, cut
from command_center.store.cases import case_history, requests
from command_center.store.cases.case_history import RESIDENT
from command_center.store.cases.requests import CityRequest
from command_center.store.receiving import follow_ups, sealed_contents
from command_center.store.receiving.follow_ups import ID_MAX_CHARS

ANSWER_WITHIN = timedelta(hours=72)
"""UU 27/2022 articles 30, 32 and 40-44: 3 x 24 hours."""
WISH_MAX_CHARS = 20


@dataclass(frozen=True, slots=True)
class _Move:
    status: Status
    message: str


_MOVES: dict[str, _Move] = {
    Wish.CONFIRM: _Move(Status.CLOSED, "Sudah selesai menurut pelapor."),
    Wish.DISPUTE: _Move(Status.REOPENED, "Belum selesai menurut pelapor."),
    Wish.WITHDRAW: _Move(Status.ARCHIVED, "Dibatalkan oleh pelapor."),
}
_COMPLETED = _Move(Status.VERIFIED, "Dilengkapi pelapor.")
_AMENDED = "amended"
_LATE_PART = "Bagian SMS yang terlambat sudah masuk."
_WITH_A_CLOCK = frozenset({Wish.ERASE, Wish.ACCESS, Wish.CORRECT})


def take(
    connection: Connection, site: SiteCode, event: FollowedUp, asked_at: datetime, now: datetime
) -> None:
    """Note a follow-up, once for its id, and move the case if it means that and the case may.

    Raises BadInput when it does not fit, or names no request of the site.
    """
    if not 1 <= len(event.follow_up_id) <= ID_MAX_CHARS or len(event.wish) > WISH_MAX_CHARS:
        raise BadInput("follow_up_id or wish is no word")
    sealed = sealing.checked(event.sealed) if event.sealed else None
    request = found(connection, site, event.request_id)
    due_at = asked_at + ANSWER_WITHIN if event.wish in _WITH_A_CLOCK else None
    is_new = follow_ups.add(
        connection,
        event.follow_up_id,
        request.request_id,
        wish=event.wish,
        due_at=due_at,
        now=now,
    )
    if not is_new:
        return
    text = clean_text(event.text)[:TEXT_MAX_CHARS]
    if sealed is not None:
        sealed_contents.add(connection, event.follow_up_id, request.request_id, sealed, now)
        text = sealing.placeholder(sealing.parse(sealed).holder)
    said = f"{_word(event, asked_at)}: {text}" if text else event.wish.upper()
    _note(connection, request, said, now)
    requests.complete(
        connection,
        request,
        location=cut(event.location, LOCATION_MAX_CHARS),
        kelurahan=cut(event.kelurahan, WORD_MAX_CHARS),
        name=cut(event.reporter_name, NAME_MAX_CHARS),
    )
    joined = f"{request.text}\n{text}"
    if event.wish == Wish.ADD and sealed is None and len(joined) <= TEXT_MAX_CHARS:
        requests.set_text(connection, request.request_id, joined)
    move = _move(request, event.wish)
    if move and casework.may_move(request, move.status):
        casework.write(
            connection,
            request,
            move.status,
            move.message,
            by=RESIDENT,
            source=Source.REPORTER,
            now=now,
        )


def _move(request: CityRequest, wish: str) -> _Move | None:
    """What a wish means; what is added to a case that lacks details lets its clock go on."""
    if wish == Wish.ADD and request.status == Status.NEEDS_DETAILS:
        return _COMPLETED
    return _MOVES.get(wish)


def _word(event: FollowedUp, asked_at: datetime) -> str:
    """The wish; of what came by another channel than SMS also by which, and when."""
    if event.channel == Channel.SMS:
        return event.wish.upper()
    local = asked_at.astimezone(CITY_TIME)
    channel = cut(wording.channel(event.channel), WORD_MAX_CHARS)
    return f"{event.wish.upper()} lewat {channel}, {short_date(asked_at)} {local:%H.%M}"


def amend(connection: Connection, site: SiteCode, event: TextAmended, now: datetime) -> None:
    """Replace the text of a request, once: the same event told again must not undo what was added
    since."""
    request = found(connection, site, event.request_id)
    text = clean_text(event.text)[:TEXT_MAX_CHARS]
    if not text:
        raise BadInput("text is empty")
    sealed = sealing.checked(event.sealed) if event.sealed else None
    told = str(uuid5(UUID(request.request_id), sealed or text))
    is_new = follow_ups.add(
        connection, told, request.request_id, wish=_AMENDED, due_at=None, now=now
    )
    if not is_new:
        return
    if sealed is not None:
        sealed_contents.add(connection, told, request.request_id, sealed, now)
    elif text != request.text:
        requests.set_text(connection, request.request_id, text)
    else:
        return
    is_voice = request.channel == Channel.KIOSK
    message = "Rekaman suara sudah ditulis petugas kecamatan." if is_voice else _LATE_PART
    _note(connection, request, message, now)


def found(connection: Connection, site: SiteCode, request_id: str) -> CityRequest:
    """A request of this site, kept from others' changes; raises BadInput for any other."""
    request = requests.by_id(connection, request_id, lock=True)
    if request is None or request.site != site:
        raise BadInput("no such request of this site")
    return request


def _note(connection: Connection, request: CityRequest, message: str, now: datetime) -> None:
    case_history.note(connection, request, message, by=RESIDENT, now=now, source=Source.REPORTER)
