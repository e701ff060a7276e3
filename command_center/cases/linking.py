"""Cases that tell of the same matter: one parent, its children, and who says so.

Each keeps its ticket, its reporter and its history. A child is nobody's parent.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine

from appliance.domain.cases import same_matter
from appliance.domain.cases.same_matter import Matter
from appliance.domain.cases.service_request import OVER, Kind, Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import to_ms
from command_center.cases import casework
from command_center.store.cases import case_history, case_links, requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import writing

BY_ITSELF = "Posko"
_LOOKED_AT = 200


def told(connection: Connection, request_id: str, parent_id: str, now: datetime) -> None:
    """A box says that a request tells of the same as an earlier one of its own."""
    if request_id != parent_id and not case_links.is_decided(connection, request_id):
        _under(connection, request_id, parent_id, by=BY_ITSELF, now=now)


def look(connection: Connection, request: CityRequest, now: datetime) -> None:
    """Link a request that no box has linked to the first that told of it, of whatever box."""
    if not _is_comparable(request) or case_links.is_decided(connection, request.request_id):
        return
    new, since = matter_of(request), request.received_at - same_matter.OTHERS_WINDOW
    if not new.is_placed:
        return
    for earlier in requests.lately(connection, request.category, since, request, _LOOKED_AT):
        if _are_alike(request, earlier) and same_matter.is_others(new, matter_of(earlier)):
            _under(connection, request.request_id, earlier.request_id, by=BY_ITSELF, now=now)
            return


def link(
    engine: Engine,
    request_id: str,
    parent_id: str,
    *,
    by: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> None:
    """An officer puts a case, and all under it, under another; raises BadInput.

    `seen_at` as of `casework.change_status`, here and below.
    """
    with writing(engine) as connection:
        _seen(connection, request_id, seen_at, now)
        link_in(connection, request_id, parent_id, by=by, now=now)


def link_in(
    connection: Connection, request_id: str, parent_id: str, *, by: str, now: datetime
) -> None:
    """As `link`, inside the caller's transaction."""
    child, parent = _found(connection, request_id), _found(connection, parent_id)
    if child.request_id == _root(connection, parent.request_id):
        raise BadInput("Laporan ini sendiri induknya; pilih laporan lain.")
    secret = Sensitivity.CONFIDENTIAL
    if (child.sensitivity == secret) is not (parent.sensitivity == secret):
        raise BadInput("Laporan rahasia tidak boleh digabung dengan laporan terbuka.")
    _under(connection, child.request_id, parent.request_id, by=by, now=now)
    case_history.note(connection, child, f"Digabung ke tiket {parent.ticket}.", by=by, now=now)


def unlink(
    engine: Engine, request_id: str, *, by: str, now: datetime, seen_at: datetime | None = None
) -> None:
    """An officer says that a case is a matter of its own; it stays so."""
    with writing(engine) as connection:
        _seen(connection, request_id, seen_at, now)
        unlink_in(connection, request_id, by=by, now=now)


def unlink_in(connection: Connection, request_id: str, *, by: str, now: datetime) -> None:
    """As `unlink`, inside the caller's transaction."""
    child = _found(connection, request_id)
    case_links.put(connection, request_id, None, by=by, now=now)
    case_history.note(connection, child, "Dilepas dari induknya.", by=by, now=now)


def lead(
    engine: Engine, request_id: str, *, by: str, now: datetime, seen_at: datetime | None = None
) -> None:
    """An officer makes a child the parent of its parent and of all its siblings."""
    with writing(engine) as connection:
        _seen(connection, request_id, seen_at, now)
        child = _found(connection, request_id)
        old = case_links.parent_of(connection, request_id)
        if old is None:
            raise BadInput("Laporan ini tidak punya induk.")
        case_links.put(connection, request_id, None, by=by, now=now)
        _under(connection, old, request_id, by=by, now=now)
        case_history.note(connection, child, "Dijadikan induk.", by=by, now=now)


def named(connection: Connection, typed: str) -> str:
    """The id of the case whose ticket was typed; raises BadInput."""
    try:
        wanted = Filter(ticket=Ticket.parse(typed).digits)
    except BadInput:
        raise BadInput("Nomor tiket induk tidak terbaca; periksa 8 angkanya.") from None
    found = requests.page(connection, wanted, limit=1)
    if not found:
        raise BadInput("Nomor tiket induk tidak ada di pusat.")
    return found[0].request_id


def matter_of(request: CityRequest) -> Matter:
    """What a case is about."""
    return same_matter.matter(request.category, request.text, request.location, request.kelurahan)


def _under(
    connection: Connection, request_id: str, parent_id: str, *, by: str, now: datetime
) -> None:
    root = _root(connection, parent_id)
    if root == request_id:
        return
    case_links.adopt(connection, request_id, root)
    case_links.put(connection, request_id, root, by=by, now=now)


def _root(connection: Connection, request_id: str) -> str:
    return case_links.parent_of(connection, request_id) or request_id


def _are_alike(request: CityRequest, earlier: CityRequest) -> bool:
    is_as_urgent = (earlier.kind == Kind.EMERGENCY) is (request.kind == Kind.EMERGENCY)
    return is_as_urgent and earlier.status not in OVER and _is_comparable(earlier)


def _is_comparable(request: CityRequest) -> bool:
    return request.sensitivity != Sensitivity.CONFIDENTIAL


def _seen(connection: Connection, request_id: str, seen_at: datetime | None, now: datetime) -> None:
    """Refuse who acts on an older page of the case, and make this one old."""
    if seen_at is not None and _found(connection, request_id).updated_at != seen_at:
        raise casework.Outdated("the case has been changed in the meantime")
    requests.change(connection, request_id, {"updated_at": to_ms(now)})


def _found(connection: Connection, request_id: str) -> CityRequest:
    request = requests.by_id(connection, request_id, lock=True)
    if request is None:
        raise BadInput("Laporan itu tidak ada di pusat.")
    return request
