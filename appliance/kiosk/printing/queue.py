"""The loop that prints queued slips, one after the other, in a thread of the kiosk.

Nothing waits for it: a page reads the job's state from the database. A slip's end is written before
the next one begins; when the database cannot be written it is kept and written later.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable

from appliance.actions import health, printing
from appliance.domain.errors import PoskoError
from appliance.domain.moment import Moment
from appliance.domain.print_job import ADVICE, Outcome, PrintJob, PrintState
from appliance.store import requests

log = logging.getLogger(__name__)

PROCESS = "kiosk"
AGAIN_AFTER_S = 5.0
"""After trouble with the database."""

PrintSlip = Callable[[sqlite3.Connection, PrintJob], Outcome]


class PrintQueue:
    """Prints what is queued; `print_slip` may take as long as a printer does."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        print_slip: PrintSlip,
        now: Callable[[], Moment],
    ) -> None:
        self._connect = connect
        self._print_slip = print_slip
        self._now = now
        self._wake = threading.Event()
        self._unsettled: tuple[PrintJob, Outcome] | None = None

    def wake(self) -> None:
        """Say that a slip was queued."""
        self._wake.set()

    def run(self) -> None:
        """Go on for ever; recover first from how the last run ended."""
        is_recovered = False
        while True:
            self._wake.clear()
            try:
                db = self._connect()
                try:
                    if not is_recovered:
                        printing.recover(db, self._now())
                        is_recovered = True
                    while self.turn(db):
                        pass
                finally:
                    db.close()
            except (PoskoError, sqlite3.Error) as error:
                log.warning("the queue of slips waits for the database reason=%s", error)
                self._wake.wait(AGAIN_AFTER_S)
            except Exception:
                log.exception("a slip could not be handled")
                self._wake.wait(AGAIN_AFTER_S)
            else:
                self._wake.wait()

    def turn(self, db: sqlite3.Connection) -> bool:
        """Print one slip; False when none waits."""
        self._settle(db)
        job = printing.take(db, self._now())
        if job is None:
            return False
        self._unsettled = (job, self._print_slip(db, job))
        self._settle(db)
        return True

    def _settle(self, db: sqlite3.Connection) -> None:
        if self._unsettled is None:
            return
        job, outcome = self._unsettled
        printing.settle(db, job, outcome, self._now())
        self._unsettled = None
        if outcome.state is not PrintState.PRINTED:
            log.warning("slip not printed state=%s trouble=%s", outcome.state, outcome.trouble)
        health.state(db, PROCESS, gauges(outcome), self._now())


def gauges(outcome: Outcome) -> dict[str, str]:
    """How the printer did last, and what a technician should do."""
    trouble = outcome.trouble
    return {
        "printer": str(trouble) if trouble else "ready",
        "printer_advice": ADVICE.get(trouble, "") if trouble else "",
    }
