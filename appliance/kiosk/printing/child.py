"""`python -m appliance.kiosk.printing.child`: prints one slip, or looks, within limits, and ends.

stdin: a Job -> stdout: lines of Report
"""

import fcntl
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.domain.box.print_job import Outcome, PrintState, Trouble
from appliance.kiosk.printing.job import CHILD_LIMIT_S, Job, Look, Report
from appliance.kiosk.receipt import Slip

MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
"""Of addresses; the libraries take about a third."""
JOB_MAX_BYTES = 64 * 1024
WORKED_OFF_LIMIT_S = 15.0


def main() -> int:
    """Print and report; whatever happens to this process, the reports so far are true."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(CHILD_LIMIT_S)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # who stops the kiosk lets the slip be finished
    reports = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # python-escpos prints what it thinks
    job = msgspec.json.decode(sys.stdin.buffer.read(JOB_MAX_BYTES), type=Job)
    if job.picture and job.slip:
        from appliance.kiosk.printing import picture  # noqa: PLC0415 - not needed to print

        picture.draw(job.slip, Path(job.picture))
        return 0
    with Path(job.lock).open("a+b", buffering=0) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if job.slip is None:
            _report(reports, Report(look=_look(job)))
            return 0
        is_after_cut = lock.seek(0, os.SEEK_END) > 0

        def on_sending() -> None:
            lock.write(b"-")
            _report(reports, Report(is_sending=True))

        outcome, details = _print(job, job.slip, on_sending, is_after_cut=is_after_cut)
        if outcome.state is PrintState.PRINTED:
            lock.truncate(0)
    _report(reports, Report(outcome=outcome, details=details))
    return 0


def _look(job: Job) -> Look:
    try:
        from appliance.kiosk.printing import transport  # noqa: PLC0415 - not needed to draw

        line = transport.open_line(job.printer)
        trouble, is_answering = line.trouble()
        line.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, it cannot be reached
        return Look(trouble=Trouble.UNREACHABLE, details=_words(error))
    return Look(trouble=trouble, is_answering=is_answering)


def _print(
    job: Job, slip: Slip, on_sending: Callable[[], None], *, is_after_cut: bool
) -> tuple[Outcome, str]:
    """`is_after_cut`: whether the slip before may have stopped anywhere."""
    try:
        from appliance.kiosk.printing import escpos_bytes, transport  # noqa: PLC0415

        content = escpos_bytes.encode(slip)
        if is_after_cut:
            content = escpos_bytes.filler(slip.columns) + content
        line = transport.open_line(job.printer)
    except Exception as error:  # noqa: BLE001 - a library missing, no such device: nothing was sent
        return Outcome(state=PrintState.FAILED, trouble=Trouble.UNREACHABLE), _words(error)
    state = PrintState.FAILED
    try:
        trouble, is_answering = line.trouble()
        if trouble:
            return Outcome(state=state, trouble=trouble), ""
        state = PrintState.UNCERTAIN
        on_sending()
        line.send(content)
        if not is_answering:
            line.close()
            return Outcome(state=state, trouble=Trouble.NO_ANSWER), ""
        if trouble := line.worked_off(WORKED_OFF_LIMIT_S):
            return Outcome(state=state, trouble=trouble), ""
    except Exception as error:  # noqa: BLE001 - whatever the line did, this is what is known
        return Outcome(state=state, trouble=Trouble.UNREACHABLE), _words(error)
    return Outcome(state=PrintState.PRINTED), ""


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _report(reports: int, report: Report) -> None:
    os.write(reports, msgspec.json.encode(report) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
