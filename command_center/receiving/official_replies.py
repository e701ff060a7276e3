"""What officials answer by SMS about cases: noted once, and followed by the move that they want.

Runs inside the caller's transaction. The city decides: a move that the table of statuses does not
allow, or an official whose agency the case has left, leaves only a line in the history; the box
tells him. Officials of the coordinating agency may speak about every case.
"""

from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.cases.service_request import NEEDS_REASON, Source, Status, clean_text
from appliance.domain.errors import BadInput
from appliance.domain.events.staff import OfficialAnswered, OfficialReplied
from appliance.domain.ids import SiteCode
from appliance.domain.officials.official import COORDINATOR
from appliance.domain.reference import agency_name
from command_center.cases import casework
from command_center.receiving.follow_ups import found
from command_center.store.cases import case_history, requests
from command_center.store.cases.case_history import HistoryEntry
from command_center.store.cases.requests import CityRequest
from command_center.store.handling import notices
from command_center.store.receiving import follow_ups
from command_center.store.receiving.follow_ups import ID_MAX_CHARS
from command_center.store.sending import downlinks

NAME_MAX_CHARS = 80
_MAY_SET = frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.NOT_OURS})


def take(connection: Connection, site: SiteCode, event: OfficialReplied, now: datetime) -> None:
    """Note a reply, once for its id, and move the case if it may be moved.

    Raises BadInput when it does not fit, or names no request of the site.
    """
    if not 1 <= len(event.reply_id) <= ID_MAX_CHARS:
        raise BadInput("reply_id is no word")
    request = _found(connection, site, event.request_id)
    if not follow_ups.add(
        connection, event.reply_id, request.request_id, wish="dinas", due_at=None, now=now
    ):
        return
    name = clean_text(event.official)[:NAME_MAX_CHARS]
    by = f"{name} ({agency_name(event.agency)}), SMS"
    remark = clean_text(event.text)
    wanted = _wanted(request, event, remark)
    if wanted is not None:
        message = remark[: casework.MESSAGE_MAX_CHARS]
        casework.write(connection, request, wanted, message, by=by, source=Source.OFFICIAL, now=now)
    if wanted is None or len(remark) > casework.MESSAGE_MAX_CHARS:
        said = f"{event.status.upper()}: {remark}" if event.status else remark
        entry = HistoryEntry(
            status=wanted or request.status,
            message=said,
            agency=request.agency,
            by=by,
            source=Source.OFFICIAL,
            at=now,
        )
        case_history.add(connection, request.request_id, entry)
    answer = _answer(request, event, wanted)
    downlinks.append(connection, site, answer, subject=request.request_id, now=now)


def _found(connection: Connection, site: SiteCode, request_id: str) -> CityRequest:
    """A request of this site, or one that this box was ordered to text an official about."""
    is_asked = notices.was_asked(connection, site, request_id)
    elsewhere = requests.by_id(connection, request_id, lock=True) if is_asked else None
    return elsewhere or found(connection, site, request_id)


def _answer(
    request: CityRequest, event: OfficialReplied, moved_to: Status | None
) -> OfficialAnswered:
    """By which the box that he texted tells the official what became of his reply."""
    return OfficialAnswered(
        reply_id=event.reply_id,
        request_id=request.request_id,
        outcome="moved" if moved_to else "refused" if event.status else "noted",
        status=moved_to or request.status,
        agency=request.agency,
    )


def _wanted(request: CityRequest, event: OfficialReplied, remark: str) -> Status | None:
    """The move that the official wants, if he and the case may make it."""
    wanted = next((status for status in _MAY_SET if status == event.status), None)
    if wanted is None or event.agency not in (request.agency, COORDINATOR):
        return None
    if wanted in NEEDS_REASON and not remark:
        return None
    return wanted if casework.may_move(request, wanted) else None
