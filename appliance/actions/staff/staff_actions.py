"""What staff ask for at the desk: noted here, told to the city, decided there.

The status of a request changes, and its reporter hears of it, when the city says so. Works with the
uplink dead: what waits is shown, and the next act builds upon it.
"""

import sqlite3

import msgspec

from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.events.staff import StaffActed, StaffAnswered
from appliance.domain.moment import Moment
from appliance.domain.privacy import discretion
from appliance.domain.staff import action as staff_action
from appliance.domain.staff.accounts import Account
from appliance.domain.staff.action import Action, Standing, Wish
from appliance.store.cases import follow_ups, requests
from appliance.store.city import city_tables, outbox
from appliance.store.database import transaction
from appliance.store.privacy import erasures
from appliance.store.staff import staff_actions, staff_log

REASON_MAX_CHARS = 200
SET_ASIDE = "Pusat tidak dapat menerima tindakan ini. Beri tahu teknisi, lalu coba lagi."


class Stale(BadInput):
    """The case has changed since the page of this form was made."""


def act(
    db: sqlite3.Connection,
    request_id: str,
    wish: Wish,
    *,
    action_id: str,
    version: str,
    by: Account,
    now: Moment,
) -> None:
    """Note an act and tell the city, in one transaction; the same `action_id` twice is one act.

    `version` is `case_version` as the page showed it. Raises Stale, or BadInput in words for staff.
    """
    with transaction(db):
        act_in(db, request_id, wish, action_id=action_id, version=version, by=by, now=now)


def act_in(
    db: sqlite3.Connection,
    request_id: str,
    wish: Wish,
    *,
    action_id: str,
    version: str,
    by: Account,
    now: Moment,
) -> None:
    """As `act`, inside the caller's transaction."""
    if staff_actions.is_known(db, action_id):
        return
    request = requests.by_id(db, request_id)
    if request is None:
        raise BadInput("Laporan itu tidak ada di kotak ini.")
    if not may_read(db, request, by):
        raise BadInput("Laporan rahasia hanya ditangani unitnya, lewat pusat.")
    if erasures.of(db, request.id) is not None:
        raise BadInput("Data laporan ini sudah dihapus; tidak ada lagi yang dikerjakan di sini.")
    if version != case_version(db, request):
        raise Stale("Laporan ini sudah berubah sejak halaman dibuka. Periksa, lalu ulangi.")
    standing = staff_action.expected(request, staff_actions.of_request(db, request.id))
    wish = staff_action.checked(wish, standing)
    action = Action(id=action_id, wish=wish, by=by.name, at=now.wall)
    staff_actions.add(db, request.id, action)
    staff_log.add(db, by=by.name, what=f"act_{wish.act}", subject=request.id, at=now.wall)
    outbox.follow(db, request.id, _event(request, action, standing), now)


def may_read(db: sqlite3.Connection, request: ServiceRequest, account: Account) -> bool:
    """Whether an account sees more of a request than that it exists."""
    said = "\n".join(follow_ups.said(db, request.id))
    accusations = city_tables.in_force(db).accusations
    return discretion.may_read(request, account.role, accusations, said)


def answered(db: sqlite3.Connection, event: StaffAnswered) -> None:
    """Note what the city made of an act, in the caller's transaction.

    Raises BadInput for an act that this box has not had.
    """
    reason = event.reason[:REASON_MAX_CHARS]
    if not staff_actions.settle(
        db, event.action_id, event.request_id, outcome=event.outcome, reason=reason
    ):
        raise BadInput("no such act on this box")


def set_aside(db: sqlite3.Connection, payload: str) -> None:
    """The city could not read an act, in the caller's transaction: nobody waits for an answer."""
    event = msgspec.json.decode(payload, type=StaffActed)
    acts = staff_actions.of_request(db, event.request_id)
    if any(act.id == event.action_id and act.is_waiting for act in acts):
        staff_actions.settle(
            db, event.action_id, event.request_id, outcome="refused", reason=SET_ASIDE
        )


def case_version(db: sqlite3.Connection, request: ServiceRequest) -> str:
    """What a form carries to notice that the case has changed under it."""
    moves = len(requests.history(db, request.id))
    return staff_action.version(request, moves, staff_actions.of_request(db, request.id))


def _event(request: ServiceRequest, action: Action, standing: Standing) -> StaffActed:
    wish = action.wish
    return StaffActed(
        action_id=action.id,
        request_id=request.id,
        act=wish.act,
        by=action.by,
        at=action.at,
        message=wish.message,
        seen=staff_action.seen(wish, standing),
        **wish.changes,
    )
