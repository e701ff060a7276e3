"""All that the dashboard shows: made once for everybody who looks, every two seconds at most.

So fifteen walls and thirty desks cost the database as much as one.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine

from appliance.domain import reference
from appliance.domain.ids import SiteCode
from command_center import local_day, wording
from command_center.dashboard import figures
from command_center.dashboard.cells import Dimension
from command_center.dashboard.episodes import Alarm
from command_center.dashboard.figures import TREND_DAYS, Counts, Figures
from command_center.dashboard.fleet import BoxHealth, Reach, fleet
from command_center.dashboard.late import Late, LateCount
from command_center.dashboard.whose import CITY, Whose
from command_center.store import this_city
from command_center.store.dashboard import agency_counts, alarms, daily_counts
from command_center.store.database import reading
from command_center.store.fleet import boxes
from command_center.store.sending import tables

FRESH_S = 2.0
FRESH_TIMES = 20
"""What takes long to make is kept for so many times as long."""
_SHOWN = (Dimension.CHANNEL, Dimension.CATEGORY, Dimension.KELURAHAN, Dimension.AGENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is shown."""

    city: str
    is_link_up: bool
    figures: Figures
    late: LateCount | None
    alarms: list[Alarm]
    """None for one agency: they are about the city."""
    boxes: list[BoxHealth]

    @property
    def missing(self) -> list[BoxHealth]:
        """Boxes whose figures are not whole, those that were never heard last."""
        away = (box for box in self.boxes if not box.is_known)
        return sorted(away, key=lambda box: box.reach is Reach.NEVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A snapshot with a name that changes when anything in it does."""

    snapshot: Snapshot
    version: str
    at: datetime


class Snapshots:
    """The newest of each period; may be used by many threads."""

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime],
        is_link_up: Callable[[], bool],
        late: Late,
        whose: Whose = CITY,
    ) -> None:
        self._engine, self._now, self._is_link_up = engine, now, is_link_up
        self._late, self._whose = late, whose
        self._lock = threading.Lock()
        self._made: dict[int, tuple[float, Made]] = {}
        """By period, with the second until which it is fresh."""

    def latest(self, days: int) -> Made:
        """That of a period, two seconds old or a little more."""
        with self._lock:
            until_s, made = self._made.get(days, (0.0, None))
            began_s = time.monotonic()
            if made is None or began_s >= until_s:
                made = self._make(days)
                now_s = time.monotonic()
                self._made[days] = (now_s + max(FRESH_S, FRESH_TIMES * (now_s - began_s)), made)
            return made

    def forget(self) -> None:
        """Somebody here has changed something, and wants to see it."""
        with self._lock:
            self._made.clear()

    def _make(self, days: int) -> Made:
        now = self._now()
        late = self._late.latest()
        mine = late and late.of(self._whose.agency, self._whose.unit)
        is_link_up = self._is_link_up()
        with reading(self._engine) as connection:
            snapshot = look(connection, now, days, mine, whose=self._whose, is_link_up=is_link_up)
        version = sha256(repr(snapshot).encode()).hexdigest()[:16]
        return Made(snapshot=snapshot, version=version, at=now)


def look(
    connection: Connection,
    now: datetime,
    days: int,
    late: LateCount | None,
    *,
    whose: Whose = CITY,
    is_link_up: bool,
) -> Snapshot:
    """Read it, by a number of queries that does not depend on what is stored."""
    today, city = local_day.today(now), this_city.code(connection)
    kelurahan = [one.code for one in reference.kelurahan_of_city(city)]
    sites = {SiteCode(code.rpartition(".")[0]) for code in kelurahan}
    of_today = daily_counts.by_site(connection, Dimension.INTAKE, today, today)
    return Snapshot(
        city=city,
        is_link_up=is_link_up,
        figures=figures.figures(
            _of_city(connection, today, days)
            if whose == CITY
            else agency_counts.counts(connection, whose, today, days),
            _names(connection),
            kelurahan,
            None if late is None else late.by_agency,
            today=today,
            days=days,
        ),
        late=late,
        alarms=alarms.listed(connection) if whose == CITY else [],
        boxes=fleet(boxes.every(connection), sites, of_today, now, is_link_up=is_link_up),
    )


def _of_city(connection: Connection, today: int, days: int) -> Counts:
    spans = figures.periods(today, days)
    month = figures.month_before(today)
    hidden = daily_counts.by_day(connection, Dimension.CONFIDENTIAL, *month)
    return Counts(
        by_value=daily_counts.by_value(connection, _SHOWN, spans),
        by_day=daily_counts.by_day(connection, Dimension.INTAKE, today - TREND_DAYS + 1, today),
        open=daily_counts.ever(connection, Dimension.OPEN),
        confidential=sum(hidden.values()),
    )


def _names(connection: Connection) -> dict[Dimension, Callable[[str], str]]:
    known = tables.in_force(connection)
    return {
        Dimension.CHANNEL: wording.channel,
        Dimension.CATEGORY: wording.category,
        Dimension.KELURAHAN: reference.any_kelurahan_name,
        Dimension.AGENCY: known.agency_name,
    }
