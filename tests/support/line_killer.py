"""Ending work before one line of it, as kill -9 would: nothing behind that line is done.

In this process, so that hundreds of deaths take seconds. What Python undoes on the way out (a
transaction is rolled back, a lock is let go) the death of a process undoes as well.
"""

import sys
from collections.abc import Callable, Collection
from types import CodeType, FrameType


class KilledError(BaseException):
    """The process is dead: no `except Exception` survives it."""


def dies_before(line: int, work: Callable[[], None], code: Collection[CodeType]) -> bool:
    """Do the work until the n-th line of this code is due; whether that came."""
    taken = 0

    def enter(frame: FrameType, event: str, arg: object) -> Callable | None:
        return take if frame.f_code in code else None

    def take(frame: FrameType, event: str, arg: object) -> Callable:
        nonlocal taken
        taken += event == "line"
        if event == "line" and taken == line:
            raise KilledError
        return take

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    except KilledError:
        return True
    finally:
        sys.settrace(before)
    return False
