"""What the system refuses a command that somebody typed, said in words; pure but for the user."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.domain.errors import PoskoError

_NOT_ALLOWED = (errno.EACCES, errno.EPERM)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Refused(PoskoError):
    """The system does not let this command do it; the message says what to do."""


def of(error: OSError) -> Refused | None:
    """The same as an answer; None: a bug, or nothing that who typed it could mend."""
    where = f"{error.filename}: " if error.filename is not None else ""
    if error.errno in _FULL:
        return Refused(f"{where}the disk is full; free space (docs/runbook.md)")
    if error.errno == errno.EROFS:
        return Refused(f"{where}its disk is mounted read-only; see dmesg")
    if error.errno in _NOT_ALLOWED and where:
        return Refused(f"{where}{error.strerror}; {remedy()}")
    return None


@contextmanager
def refusals_told() -> Iterator[None]:
    """Raise what the system refuses the block as an answer."""
    try:
        yield
    except OSError as error:
        if known := of(error):
            raise known from None
        raise


def remedy() -> str:
    """What to do where something may not be written."""
    if os.geteuid() != 0:
        return "run it as root (sudo)"
    return "is its disk mounted read-only? see dmesg"
