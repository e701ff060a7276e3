"""The loop that prints queued slips, one after the other, in a thread of the kiosk.

Nothing waits for it: a page reads the job's state from the database. A slip's end is written before
the next one begins; when the database cannot be written it is kept and written later.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

from appliance.actions.box import health, printing
from appliance.domain.box.print_job import ADVICE, Outcome, PrintJob, PrintState, Trouble
from appliance.domain.errors import PoskoError
from appliance.domain.moment import Moment

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
        self._is_stopping = False
        self._unsettled: tuple[PrintJob, Outcome] | None = None

    def wake(self) -> None:
        """Say that a slip was queued."""
        self._wake.set()

    def stop(self) -> None:
        """Let `run` return after the slip that is being printed."""
        self._is_stopping = True
        self._wake.set()

    def run(self) -> None:
        """Go on until `stop`; recover first from how the last run ended."""
        is_recovered = False
        while not self._is_stopping:
            again_after_s = None
            try:
                with closing(self._connect()) as db:
                    if not is_recovered:
                        printing.recover(db, self._now())
                        is_recovered = True
                    while self.turn(db) and not self._is_stopping:
                        pass
            except (PoskoError, sqlite3.Error) as error:
                log.warning("the queue of slips waits for the database reason=%s", error)
                again_after_s = AGAIN_AFTER_S
            self._wake.wait(again_after_s)
            self._wake.clear()

    def turn(self, db: sqlite3.Connection) -> bool:
        """Print one slip; False when none waits."""
        self._settle(db)
        job = printing.take(db, self._now())
        if job is None:
            return False
        self._unsettled = (job, self._print(db, job))
        self._settle(db)
        return True

    def _print(self, db: sqlite3.Connection, job: PrintJob) -> Outcome:
        try:
            return self._print_slip(db, job)
        except Exception:  # a bug must not end the queue, nor leave a slip "being printed"
            log.exception("a slip could not be handled")
            return Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.CRASHED)

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
