"""Whom to ask next about a request that no official has answered. Pure.

The head of its agency is asked and, without an answer, asked once more; then each deputy, then the
officials of the coordinating agency, each once. Who could not be reached is passed over at once.
Ordinary requests wait working days, by a wall clock that somebody has set; urgent ones wait minutes
since the boot, which need none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.domain.cases.sla import Terms
from appliance.domain.cases.working_days import WorkingCalendar
from appliance.domain.moment import Moment
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.phone import Msisdn

CHASED_FOR = timedelta(days=30)
"""What has rested for so long is the city's: nobody is asked by SMS any more."""


class Fate(StrEnum):
    """What became of a question."""

    WAITING = "waiting"
    """It has not left the box."""
    REFUSED = "refused"
    """It has not, though it was tried."""
    SENT = "sent"
    LOST = "lost"


class Why(StrEnum):
    """Why somebody is asked."""

    FIRST = "first"
    REPEAT = "repeat"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    phone: Msisdn
    fate: Fate


@dataclass(frozen=True, slots=True)
class Step:
    """The next one."""

    official: Official
    why: Why


class Over:
    """There is nobody left to ask, or no reason any more."""


OVER = Over()


def due(
    asked: Sequence[Asked],
    people: Sequence[Official],
    since: Moment,
    terms: Terms,
    now: Moment,
    *,
    calendar: WorkingCalendar,
) -> Step | Over | None:
    """What to do now about a request without an answer; None is to wait.

    `asked` is oldest first; `people` are those who may be asked, in their order; `since` is when
    the last question was handed over or, before the first, when the request came.
    """
    if now.is_trusted and now.wall - at(since, now) > CHASED_FOR:
        return OVER
    if not asked:
        return Step(people[0], _why(people[0], Why.FIRST)) if people else None
    last = asked[-1]
    if last.fate is Fate.WAITING or not (
        last.fate is Fate.LOST or has_waited(since, terms, now, calendar)
    ):
        return None
    first = next((one for one in people if one.phone == last.phone), None)
    if first is not None and len(asked) == 1 and last.fate is Fate.SENT:
        return Step(first, Why.REPEAT)
    there = {one.phone for one in asked}
    other = next((one for one in people if one.phone not in there), None)
    return OVER if other is None else Step(other, _why(other, Why.DEPUTY))


def has_waited(since: Moment, terms: Terms, now: Moment, calendar: WorkingCalendar) -> bool:
    """Whether an answer should have come; in doubt about the time it should not."""
    began = at(since, now)
    if terms.respond_within is not None:
        return now.wall - began >= terms.respond_within
    return now.is_trusted and calendar.after(began, terms.respond_days) <= now.wall


def at(then: Moment, now: Moment) -> datetime:
    """When it was by the clock of `now`, or later: what is sure.

    Within one boot the time between is known. Before it, a clock that somebody had set is believed
    by one that somebody has set; otherwise it was before this boot, at least.
    """
    if then.boot_id == now.boot_id:
        return now.wall - timedelta(milliseconds=now.mono_ms - then.mono_ms)
    booted = now.wall - timedelta(milliseconds=now.mono_ms)
    is_known = then.is_trusted and now.is_trusted
    return min(then.wall, booted) if is_known else booted


def _why(official: Official, otherwise: Why) -> Why:
    return Why.COORDINATOR if official.agency == COORDINATOR else otherwise
