"""The report card of the agencies on the pages of portal and kiosk, kept while it is young.

It reads a year of requests, so that no page may make it each time: the more there are, the longer
it is kept.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from appliance.domain.moment import Moment
from appliance.domain.public.report_card import PERIOD, RANKED_FROM, Line, report_card, total
from appliance.store.city import city_tables
from appliance.store.errors import Unavailable
from appliance.store.public import figures
from web.database import db

log = logging.getLogger(__name__)

KEPT_MS = 60_000
KEPT_FOR_EACH_MS = 30
"""Beside that for each request: 20,000 take two seconds, every eleven minutes at most."""


@dataclass(frozen=True, slots=True)
class Made:
    """The lines, and from when until when they are shown."""

    lines: Sequence[Line]
    at: Moment
    kept_ms: int

    def is_young(self, now: Moment) -> bool:
        """Whether it may still be shown."""
        return now.mono_ms - self.at.mono_ms < self.kept_ms


class ReportCards:
    """The last one made in this process; may be used by many threads."""

    def __init__(self) -> None:
        self._made: Made | None = None
        self._lock = Lock()

    def latest(self, now: Moment) -> Made:
        """The last one, or a new one; inside a request."""
        with self._lock:
            if self._made is None or not self._made.is_young(now):
                self._made = _made(now)
            return self._made

    def summary(self, now: Moment) -> Line | None:
        """All agencies together, for a first page, which is shown even when the store cannot be
        read; None where too few have been answered."""
        try:
            lines = self.latest(now).lines
        except (Unavailable, sqlite3.Error) as error:
            log.warning("the report card cannot be made reason=%s", error)
            return None
        together = total(lines)
        return together if together.answered >= RANKED_FROM else None


def _made(now: Moment) -> Made:
    found = figures.cases(db(), now.wall - PERIOD)
    known = figures.onboarded(db())
    lines = report_card(found, now.wall, city_tables.in_force(db()), known.__contains__)
    return Made(lines, now, KEPT_MS + KEPT_FOR_EACH_MS * len(found))
