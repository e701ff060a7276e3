"""What is left of a daemon that sleeps (`sleeping`): holds its socket, and becomes it again.

Run by its path, without our packages or site's, so that it takes 3 MiB:
`python -I -S asleep.py WAKES_AFTER_S TURNS_EVERY_S COMMAND...`. As soon as somebody connects to the
socket of descriptor 3, and after WAKES_AFTER_S at the latest, COMMAND takes its place. Meanwhile
systemd is told at descriptor 4 that it turns (sd_notify(3)), and that it wakes; unless
TURNS_EVERY_S is NEVER.
"""

import os
import select
import sys
import time

LISTENS = 3
"""SD_LISTEN_FDS_START of sd-daemon.h."""
TELLS = 4
NEVER = "inf"


def main() -> None:
    """Sleep, then wake."""
    wakes_after_s, turns_every_s, *command = sys.argv[1:]
    asking = select.poll()
    asking.register(LISTENS, select.POLLIN)
    until_s = time.monotonic() + float(wakes_after_s)
    while (left_s := until_s - time.monotonic()) > 0:
        turn_s = min(left_s, float(turns_every_s))
        if asking.poll(turn_s * 1000):
            break
        if turns_every_s != NEVER:
            _tell(b"WATCHDOG=1")
    if turns_every_s != NEVER:
        _tell(b"STATUS=")
        os.set_inheritable(TELLS, False)
    os.execv(command[0], command)  # noqa: S606 - our own program, as it was started


def _tell(state: bytes) -> None:
    try:  # noqa: SIM105 - contextlib takes half a MiB
        os.write(TELLS, state)
    except OSError:
        pass


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)  # as at Ctrl-C while it is awake
