"""The report card of the agencies on the pages of portal and kiosk, made anew every ten minutes.

It reads a year of requests, so that no page may make it each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from appliance.domain.moment import Moment
from appliance.domain.report_card import PERIOD, Line, report_card
from appliance.store import city_tables, figures
from web.database import db

KEPT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Made:
    """The lines, and when they were made."""

    lines: Sequence[Line]
    at: Moment


class ReportCards:
    """The last one made in this process; may be used by many threads."""

    def __init__(self) -> None:
        self._made: Made | None = None
        self._lock = Lock()

    def latest(self, now: Moment) -> Made:
        """One that is at most ten minutes old; inside a request."""
        with self._lock:
            if self._made is None or now.mono_ms - self._made.at.mono_ms >= KEPT_MS:
                self._made = Made(_lines(now), now)
            return self._made


def _lines(now: Moment) -> list[Line]:
    known = figures.onboarded(db())
    found = figures.cases(db(), now.wall - PERIOD)
    return report_card(found, now.wall, city_tables.in_force(db()), known.__contains__)
