"""How many open cases are late, counted beside the pages: it goes through what is open.

Kept for a minute, or for twenty times as long as counting took: it never takes more than a
twentieth of a processor, however many cases are open.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from appliance.domain.cases.service_request import Sensitivity
from command_center import local_day
from command_center.store.cases.requests import Filter
from command_center.store.database import reading
from command_center.store.handling import open_requests

log = logging.getLogger(__name__)

KEPT_S = 60.0
KEPT_TIMES = 20
FIRST_WAIT_S = 1.0
"""How long the first page waits; then it says that the number is being counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCount:
    """Late cases that are not confidential, by agency and unit."""

    at: datetime
    by_unit: Mapping[tuple[str, str | None], int]

    @property
    def by_agency(self) -> Mapping[str, int]:
        """Those of all its units together."""
        found: Counter[str] = Counter()
        for (agency, _), number in self.by_unit.items():
            found[agency] += number
        return found

    def of(self, agency: str | None, unit: str | None) -> "LateCount":
        """Those of one agency, or one unit of it; all where none is named."""
        mine = {
            key: number
            for key, number in self.by_unit.items()
            if agency in (None, key[0]) and unit in (None, key[1])
        }
        return LateCount(at=self.at, by_unit=mine)

    @property
    def total(self) -> int:
        """All together."""
        return sum(self.by_unit.values())


class Late:
    """The newest count of this process; may be used by many threads."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._count: LateCount | None = None
        self._next_s = 0.0

    def latest(self) -> LateCount | None:
        """The newest there is; None while the first is being counted."""
        with self._lock:
            is_running = self._thread is not None and self._thread.is_alive()
            if not is_running and time.monotonic() >= self._next_s:
                self._next_s = time.monotonic() + KEPT_S
                self._thread = threading.Thread(target=self._run, name="late", daemon=True)
                self._thread.start()
            thread = self._thread
        if self._count is None and thread is not None:
            thread.join(FIRST_WAIT_S)
        return self._count

    def _run(self) -> None:
        began_s = time.monotonic()
        try:
            self._count = count(self._engine, self._now())
        except SQLAlchemyError as error:
            log.error("late cases cannot be counted reason=%s", type(error).__name__)
        took_s = time.monotonic() - began_s
        self._next_s = time.monotonic() + max(KEPT_S, KEPT_TIMES * took_s)


def count(engine: Engine, now: datetime) -> LateCount:
    """Count them."""
    public = Filter(but_sensitivity=Sensitivity.CONFIDENTIAL.value)
    with reading(engine) as connection:
        counts = open_requests.counts(connection, public, local_day.today(now))
    return LateCount(
        at=now, by_unit={(one.agency, one.unit): one.late for one in counts if one.late}
    )
