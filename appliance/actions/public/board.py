"""The public board and the public questions: staff publish and hide, residents support."""

import sqlite3
from enum import StrEnum

from appliance.actions.wifi.wifi_sessions import pseudonym_of
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.privacy.consent import Purpose
from appliance.domain.public import board
from appliance.domain.public.board import Refusal
from appliance.domain.wifi import sessions as wifi
from appliance.store.cases import answers, requests
from appliance.store.database import transaction
from appliance.store.privacy import consents, erasures
from appliance.store.public import publications
from appliance.store.public.publications import Publication
from appliance.store.staff import staff_log


class Support(StrEnum):
    """What became of somebody's support."""

    COUNTED = "counted"
    ALREADY = "already"
    GONE = "gone"


def publish(
    db: sqlite3.Connection, request: ServiceRequest, *, by: str, now: Moment, text: str = ""
) -> Publication | Refusal:
    """Let everybody read a request as it is now; `text` is what staff wrote in place of the
    resident's."""
    with transaction(db, leaves_reserve=True):
        request = requests.by_id(db, request.id) or request
        if (reason := refusal(db, request)) is not None:
            return reason
        publications.put(
            db,
            request.id,
            board.section(request),
            board.public_text(request, text),
            by=by,
            at=now.wall,
        )
        staff_log.add(db, by=by, what="publish", subject=request.id, at=now.wall)
        published = publications.of_request(db, request.id)
        assert published is not None
        return published


def hide(db: sqlite3.Connection, request_id: str, *, by: str, now: Moment) -> bool:
    """Show a request no more; False if it was not shown."""
    with transaction(db):
        is_hidden = publications.hide(db, request_id, by=by, at=now.wall)
        if is_hidden:
            staff_log.add(db, by=by, what="hide", subject=request_id, at=now.wall)
        return is_hidden


def refusal(db: sqlite3.Connection, request: ServiceRequest) -> Refusal | None:
    """Why a request may not be shown; None if it may. Inside or outside a transaction."""
    return board.refusal(
        request,
        has_consent=consents.holds(db, request.id, Purpose.PUBLISH),
        is_erased=erasures.of(db, request.id) is not None,
        has_answer=answers.of(db, request.id) is not None,
    )


def support(
    db: sqlite3.Connection, publication_id: int, device: str, now: Moment, *, fresh_salt: bytes
) -> Support:
    """Count the support of a device, once a day for each entry.

    Its hash is another for each entry, and another than that of its WiFi session.
    """
    with transaction(db, leaves_reserve=True):
        if publications.one(db, publication_id) is None:
            return Support.GONE
        pseudonym = pseudonym_of(db, f"support {publication_id} {device}", now, fresh_salt)
        is_new = publications.add_support(db, publication_id, pseudonym, wifi.local_day(now.wall))
        return Support.COUNTED if is_new else Support.ALREADY
