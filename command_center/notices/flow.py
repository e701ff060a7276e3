"""What to do next about an SMS to an official, and which box can send it. Pure.

A box that is away or whose modem is not ready is not asked. One that does not answer, refuses, or
cannot get rid of the SMS is asked no more, but another; three at most, for a day at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from appliance.domain.city.remote_command import Outcome
from appliance.domain.ids import SiteCode
from appliance.domain.sms.sending_policy import NOTICE_VALIDITY
from command_center.dashboard.fleet import Reach, reach
from command_center.store.fleet.boxes import Box
from command_center.store.handling.notices import (
    CANCELLED,
    FAILED,
    ORDERED,
    QUEUED,
    WAITING,
    Notice,
)

TAKEN_WITHIN = timedelta(minutes=10)
"""After that a box does not execute the order any more."""
MARGIN = timedelta(minutes=5)
"""For its answer on the way."""
BOXES_MAX = 3
GIVEN_UP_AFTER = timedelta(hours=24)
ERROR_MAX_CHARS = 200


def followed(notice: Notice, answer: tuple[str, str] | None, now: datetime) -> Notice:
    """The notice after what its box has answered, or has not in time."""
    asked = notice.ordered_at or now
    if notice.state == ORDERED and answer is not None:
        outcome, detail = answer
        if outcome == Outcome.DONE:
            return replace(notice, state=QUEUED)
        return again(notice, detail if outcome == Outcome.FAILED else f"{outcome}: {detail}", now)
    if notice.state == ORDERED and now >= asked + TAKEN_WITHIN + MARGIN:
        return again(notice, "silent: the box did not answer", now)
    if notice.state == QUEUED and now >= asked + NOTICE_VALIDITY + TAKEN_WITHIN + MARGIN:
        return again(notice, "untold: the box did not say what became of the SMS", now)
    if notice.state == WAITING and now >= notice.created_at + GIVEN_UP_AFTER:
        return given_up(notice, notice.error or "no_box: no box could be asked in time", now)
    return notice


def again(notice: Notice, error: str, now: datetime) -> Notice:
    """The same for another box, unless enough was tried."""
    if len(notice.tried) >= BOXES_MAX or now >= notice.created_at + GIVEN_UP_AFTER:
        return given_up(notice, error, now)
    return replace(notice, state=WAITING, command_id=None, error=error[:ERROR_MAX_CHARS])


def given_up(notice: Notice, error: str, now: datetime) -> Notice:
    """The same as one that staff must pass on."""
    return replace(notice, state=FAILED, error=error[:ERROR_MAX_CHARS], settled_at=now)


def cancelled(notice: Notice, now: datetime) -> Notice:
    """The same as one that nobody needs any more."""
    return replace(notice, state=CANCELLED, settled_at=now)


def able(boxes: Iterable[Box], gone: Iterable[str], now: datetime) -> list[SiteCode]:
    """The boxes that are connected and have a modem that is ready."""
    barred = set(gone)
    return [
        box.site
        for box in boxes
        if str(box.site) not in barred
        and not box.site.is_city
        and reach(box, now, is_link_up=True) is Reach.CONNECTED
        and _has_modem(box)
    ]


def choose(
    sites: Sequence[SiteCode],
    own: SiteCode,
    tried: Sequence[SiteCode],
    load: Mapping[SiteCode, int],
) -> SiteCode | None:
    """The case's own box if it can, otherwise the one with the least to do; none twice."""
    fresh = [site for site in sites if site not in tried]
    return min(fresh, key=lambda site: (site != own, load.get(site, 0), str(site)), default=None)


def _has_modem(box: Box) -> bool:
    gauges = box.heartbeat.gauges if box.heartbeat else {}
    return any(
        told.get("state") == "ready"
        for process, told in gauges.items()
        if process.partition("-")[0] == "modem"
    )
