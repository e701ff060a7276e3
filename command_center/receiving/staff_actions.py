"""What staff of a kecamatan ask for at their desk: decided once, applied as an officer's own act.

Runs inside the caller's transaction. An act that the rules do not allow, or that builds upon what
has changed meanwhile, changes nothing and leaves a line in the history; the desk is told why.
Confidential cases are their unit's alone.
"""

from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.cases.service_request import Sensitivity, Source, Status, clean_text
from appliance.domain.errors import BadInput
from appliance.domain.events.staff import StaffActed, StaffAnswered
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from appliance.domain.staff.action import BY_MAX_CHARS, FIELDS, MAY_SET, Act
from command_center.cases import casework, correcting, linking
from command_center.cases.correcting import Wanted
from command_center.receiving.follow_ups import found
from command_center.store.cases import case_history
from command_center.store.cases.requests import CityRequest
from command_center.store.database import attempting
from command_center.store.receiving import follow_ups
from command_center.store.receiving.follow_ups import ID_MAX_CHARS
from command_center.store.sending import downlinks

REASON_MAX_CHARS = 200


def take(connection: Connection, site: SiteCode, event: StaffActed, now: datetime) -> None:
    """Do what is asked, once for its id, and answer.

    Raises BadInput when it does not fit, or names no request of the site.
    """
    if not 1 <= len(event.action_id) <= ID_MAX_CHARS or not event.act or not event.by:
        raise BadInput("action_id, act or by is no word")
    request = found(connection, site, event.request_id)
    if not follow_ups.add(
        connection, event.action_id, request.request_id, wish="petugas", due_at=None, now=now
    ):
        return
    name = clean_text(event.by)[:BY_MAX_CHARS]
    by, refusal = f"{name} (Kecamatan {kecamatan_name(site)})", ""
    try:
        with attempting(connection):
            _check(request, event)
            _do(connection, request, event, by=by, now=now)
    except BadInput as error:
        refusal = casework.refusal(error)[:REASON_MAX_CHARS]
        said = f"Tindakan petugas tidak berlaku. {refusal}"
        case_history.note(connection, request, said, by=by, now=now, source=Source.STAFF)
    answer = StaffAnswered(
        action_id=event.action_id,
        request_id=request.request_id,
        outcome="refused" if refusal else "applied",
        reason=refusal,
    )
    downlinks.append(connection, site, answer, subject=request.request_id, now=now)


def _check(request: CityRequest, event: StaffActed) -> None:
    if request.sensitivity == Sensitivity.CONFIDENTIAL:
        raise BadInput("Laporan rahasia hanya ditangani unitnya.")
    known = {name: getattr(request, name) or "" for name in ("status", *FIELDS)}
    if any(known.get(name) != value for name, value in event.seen.items()):
        raise casework.Outdated("the case is not what its author saw")


def _do(
    connection: Connection, request: CityRequest, event: StaffActed, *, by: str, now: datetime
) -> None:
    match event.act:
        case Act.CORRECT:
            correcting.correct_in(connection, request, _wanted(event), by=by, now=now)
        case Act.MOVE:
            _move(connection, request, event.status or "", event.message, by=by, now=now)
        case Act.DISPOSE:
            if event.agency != request.agency:
                wanted = Wanted(agency=event.agency or "-")
                correcting.correct_in(connection, request, wanted, by=by, now=now)
                request = found(connection, request.site, request.request_id)
            _move(connection, request, Status.FORWARDED, event.message, by=by, now=now)
        case Act.MERGE:
            parent = linking.named(connection, event.parent or "")
            linking.link_in(connection, request.request_id, parent, by=by, now=now)
        case Act.SEPARATE:
            linking.unlink_in(connection, request.request_id, by=by, now=now)
        case _:
            raise BadInput("Pusat belum mengenal tindakan ini; mintalah pusat diperbarui.")


def _wanted(event: StaffActed) -> Wanted:
    return Wanted(
        category=event.category,
        kind=event.kind,
        kelurahan=event.kelurahan,
        agency=event.agency,
    )


def _move(
    connection: Connection,
    request: CityRequest,
    status: str,
    message: str,
    *,
    by: str,
    now: datetime,
) -> None:
    wanted = next((one for one in MAY_SET if one == status), None)
    if wanted is None:
        raise BadInput("Status itu bukan untuk petugas kecamatan.")
    casework.change_in(connection, request, wanted, message, by=by, source=Source.STAFF, now=now)
