"""Running the printing child, and telling what it did even when it was killed or died."""

import logging
import subprocess
import sys
from pathlib import Path

import msgspec

from appliance.domain.errors import PoskoError
from appliance.domain.print_job import Outcome, PrintState, Trouble
from appliance.kiosk.printing.job import CHILD_LIMIT_S, Job, Report
from appliance.kiosk.receipt import Slip
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
    lock = str(beside(database, ".printer-lock"))
    job = Job(slip=slip, printer=printer, lock=lock)
    reports, errors, is_over_time = _run(job, limit_s)
    known = Report()
    for line in reports.splitlines():
        known = msgspec.json.decode(line, type=Report)
    if known.outcome:
        if known.details:
            log.warning("printing trouble details=%s", known.details)
        return known.outcome
    state = PrintState.UNCERTAIN if known.is_sending else PrintState.FAILED
    if is_over_time:
        return Outcome(state=state, trouble=Trouble.TIMEOUT)
    log.error("the printing child died stderr=%s", errors[-_DETAILS_CHARS:])
    return Outcome(state=state, trouble=Trouble.CRASHED)


def draw_slip(slip: Slip, path: Path) -> None:
    """Draw a slip into a PNG file; raises NoPicture."""
    _, errors, is_over_time = _run(Job(slip=slip, picture=str(path.resolve())), CHILD_LIMIT_S)
    if is_over_time or not path.exists():
        raise NoPicture(
            f"cannot draw {path}: {errors.strip().splitlines()[-1:] or 'it took too long'}. "
            "Drawing needs the extra `printing` (docs/kiosk.md)."
        )


def _run(job: Job, limit_s: float) -> tuple[bytes, str, bool]:
    """Run the child; return its reports, its errors and whether it had to be killed."""
    with subprocess.Popen(  # noqa: S603 - our own module
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            reports, errors = child.communicate(msgspec.json.encode(job), timeout=limit_s)
        except subprocess.TimeoutExpired:
            child.kill()
            reports, errors = child.communicate()
            return reports, _text(errors), True
    return reports, _text(errors), False


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
