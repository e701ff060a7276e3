"""Which ticket a message without a number belongs to, by what its phone has said before; pure.

A report that stands alone is a ticket of its own. What follows within minutes, the answer to our
question, and what a flood leaves over belong to one that is there. Nothing that is more urgent or
more secret than a ticket is put under it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from appliance.domain.cases import gravity
from appliance.domain.cases.gravity import Judged
from appliance.domain.cases.service_request import (
    ENDED,
    FINISHED,
    TEXT_MAX_CHARS,
    Channel,
    Sensitivity,
    ServiceRequest,
    Status,
)
from appliance.domain.sms.received import Wish

CONTINUES_FOR = timedelta(minutes=10)
"""What comes without a verb so soon belongs to the report before."""
ANSWERS_FOR = timedelta(hours=24)
TICKETS_PER_HOUR = 10
"""More from one phone are put together, so that a flood makes few tickets."""
LATELY = timedelta(hours=1)
REPORTS_PER_HOUR = 4
"""What one phone reports beyond is kept, and marked for a person to judge."""
REOPENED_FOR = timedelta(days=30)
"""What is wrong again after a longer time is another matter."""

_MEANT: dict[Wish, frozenset[Status]] = {
    Wish.CONFIRM: frozenset({Status.RESOLVED}),
    Wish.DISPUTE: FINISHED,
    Wish.ADD: frozenset(Status) - ENDED,
    Wish.WITHDRAW: frozenset(Status) - ENDED,
    Wish.CORRECT: frozenset(Status),
    Wish.ERASE: frozenset(Status),
    Wish.ACCESS: frozenset(Status),
}


def continued(
    report: str,
    judged: Judged,
    own: Sequence[ServiceRequest],
    now: datetime,
    *,
    is_explicit: bool,
) -> ServiceRequest | None:
    """The newest of the phone's requests (newest first) that this report goes on with."""
    fitting = [r for r in own if _may_hold(r, report, judged)]
    fresh = (r for r in fitting if _age(r, now) < CONTINUES_FOR)
    if not is_explicit and (newest := next(fresh, None)):
        return newest
    lately = [r for r in own if _age(r, now) < LATELY]
    if len(lately) >= TICKETS_PER_HOUR:
        return next((r for r in fitting if r in lately), None)
    return None


def is_flood(own: Sequence[ServiceRequest], now: datetime) -> bool:
    """Whether a phone has reported enough by SMS within the hour: a person judges the rest."""
    return sum(r.channel is Channel.SMS and _age(r, now) < LATELY for r in own) >= REPORTS_PER_HOUR


def answered(
    text: str,
    judged: Judged,
    own: Sequence[ServiceRequest],
    *,
    asked: Collection[str],
    now: datetime,
) -> ServiceRequest | None:
    """The newest request whose open question (`asked`: ids) this can be the answer to."""
    waiting = (r for r in own if r.id in asked and _age(r, now) < ANSWERS_FOR)
    return next((r for r in waiting if _may_hold(r, text, judged)), None)


def meant(wish: Wish, own: Sequence[ServiceRequest]) -> ServiceRequest | None:
    """The ticket a wish without a number is about; None where that is in doubt."""
    if wish is Wish.SAFE:
        secret = (r for r in own if r.sensitivity is Sensitivity.CONFIDENTIAL)
        return next(secret, None)
    fitting = [r for r in own if r.status in _MEANT[wish]]
    is_about_the_phone = wish in (Wish.ERASE, Wish.ACCESS)
    return fitting[0] if len(fitting) == 1 or (fitting and is_about_the_phone) else None


def complained(request: ServiceRequest, now: datetime) -> Wish | None:
    """What a complaint that names a ticket is to it; None where it is a report of its own."""
    if request.status is Status.RESOLVED:
        return Wish.DISPUTE
    if request.status is Status.CLOSED and now - request.updated_at < REOPENED_FOR:
        return Wish.DISPUTE
    return None if request.status in ENDED else Wish.ADD


def _age(request: ServiceRequest, now: datetime) -> timedelta:
    """How long ago; a request from the future is as good as old."""
    age = now - request.created_at
    return age if age >= timedelta(0) else timedelta.max


def _may_hold(request: ServiceRequest, text: str, judged: Judged) -> bool:
    is_sms = request.channel is Channel.SMS
    is_open = is_sms and request.status not in ENDED
    has_room = len(request.text) + 1 + len(text) <= TEXT_MAX_CHARS
    return is_open and has_room and not gravity.is_graver(judged, request)
