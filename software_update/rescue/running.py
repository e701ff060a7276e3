"""Going through the phases of an update: each may be cut short, and doing it again ends in the same
place.
"""

import contextlib
import logging
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from . import unit
from .copying import CannotCopy, keep_copy
from .health import STATUS, SYSTEMCTL, Health
from .home import Busy, Home
from .machine import ENDS, Observed, Phase, Update, Verdict, fault, judge, moved, resumed
from .packages import CannotPack, Dpkg
from .read_only import writable

log = logging.getLogger(__name__)

_EVERY_S = 10.0
_RETURNS_MAX = 3
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_RESTART_S = 900.0


def boot_id() -> str:
    """What tells this boot from others."""
    return _BOOT_ID.read_text("ascii").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The system that is updated, and time."""

    home: Home
    dpkg: Dpkg
    program: Sequence[str]
    """What runs the copy of this program."""
    systemctl: Sequence[str] = SYSTEMCTL
    """Empty: the system below the root does not run."""
    status: Sequence[str] = STATUS
    health: type[Health] = Health
    wait: Callable[[float], object] = time.sleep
    monotonic_s: Callable[[], float] = time.monotonic
    boot: str = field(default_factory=boot_id)


def see_through(box: Box) -> None:
    """Bring the update under way, if there is one, to its end.

    Raises Busy and CannotMount, to be begun anew.
    """
    with contextlib.ExitStack() as alone:
        try:
            alone.enter_context(box.home.lock("run.lock", patience_s=0))
        except Busy:
            return
        alone.enter_context(writable(box.dpkg.root, box.home))
        while update := _taken_up(box):
            _STEPS[update.phase](box, update)


def _taken_up(box: Box) -> Update | None:
    with box.home.lock():
        update = box.home.load()
        if update is None:
            unit.remove(box.dpkg.root, box.systemctl)
            return None
        found = resumed(update, box.boot)
        return box.home.save(found) if found != update else update


def _prepare(box: Box, update: Update) -> None:
    """Have the way back before anything is changed."""
    try:
        box.dpkg.keep_previous(box.home, update.before)
        if update.database:
            keep_copy(box.home, Path(update.database), box.program)
    except (CannotPack, CannotCopy, OSError, subprocess.SubprocessError) as error:
        _go_on(box, update, Phase.REFUSED, str(error))
        return
    _go_on(box, update, Phase.INSTALLING)


def _install(box: Box, update: Update) -> None:
    if why := box.dpkg.install(box.home.new, box.home.log):
        _go_on(box, update, Phase.RETURNING, why)
        return
    _restart(box)
    _go_on(box, update, Phase.TRIAL)


def _try(box: Box, update: Update) -> None:
    """Watch the new release until it stays or goes back, or somebody decides."""
    if not box.systemctl:  # nothing runs that could be watched
        return _go_on(box, update, Phase.KEPT)
    health = box.health(update, systemctl=box.systemctl, status=box.status)
    began_s = box.monotonic_s()
    seen = Observed(began_s, began_s)
    while box.home.load() == update:
        lost = health.lost()
        seen = seen.after(lost, box.monotonic_s())
        verdict = judge(update.minutes, seen, box.monotonic_s())
        if verdict is Verdict.KEEP:
            return _go_on(box, update, Phase.KEPT)
        if verdict is Verdict.GO_BACK:
            return _go_on(box, update, Phase.RETURNING, fault(seen))
        _pause(box, update)
    return None


def _pause(box: Box, update: Update) -> None:
    """Wait for the next look, or until somebody decides."""
    until_s = box.monotonic_s() + _EVERY_S
    while box.monotonic_s() < until_s and box.home.load() == update:
        box.wait(1.0)


def _return(box: Box, update: Update) -> None:
    for left in reversed(range(_RETURNS_MAX)):
        why = box.dpkg.install(box.home.previous, box.home.log)
        if not why:
            break
        if left:
            box.wait(_EVERY_S)
    _restart(box)
    _go_on(
        box, update, Phase.STUCK if why else Phase.RETURNED, f"{update.why}; {why}" if why else ""
    )


def _finish(box: Box, update: Update) -> None:
    log.warning(
        "update version=%s before=%s ended=%s why=%s",
        update.version,
        update.before,
        update.phase,
        update.why,
    )
    with box.home.lock():
        box.home.finish(update, datetime.now(UTC).isoformat(timespec="seconds"))


_STEPS: dict[Phase, Callable[[Box, Update], None]] = {
    Phase.STAGED: _prepare,
    Phase.INSTALLING: _install,
    Phase.TRIAL: _try,
    Phase.RETURNING: _return,
    **dict.fromkeys(ENDS, _finish),
}


def _go_on(box: Box, update: Update, phase: Phase, why: str = "") -> None:
    """Enter a phase, unless somebody else has decided meanwhile."""
    with box.home.lock():
        if box.home.load() == update:
            box.home.save(moved(update, phase, why))
            log.info("update version=%s phase=%s why=%s", update.version, phase, why)


def _restart(box: Box) -> None:
    """Run what is installed now; what fails is told, and the trial decides."""
    if not box.systemctl:
        return
    for words in (("daemon-reload",), ("restart", "posko.target")):
        try:
            subprocess.run(  # noqa: S603 - Debian's own
                [*box.systemctl, *words], check=True, capture_output=True, timeout=_RESTART_S
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("update command=%s error=%s", " ".join(words), error)
