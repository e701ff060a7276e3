"""The kiosk's queue of slips as a process that kills itself where a test says.

    python -m tests.support.slip_queue DATABASE HOST:PORT [STEP]

STEP is `claimed`, `printed` or `settled`; without one, the process prints what waits and ends.
"""

import os
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path

from appliance.actions.box import printing
from appliance.domain.box.print_job import Outcome, PrintJob
from appliance.kiosk.printing.queue import PrintQueue
from appliance.kiosk.slips import printing_by
from appliance.runtime import clock
from appliance.runtime.kiosk_settings import Printer
from appliance.runtime.settings import Settings, Site, Store
from appliance.store.database import connect


def main(path: Path, device: str, step: str) -> None:
    """Print what waits, unless killed before."""
    settings = Settings(
        site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"),
        store=Store(path=path),
        printer=Printer(kind="network", device=device),
    )
    print_job = printing_by(settings)

    def print_or_die(db: sqlite3.Connection, job: PrintJob) -> Outcome:
        _die_at("claimed", step)
        outcome = print_job(db, job)
        _die_at("printed", step)
        return outcome

    queue = PrintQueue(partial(connect, path), print_or_die, clock.now)
    db = connect(path)
    printing.recover(db, clock.now())
    while queue.turn(db):
        _die_at("settled", step)


def _die_at(here: str, step: str) -> None:
    if here == step:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], (*sys.argv[3:], "")[0])
