"""Killing a process before each of its steps in turn: each file it writes, renames or removes.

Python tells such steps to audit hooks (PEP 578), so the code under test knows nothing of it.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable

_STEPS = {
    f"os.{name}"
    for name in ("rename", "remove", "mkdir", "rmdir", "symlink", "link", "chmod", "truncate")
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_MOST = 2000


def dies_before(step: int, work: Callable[[], None]) -> bool:
    """Do the work in a child that is killed before its n-th step; whether it was."""
    child = os.fork()
    if child == 0:
        _die_before(step, work)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the work itself failed; see stderr"
    return False


def every_step(work: Callable[[], None], afterwards: Callable[[int], None]) -> int:
    """Kill the work before each step, looking `afterwards` each time; return how many there are."""
    for step in range(1, _MOST):
        was_killed = dies_before(step, work)
        afterwards(step)
        if not was_killed:
            return step
    raise AssertionError(f"the work has more than {_MOST} steps")


def _die_before(step: int, work: Callable[[], None]) -> None:
    taken = 0

    def count(event: str, args: tuple[object, ...]) -> None:
        nonlocal taken
        if event in _STEPS or (event == "open" and _is_write(args[2])):
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

    status = 1
    try:
        sys.addaudithook(count)
        work()
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _is_write(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITES)
