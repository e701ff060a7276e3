"""What became of an SMS to an official, as its box tells; in the caller's transaction."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from appliance.domain.errors import BadInput
from appliance.domain.events.texts import NoticeSettled
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center.cases.lapses import NOBODY
from command_center.notices import flow
from command_center.store.cases import case_history, requests
from command_center.store.handling import escalations, notices
from command_center.store.handling.notices import DELIVERED, OPEN, SENT, UNCERTAIN, Notice

BY = "SMS Posko"
"""Who has told a step."""
_LOST = frozenset({"failed", "expired"})


def settle(connection: Connection, site: SiteCode, event: NoticeSettled, now: datetime) -> None:
    """Take over what a box says; what it sent is told, what it lost goes to another.

    Raises BadInput where this box was never asked.
    """
    notice = notices.by_id(connection, event.notice_id)
    if notice is None or site not in notice.tried:
        raise BadInput("no such notice was ordered of this box")
    if event.state in (SENT, DELIVERED):
        _arrived(connection, notice, site, event.state, now)
    elif event.state in _LOST and site == notice.site:
        _lost(connection, notice, event, now)
    elif event.state == UNCERTAIN and notice.state in OPEN:
        changed = replace(notice, state=UNCERTAIN, error=_error(event), settled_at=now)
        notices.put(connection, changed)


def _arrived(
    connection: Connection, notice: Notice, site: SiteCode, state: str, now: datetime
) -> None:
    """Told once, by whichever box came first."""
    if notice.state in (SENT, DELIVERED):
        if state == DELIVERED:
            notices.put(connection, replace(notice, state=DELIVERED))
        return
    changed = replace(notice, state=state, site=site, error="", settled_at=now)
    notices.put(connection, changed)
    escalations.finish(connection, notice.request_id, [notice.step], by=BY, now=now)
    request = requests.by_id(connection, notice.request_id, lock=True)
    if request is not None:
        said = f"SMS ke pejabat terkirim lewat kotak {kecamatan_name(site)}."
        case_history.note(connection, request, said, by=NOBODY, now=now)


def _lost(connection: Connection, notice: Notice, event: NoticeSettled, now: datetime) -> None:
    if notice.state in OPEN:
        notices.put(connection, flow.again(notice, _error(event), now))
    elif notice.state == SENT:
        notices.put(connection, flow.given_up(notice, _error(event), now))
        escalations.reopen(connection, notice.request_id, notice.step, by=BY)


def _error(event: NoticeSettled) -> str:
    return f"sms_{event.state}: {event.error}"[: flow.ERROR_MAX_CHARS]
