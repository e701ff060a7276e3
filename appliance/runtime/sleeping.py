"""A daemon that nobody has asked for long gives its memory back, and sleeps until somebody does.

Its process becomes a small program (`asleep`) that holds its listening socket and goes on telling
systemd that it turns, under the same number and for the same unit. That becomes the daemon again,
which takes the socket as if systemd had passed it (sd_listen_fds(3)).
"""

import fcntl
import logging
import os
import socket
import sys
from collections.abc import Mapping
from typing import NoReturn

from appliance.runtime import asleep, daemon

log = logging.getLogger(__name__)

WAKES_AFTER_S = 3600.0
"""For what other processes leave it to do, and what has to be done from time to time."""


def sleep(listening: socket.socket) -> NoReturn:
    """Sleep; nothing of this process goes on. Close what must be closed before."""
    log.info("nobody has asked; asleep until somebody does")
    daemon.notify("STATUS=asleep until somebody asks")
    line, turns_every_s = daemon.notify_line(), daemon.Watchdog().every_s or WAKES_AFTER_S
    passed = {asleep.LISTENS: listening} | ({asleep.TELLS: line} if line else {})
    _pass(passed)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    words = [sys.executable, "-I", "-S", asleep.__file__, str(WAKES_AFTER_S)]
    words.append(str(turns_every_s) if line else asleep.NEVER)
    os.execv(sys.executable, [*words, sys.executable, *sys.orig_argv[1:]])  # noqa: S606


def _pass(sockets: Mapping[int, socket.socket]) -> None:
    """Give each its number, whichever it had, for the program that comes."""
    aside = {
        number: fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, max(sockets) + 1)
        for number, one in sockets.items()
    }
    for number, descriptor in aside.items():
        os.dup2(descriptor, number)
