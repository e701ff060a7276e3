"""Orders boxes to text officials, and follows each order until it is settled.

Turned by the center every few seconds; each notice is one transaction, so that a death costs
nothing and no box is ordered twice.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.cases.service_request import OVER
from appliance.domain.hours import DailyHours
from appliance.domain.ids import SiteCode
from command_center.notices import flow
from command_center.sending import commanding
from command_center.store.cases import requests
from command_center.store.database import reading, writing
from command_center.store.fleet import barred, boxes
from command_center.store.handling import notices
from command_center.store.handling.notices import OPEN, ORDERED, WAITING, Notice
from command_center.store.sending import commands

log = logging.getLogger(__name__)

COMMAND = "text_official"
AT_ONCE = 1_000
PER_OFFICIAL = 5
"""In 24 hours; the rest waits, and is passed on by staff after a day."""
DAY = timedelta(days=1)
Office = tuple[str, int]
"""Agency and rank."""


class Sender:
    """The chore; nothing of it lives in memory."""

    def __init__(
        self,
        engine: Engine,
        *,
        per_day: int,
        quiet: DailyHours,
        new_id: Callable[[], str],
        is_link_up: Callable[[], bool] = lambda: True,
    ) -> None:
        self._engine, self._per_day, self._quiet = engine, per_day, quiet
        self._new_id, self._is_link_up = new_id, is_link_up

    def look(self, now: datetime) -> None:
        """Follow what was ordered, and order what waits."""
        with reading(self._engine) as connection:
            if not notices.is_any_open(connection):
                return
            found = notices.unfinished(connection, AT_ONCE)
            answers = commands.outcomes(connection, [n.command_id for n in found if n.command_id])
        for notice in found:
            answer = answers.get(notice.command_id or "")
            if flow.followed(notice, answer, now) != notice:
                self._follow(notice.notice_id, answer, now)
        if self._is_link_up() and not self._quiet.cover(now):
            self._order_some(now)

    def _follow(self, notice_id: str, answer: tuple[str, str] | None, now: datetime) -> None:
        with writing(self._engine) as connection:
            notice = notices.by_id(connection, notice_id)
            if notice is not None and notice.state in OPEN:
                notices.put(connection, flow.followed(notice, answer, now))

    def _order_some(self, now: datetime) -> None:
        with reading(self._engine) as connection:
            found = notices.unfinished(connection, AT_ONCE)
            waiting = [one for one in found if one.state == WAITING]
            if not waiting:
                return
            gone = [site for site, epoch in barred.every(connection) if epoch == barred.WHOLE]
            sites = flow.able(boxes.every(connection), gone, now)
            recent = Counter(notices.ordered_since(connection, now - DAY))
        load = Counter(one.site for one in found if one.site and one.state != WAITING)
        for notice in waiting:
            is_possible = any(site not in notice.tried for site in sites)
            if is_possible and self._has_room(notice, recent, now):
                self._order_one(notice, sites, load, recent, now)

    def _order_one(
        self,
        notice: Notice,
        sites: list[SiteCode],
        load: Counter[SiteCode],
        recent: Counter[Office],
        now: datetime,
    ) -> None:
        with writing(self._engine) as connection:
            site = self._order(connection, notice.notice_id, sites, load, now)
        if site is not None:
            load[site] += 1
            recent[notice.agency, notice.rank] += not _is_recent(notice, now)

    def _order(
        self,
        connection: Connection,
        notice_id: str,
        sites: list[SiteCode],
        load: Counter[SiteCode],
        now: datetime,
    ) -> SiteCode | None:
        """Order one of a box; return which."""
        notice = notices.by_id(connection, notice_id)
        if notice is None or notice.state != WAITING:
            return None
        request = requests.by_id(connection, notice.request_id)
        if request is None or request.status in OVER or request.agency != notice.of_agency:
            notices.put(connection, flow.cancelled(notice, now))
            return None
        site = flow.choose(sites, request.site, notice.tried, load)
        if site is None:
            return None
        command_id = commanding.issue_in(
            connection,
            site,
            COMMAND,
            _args(notice, request.ticket),
            expires_s=flow.TAKEN_WITHIN // timedelta(seconds=1),
            now=now,
            command_id=self._new_id(),
        )
        ordered = replace(
            notice,
            state=ORDERED,
            site=site,
            command_id=command_id,
            ordered_at=now,
            tried=(*notice.tried, site),
        )
        notices.put(connection, ordered)
        log.info("a box is to text an official site=%s about=%s", site, notice.about)
        return site

    def _has_room(self, notice: Notice, recent: Counter[Office], now: datetime) -> bool:
        """Whether one more may be ordered today, of all and of this official."""
        of_official = recent[notice.agency, notice.rank] - _is_recent(notice, now)
        return recent.total() < self._per_day and of_official < PER_OFFICIAL


def _is_recent(notice: Notice, now: datetime) -> bool:
    """Whether it is counted already."""
    return notice.ordered_at is not None and notice.ordered_at >= now - DAY


def _args(notice: Notice, ticket: str) -> dict[str, str]:
    """No number and no words: the box has both."""
    return {
        "notice": notice.notice_id,
        "request": notice.request_id,
        "ticket": ticket,
        "of": notice.of_agency,
        "agency": notice.agency,
        "rank": str(notice.rank),
        "about": notice.about,
        "due": notice.due_on.isoformat(),
    }
