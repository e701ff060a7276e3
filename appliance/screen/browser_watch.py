"""Watching the browser from beside it, as its user: it is ended when its page lives no more.

The page says every second that it lives and is seen (`page_beat`). While who serves it does not
answer, or no screen is connected, nothing is known of it, and nothing is held against it.
"""

import json
import os
import select
import signal
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

from appliance.runtime import hardware

PATH = "/detak"
BEGIN_S = 120.0
"""For the browser to show its first page while all else starts too; a guess for a Pi. Twice as long
for each before it that never showed one: a slow card is not helped by beginning anew."""
BEGIN_MAX_S = 8 * BEGIN_S
SILENT_S = 5.0
_LOOK_S = 1.0
_ANSWER_S = 2.0


class Unknown(OSError):
    """Nobody can tell whether the page lives; the message says why."""


class PageWatch:
    """What is known of the page of a browser that started then; pure."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._alive_s = started_s + BEGIN_S
        self._has_lived = False

    def heard(self, age_s: float | None, now_s: float, *, vain: int = 0) -> None:
        """Told how long ago a page lived; None: none has since its server started. `vain` browsers
        before this one, in a row, never had one that did."""
        if age_s is not None and now_s - age_s > self._started_s:
            self._alive_s, self._has_lived = now_s - age_s, True
        elif not self._has_lived:
            begin_s = min(BEGIN_S * 2**vain, BEGIN_MAX_S)
            self._alive_s = max(self._alive_s, self._started_s + begin_s)

    def not_heard(self, now_s: float) -> None:
        """Nobody can tell how it is."""
        self._alive_s = max(self._alive_s, now_s)

    def is_dead(self, now_s: float) -> bool:
        """Whether the page has been silent for too long."""
        return now_s - self._alive_s > SILENT_S


def watch(listen: str, pid: int) -> None:
    """Look once a second until the browser has ended, or its page is dead; then end the browser.

    systemd starts both anew. Its own watchdog would not hear us: logind has moved us elsewhere.
    """
    try:
        browser, page = os.pidfd_open(pid), PageWatch(_started_s(pid))
    except (ProcessLookupError, FileNotFoundError):  # it had ended before this began
        return
    while True:
        try:
            age_s, vain = _asked(listen, pid)
            page.heard(age_s, time.monotonic(), vain=vain)
        except Unknown:
            page.not_heard(time.monotonic())
        if page.is_dead(time.monotonic()):
            break
        if _has_ended(browser):
            return
    print(f"the page has been silent for {SILENT_S:.0f} s: the browser is ended", file=sys.stderr)
    signal.pidfd_send_signal(browser, signal.SIGKILL)


def _started_s(pid: int) -> float:
    """Of a process that runs, by the clock of `time.monotonic` (proc_pid_stat(5), field 22).

    On a busy box it may have shown a page, and lost it, before this process has begun to look.
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    since_boot_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return since_boot_s - time.clock_gettime(time.CLOCK_BOOTTIME) + time.monotonic()


def _has_ended(browser: int) -> bool:
    """Whether it does within the time between two looks."""
    return bool(select.select([browser], [], [], _LOOK_S)[0])


def _asked(listen: str, pid: int) -> tuple[float | None, int]:
    """Age of the last beat, and how many browsers before this one were in vain."""
    if not hardware.has_screen():
        raise Unknown("no screen is connected, and nothing is painted")
    try:
        url = f"http://{listen}{PATH}?browser={pid}"
        with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:
            said = json.load(answer)
        age_s = None if said["age_s"] is None else float(said["age_s"])
        return age_s, int(said["vain"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise Unknown(str(error)) from error


if __name__ == "__main__":
    watch(sys.argv[1], int(sys.argv[2]))
