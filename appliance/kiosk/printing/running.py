"""Running the printing child, and telling what it did even when it was killed or died."""

import logging
import sys
from pathlib import Path

import msgspec

from appliance.domain.box.print_job import Outcome, PrintState, Trouble
from appliance.domain.errors import PoskoError
from appliance.kiosk.printing.job import CHILD_LIMIT_S, Job, Look, Report
from appliance.kiosk.receipt import Slip
from appliance.runtime import child
from appliance.runtime.kiosk_settings import Printer
from appliance.store.files import beside

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "appliance.kiosk.printing.child")
_DETAILS_CHARS = 300


class NoPicture(PoskoError, RuntimeError):
    """The slip could not be drawn; the message says why."""


def print_slip(
    slip: Slip,
    printer: Printer,
    database: Path,
    *,
    limit_s: float = CHILD_LIMIT_S,
) -> Outcome:
    """Print one slip; returns within `limit_s`. One at a time, whoever else prints for this box."""
    job = Job(slip=slip, printer=printer, lock=_lock(database))
    ended = child.run(COMMAND, stdin=msgspec.json.encode(job), limit_s=limit_s)
    known = Report()
    for line in ended.output.splitlines():
        known = msgspec.json.decode(line, type=Report)
    if known.outcome:
        if known.details:
            log.warning("printing trouble details=%s", known.details)
        return known.outcome
    state = PrintState.UNCERTAIN if known.is_sending else PrintState.FAILED
    if ended.is_over_time:
        return Outcome(state=state, trouble=Trouble.TIMEOUT)
    log.error("the printing child died stderr=%s", ended.errors[-_DETAILS_CHARS:])
    return Outcome(state=state, trouble=Trouble.CRASHED)


def look(printer: Printer, database: Path) -> Look:
    """Ask a printer how it is, without printing; waits while a slip is being printed."""
    job = Job(printer=printer, lock=_lock(database))
    ended = child.run(COMMAND, stdin=msgspec.json.encode(job), limit_s=CHILD_LIMIT_S)
    if ended.is_over_time:
        return Look(trouble=Trouble.TIMEOUT)
    found = [msgspec.json.decode(line, type=Report).look for line in ended.output.splitlines()]
    last = ended.errors.strip().splitlines()[-1:]
    return next(filter(None, found), Look(trouble=Trouble.CRASHED, details="".join(last)))


def draw_slip(slip: Slip, path: Path) -> None:
    """Draw a slip into a PNG file; raises NoPicture."""
    job = msgspec.json.encode(Job(slip=slip, picture=str(path.resolve())))
    ended = child.run(COMMAND, stdin=job, limit_s=CHILD_LIMIT_S)
    if ended.is_over_time or not path.exists():
        raise NoPicture(
            f"cannot draw {path}: {ended.errors.strip().splitlines()[-1:] or 'it took too long'}. "
            "Drawing needs the extra `printing` (docs/kiosk.md)."
        )


def _lock(database: Path) -> str:
    """The file that a child holds while it talks to the printer."""
    return str(beside(database, ".printer-lock"))
