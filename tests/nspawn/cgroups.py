"""A machine's own cgroups: two machines in the same ones take each other's units for their own."""

import itertools
import os
import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.programs import needs
from tests.support.waiting import wait_for

_NUMBERS = itertools.count(1)
_HIERARCHY = re.compile(r"(?m)^(?:\S+ ){4}(\S+) .* - (?:cgroup .*name=(systemd)|cgroup2 .*)$")
"""Those in which systemd keeps its units, by /proc/self/mountinfo."""
_MEMBER = re.compile(r"(?m)^\d+:(?:name=(systemd)|):/(.*)$")
"""Where a process is in them, by /proc/self/cgroup: cgroups(7)."""
_ENTER = (
    'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"'
)


def create(*controllers: Path) -> list[Path]:
    """New ones: below that of the tests wherever systemd keeps units, and in `controllers`."""
    mounted = _HIERARCHY.findall(Path("/proc/self/mountinfo").read_text())
    own = dict(_MEMBER.findall(Path("/proc/self/cgroup").read_text()))
    name = f"posko-box-{os.getpid()}-{next(_NUMBERS)}"
    created = [
        parent / name
        for parent in (*(Path(where, own[kind]) for where, kind in mounted), *controllers)
    ]
    for group in created:
        group.mkdir(exist_ok=True)  # of a run that was killed, by the same number
    return created


def entering(groups: Iterable[Path], command: Iterable[str]) -> list[str]:
    """A command that is in them from its beginning."""
    return [needs("sh"), "-c", _ENTER, "sh", *map(str, groups), "--", *command]


def remove(groups: Iterable[Path]) -> None:
    """Wait for the end of the last process in them."""
    for group in groups:
        wait_for(lambda group=group: _is_removed(group), f"{group} is empty")


def _is_removed(group: Path) -> bool:
    try:
        for path, _, _ in os.walk(group, topdown=False):
            Path(path).rmdir()
    except OSError:
        return False
    return True
