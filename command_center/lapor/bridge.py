"""The loop that tells LAPOR! what waits and asks what is new; a thread of its own.

What it does not finish, for whatever reason, the next turn does: all that is wanted is stored.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from command_center.lapor import sending, taking
from command_center.lapor.client import Refused, Service, Trouble
from command_center.lapor.taking import Outcome
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_intake

log = logging.getLogger(__name__)

PAGES_AT_ONCE = 10
TOPICS_EVERY = timedelta(days=1)
KEPT = timedelta(days=90)
"""So long it is known which news were looked at."""
_LONGEST_PAUSE_S = 1_800.0
LEASE_TIMEOUTS = 4
"""To find, reach, ask and read each take one at most."""


class Bridge:
    """Both directions; `every_s` is how often, as long as all is well, `timeout_s` that of the
    service."""

    def __init__(
        self,
        engine: Engine,
        service: Service,
        *,
        sealing_keys: Mapping[str, str],
        every_s: float,
        timeout_s: float,
        now: Callable[[], datetime],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine, self._service, self._now = engine, service, now
        self._sealing_keys, self._every_s, self._on_change = sealing_keys, every_s, on_change
        self._lease = timedelta(seconds=LEASE_TIMEOUTS * timeout_s)
        self._topics: dict[str, str] = {}
        self._topics_at: datetime | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lapor")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End it after what is under way, which is bounded by the time-out."""
        self._stopping.set()
        self._thread.join()

    def turn(self) -> bool:
        """Tell and ask once; whether LAPOR! answered as it should."""
        sending.gather(self._engine, self._now())
        try:
            self._learn_topics()
            sending.send_due(
                self._engine, self._service, self._topics, lease=self._lease, now=self._now()
            )
            self._ask()
        except (Trouble, Refused) as trouble:
            self._tell(str(trouble))
            return False
        with writing(self._engine) as connection:
            lapor_intake.set_ok(connection, self._now())
            lapor_intake.forget(connection, self._now() - KEPT)
        return True

    def _learn_topics(self) -> None:
        if self._topics_at is None or self._now() - self._topics_at >= TOPICS_EVERY:
            self._topics, self._topics_at = self._service.topics(), self._now()

    def _ask(self) -> None:
        for _ in range(PAGES_AT_ONCE):
            with reading(self._engine) as connection:
                cursor = lapor_intake.state(connection).cursor
            page = self._service.news(cursor)
            outcomes = [
                taking.take(self._engine, item, self._sealing_keys, self._now())
                for item in page.items
            ]
            with writing(self._engine) as connection:
                if lapor_intake.state(connection, lock=True).cursor == cursor:
                    lapor_intake.set_cursor(connection, page.cursor)
            if Outcome.NEW in outcomes or Outcome.CHANGED in outcomes:
                self._on_change()
            if not page.has_more or self._stopping.is_set():
                break

    def _tell(self, error: str) -> None:
        """Keep the trouble for the operator; log it when it changes."""
        with writing(self._engine) as connection:
            if lapor_intake.state(connection).error != error:
                log.warning("the bridge to LAPOR! is in trouble reason=%s", error)
            lapor_intake.set_error(connection, error, self._now())

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            is_well = False
            try:
                is_well = self.turn()
            except OperationalError as error:
                log.error("database refuses; the bridge to LAPOR! waits reason=%s", error.orig)
            except Exception:
                log.exception("turn of the bridge to LAPOR! failed; the next one repeats it")
            longer_s = min(max(pause_s, self._every_s) * 2, _LONGEST_PAUSE_S)
            pause_s = self._every_s if is_well else max(longer_s, self._every_s)
