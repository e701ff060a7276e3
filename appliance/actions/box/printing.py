"""The queue of slips: every step is committed before it is taken.

A job is marked `printing` before the printer hears of it and settled after; what stands at
`printing` when a process starts was cut off in between, so nobody knows whether the slip came out.
"""

import sqlite3
from dataclasses import replace

from appliance.domain.box.print_job import COPIES_MAX, Outcome, PrintJob, PrintState, Trouble
from appliance.domain.moment import Moment
from appliance.store.box import print_jobs
from appliance.store.database import transaction


def enqueue(
    db: sqlite3.Connection,
    request_id: str,
    language: str,
    now: Moment,
    *,
    shows_pin: bool = False,
) -> None:
    """Queue the slip of a request; asking twice is one slip, coming back later another one."""
    with transaction(db, leaves_reserve=True):
        latest = print_jobs.latest(db, request_id)
        copy = 1 if latest is None else latest.copy + 1
        if latest is None or (latest.is_late(now.wall) and copy <= COPIES_MAX):
            print_jobs.add(db, request_id, copy, language, now.wall, shows_pin=shows_pin)


def enqueue_again(
    db: sqlite3.Connection,
    request_id: str,
    after_copy: int,
    language: str,
    now: Moment,
    *,
    shows_pin: bool = False,
) -> bool:
    """Queue another copy after one that is not known to be printed; a double touch is one.

    `after_copy` is 0 where not even the first could be queued.
    """
    with transaction(db, leaves_reserve=True):
        latest = print_jobs.latest(db, request_id)
        if latest and (latest.copy != after_copy or not latest.can_be_repeated):
            return False
        if latest is None and after_copy != 0:
            return False
        copy = after_copy + 1
        return print_jobs.add(db, request_id, copy, language, now.wall, shows_pin=shows_pin)


def take(db: sqlite3.Connection, now: Moment) -> PrintJob | None:
    """Claim the next slip; one that nobody waits for any more is given up."""
    while queued := print_jobs.oldest_in(db, PrintState.QUEUED):
        if queued.is_late(now.wall):
            settle(db, queued, Outcome(state=PrintState.FAILED, trouble=Trouble.LATE), now)
            continue
        if settle(db, queued, Outcome(state=PrintState.PRINTING), now):
            return replace(queued, state=PrintState.PRINTING)
    return None


def settle(db: sqlite3.Connection, job: PrintJob, outcome: Outcome, now: Moment) -> bool:
    """Say what became of a job; False if somebody has moved it on meanwhile."""
    with transaction(db):
        return print_jobs.set_state(db, job, outcome, now.wall)


def recover(db: sqlite3.Connection, now: Moment) -> int:
    """After a start: what was being printed is uncertain; return how many such slips."""
    interrupted = Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.INTERRUPTED)
    count = 0
    while job := print_jobs.oldest_in(db, PrintState.PRINTING):
        count += settle(db, job, interrupted, now)
    return count
