"""What officials answer by SMS about cases: noted once, and followed by the move that they want.

Runs inside the caller's transaction. The city decides: a move that the table of statuses does not
allow, or an official whose agency the case has left, leaves only a line in the history.
"""

from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.errors import BadInput
from appliance.domain.events import OfficialReplied
from appliance.domain.ids import SiteCode
from appliance.domain.reference import agency_name
from appliance.domain.service_request import TRANSITIONS, Status, clean_text
from command_center import casework
from command_center.follow_ups import ID_MAX_CHARS, found
from command_center.store import follow_ups, requests
from command_center.store.requests import CityRequest, HistoryEntry

NAME_MAX_CHARS = 80
_MAY_SET = frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.NOT_OURS})


def take(connection: Connection, site: SiteCode, event: OfficialReplied, now: datetime) -> None:
    """Note a reply, once for its id, and move the case if it may be moved.

    Raises BadInput when it does not fit, or names no request of the site.
    """
    if not 1 <= len(event.reply_id) <= ID_MAX_CHARS:
        raise BadInput("reply_id is no word")
    request = found(connection, site, event.request_id)
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
        casework.write(connection, request, _entry(request, wanted, message, by, now))
    if wanted is None or len(remark) > casework.MESSAGE_MAX_CHARS:
        said = f"{event.status.upper()}: {remark}" if event.status else remark
        entry = _entry(request, wanted or request.status, said, by, now)
        requests.add_history(connection, request.request_id, entry)


def _entry(request: CityRequest, status: str, message: str, by: str, now: datetime) -> HistoryEntry:
    return HistoryEntry(status=status, message=message, agency=request.agency, by=by, at=now)


def _wanted(request: CityRequest, event: OfficialReplied, remark: str) -> Status | None:
    """The move that the official wants, if he and the case may make it."""
    wanted = next((status for status in _MAY_SET if status == event.status), None)
    if wanted is None or event.agency != request.agency:
        return None
    if wanted in casework.NEEDS_REASON and not remark:
        return None
    return wanted if wanted in TRANSITIONS.get(Status(request.status), frozenset()) else None
