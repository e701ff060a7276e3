"""The public report card as of the last local midnight, made once a day beside the pages."""

import csv
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from appliance.domain.moment import CITY_TIME
from command_center.scorecard import Row, scorecard
from command_center.store import open_counts, scorecards
from command_center.store.database import reading
from command_center.store.open_counts import Count

log = logging.getLogger(__name__)

FIRST_WAIT_S = 5.0
"""How long a page waits for the first card; a large city's takes longer, and it says so."""
RETRY_S = 60.0
BENCHMARK_COLUMNS = ("ukuran", "nilai", "sumber", "tanggal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is public, as of a midnight."""

    since: datetime
    until: datetime
    rows: Sequence[Row]
    counts: Sequence[Count]


class Cards:
    """The newest card made in this process; may be used by many threads."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._made: Made | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next_try_s = 0.0

    def latest(self) -> Made | None:
        """That of the last midnight; while it is being made the one before, or None."""
        until = last_midnight(self._now())
        with self._lock:
            if self._is_due(until):
                self._next_try_s = time.monotonic() + RETRY_S
                self._thread = threading.Thread(target=self._make, args=[until], daemon=True)
                self._thread.start()
            thread = self._thread
        if self._made is None and thread is not None:
            thread.join(FIRST_WAIT_S)
        return self._made

    def _is_due(self, until: datetime) -> bool:
        is_running = self._thread is not None and self._thread.is_alive()
        is_young = self._made is not None and self._made.until == until
        return not is_running and not is_young and time.monotonic() >= self._next_try_s

    def _make(self, until: datetime) -> None:
        try:
            self._made = make(self._engine, until)
        except SQLAlchemyError as error:
            log.error("the report card cannot be made reason=%s", type(error).__name__)


def make(engine: Engine, until: datetime) -> Made:
    """The card and the open data as of a time."""
    with reading(engine) as connection:
        given = scorecards.given(connection, until)
        counts = open_counts.until(connection, until)
    return Made(since=given.since, until=until, rows=scorecard(given), counts=counts)


def last_midnight(now: datetime) -> datetime:
    """When today began there."""
    day = now.astimezone(CITY_TIME).date()
    return datetime.combine(day, time_of_day(), CITY_TIME)


def benchmarks(path: Path | None) -> list[dict[str, str]]:
    """Figures of elsewhere to compare with; only those that say where from and of when."""
    if path is None:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row.get(column) for column in BENCHMARK_COLUMNS)]
