"""The public report card as of the last local midnight, made once a day beside the pages, looked
at or not.

It is kept in the database: after a start the last one is shown at once, and of several programs on
one database a single one makes the next.
"""

import csv
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from appliance.domain.moment import local, start_of
from appliance.domain.public.report_card import Line
from command_center.public.scorecard import ALGORITHM, Row, scorecard
from command_center.store.database import reading, writing
from command_center.store.leases import Lease, alone
from command_center.store.public import kept_cards, open_counts, scorecards
from command_center.store.public.kept_cards import KeptCard
from command_center.store.public.open_counts import Count

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
    algorithm: int = ALGORITHM
    rows: Sequence[Row]
    counts: Sequence[Count] = ()
    """Of the open data; not kept with past days."""


class Cards:
    """The newest card, made or read by this process; may be used by many threads."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._made: Made | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next_try_s = 0.0
        self._is_settled = threading.Event()
        """There is a card, or trying to get one has ended."""

    def look(self) -> None:
        """Begin that of the last midnight, if it is not there; call it as often as you like."""
        until = last_midnight(self._now())
        with self._lock:
            if self._is_due(until):
                self._next_try_s = time.monotonic() + RETRY_S
                self._is_settled.clear()
                self._thread = threading.Thread(target=self._refresh, args=[until], daemon=True)
                self._thread.start()

    def latest(self) -> Made | None:
        """That of the last midnight; while it is being made the one before, or None."""
        self.look()
        if self._made is None:
            self._is_settled.wait(FIRST_WAIT_S)
        return self._made

    def of_day(self, day: date) -> Made | None:
        """The kept one of which this was the last day that counts."""
        return kept(self._engine, end_of(day))

    def _is_due(self, until: datetime) -> bool:
        is_running = self._thread is not None and self._thread.is_alive()
        is_young = self._made is not None and self._made.until == until
        return not is_running and not is_young and time.monotonic() >= self._next_try_s

    def _refresh(self, until: datetime) -> None:
        try:
            if not self._show(stored(self._engine, until), until):
                with alone(self._engine, Lease.CARD) as is_alone:
                    if is_alone:
                        self._make(until)
        except SQLAlchemyError as error:
            log.error("the report card cannot be made reason=%s", type(error).__name__)
        finally:
            self._is_settled.set()

    def _make(self, until: datetime) -> None:
        if not self._show(stored(self._engine, until), until):  # another may just have made it
            made = make(self._engine, until)
            try:
                keep(self._engine, made, self._now())
            finally:
                self._made = made

    def _show(self, made: Made | None, until: datetime) -> bool:
        """Show a card if there is one; whether it is that of this midnight."""
        if made is None:
            return False
        self._made = made
        self._is_settled.set()
        return made.until == until


def make(engine: Engine, until: datetime) -> Made:
    """The card and the open data as of a time."""
    with reading(engine) as connection:
        given = scorecards.given(connection, until)
        counts = open_counts.until(connection, until)
    return Made(since=given.since, until=until, rows=scorecard(given), counts=counts)


def keep(engine: Engine, made: Made, now: datetime) -> None:
    """Store a card for the next start and for later."""
    card = kept_cards.KeptCard(
        since=made.since,
        until=made.until,
        algorithm=made.algorithm,
        card=msgspec.json.encode(made.rows),
        counts=msgspec.json.encode(made.counts),
    )
    with writing(engine) as connection:
        kept_cards.put(connection, card, now)


def stored(engine: Engine, until: datetime) -> Made | None:
    """The newest that was kept, of this midnight or before."""
    with reading(engine) as connection:
        found = kept_cards.newest(connection, until, ALGORITHM)
    return None if found is None else _read(found)


def kept(engine: Engine, until: datetime) -> Made | None:
    """That of one midnight, without open data."""
    with reading(engine) as connection:
        found = kept_cards.of(connection, until)
    return None if found is None else _read(found)


def _read(found: KeptCard) -> Made:
    return Made(
        since=local(found.since),
        until=local(found.until),
        algorithm=found.algorithm,
        rows=[_row(row) for row in msgspec.json.decode(found.card)],
        counts=msgspec.json.decode(found.counts, type=list[Count]) if found.counts else (),
    )


def _row(told: dict[str, Any]) -> Row:
    """By hand, so that a median that is whole stays whole."""
    return Row(**(told | {name: Line(**told[name]) for name in ("shown", "raw")}))


def last_midnight(now: datetime) -> datetime:
    """When today began there."""
    return start_of(local(now).date())


def end_of(day: date) -> datetime:
    """The local midnight after a day; raises OverflowError for the last of all days."""
    return start_of(day + timedelta(days=1))


def benchmarks(path: Path | None) -> list[dict[str, str]]:
    """Figures of elsewhere to compare with; only those that say where from and of when."""
    if path is None:
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row.get(column) for column in BENCHMARK_COLUMNS)]
