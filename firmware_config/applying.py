"""Putting a generation in force, on trial, and taking it back: each step may be the last before a
power cut, and doing it again ends in the same place.
"""

import contextlib
import logging
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.domain.errors import PoskoError
from durable_files.folder import sync_folder
from firmware_config import activation, placing
from firmware_config.differing import changed
from firmware_config.generations import Damaged, Generations, write_synced
from firmware_config.rendering import File
from firmware_config.trial import Observed, Trial, Verdict, failure, judge, resumed

log = logging.getLogger(__name__)

HOME = "etc/posko/firmware"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STEP_S = 0.2
_COMMAND_S = 60.0
Lost = Callable[[float], frozenset[str]]


class OnTrial(PoskoError):
    """A generation is on trial already, or none is."""


def boot_id() -> str:
    """What tells this boot from others."""
    return _BOOT_ID.read_text("ascii").strip()


@dataclass(frozen=True, slots=True)
class Box:
    """The system below a root. Changes are made under the lock of its generations."""

    root: Path

    @property
    def is_running(self) -> bool:
        """Whether its programs are those of this machine; an image below a folder has none."""
        return self.root == Path("/")

    @property
    def state(self) -> Path:
        """Where generations and the trial are kept."""
        return self.root / HOME

    @property
    def generations(self) -> Generations:
        """Those of this box."""
        return Generations(self.state)

    @property
    def outcome(self) -> Path:
        """What became of the last trial, in words."""
        return self.state / "outcome.txt"

    def trial(self) -> Trial | None:
        """The one that lasts."""
        try:
            return msgspec.json.decode(self._trial.read_bytes(), type=Trial)
        except FileNotFoundError:
            return None

    def save(self, trial: Trial) -> Trial:
        """Keep it on disk."""
        write_synced(self._trial, File(msgspec.json.encode(trial).decode() + "\n", 0o600))
        return trial

    def end(self, told: str) -> None:
        """The trial is over."""
        write_synced(self.outcome, File(f"{told}\n", 0o644))
        self._trial.unlink(missing_ok=True)
        sync_folder(self.state)
        self.generations.prune()

    @property
    def _trial(self) -> Path:
        return self.state / "trial.json"


def begin(
    box: Box,
    files: Mapping[str, File],
    plan: Callable[[int, int], Trial],
    start: Callable[[], None],
) -> Trial:
    """Stage the files and say on disk that they are to be tried; `plan` gets both generations.

    The watch is started first and waits for the lock, so that there is one whenever this dies.
    """
    with box.generations.lock():
        if trial := box.trial():
            raise OnTrial(
                f"generation {trial.generation} is on trial; first: posko-firmware confirm, or "
                "rollback"
            )
        placing.link(box.root, box.state / "current")
        before = box.generations.current()
        start()
        return box.save(plan(box.generations.stage(files), before))


def watch(box: Box, lost: Callable[[Trial], Lost]) -> None:
    """See the trial to its end, if there is one: put it in force, watch, keep it or go back."""
    with contextlib.ExitStack() as alone:
        try:
            alone.enter_context(box.generations.lock("watch.lock", patience_s=0))
        except PoskoError:
            return
        trial = _put_on_trial(box)
        if trial and not trial.failure:
            _observe(box, lost(trial))


def confirm(box: Box) -> str:
    """Keep the generation on trial; say what became of it."""
    with box.generations.lock():
        trial = box.trial()
        if trial is None or trial.failure:
            told = box.outcome.read_text().strip() if box.outcome.exists() else "none ever was"
            raise OnTrial(f"nothing is on trial; the last one: {told}")
        box.end(f"generation {trial.generation} was confirmed")
        return f"generation {trial.generation} stays"


def roll_back(box: Box, config: Path) -> str:
    """Go back to the generation before, and its site file; say so."""
    with box.generations.lock():
        trial = box.trial()
        current = trial.generation if trial else box.generations.current()
        if not current:
            raise OnTrial("there is no generation to go back from")
        before = trial.before if trial else box.generations.parent(current)
        _go_back(box, before, current, "somebody asked for it", config=config, trial=trial)
        return f"generation {before} is in force again" if before else "no generation is in force"


def _put_on_trial(box: Box) -> Trial | None:
    with box.generations.lock():
        trial = box.trial()
        if trial is None:
            return None
        has_restarted = trial.boot != boot_id()
        trial = box.save(resumed(trial, boot_id()))
        if trial.failure:
            _fail(box, trial, trial.failure)
            return trial
        has_started = has_restarted and box.generations.current() == trial.generation
        _put(box, trial.generation, trial.before, has_started=has_started)
        return box.save(msgspec.structs.replace(trial, is_in_force=True))


def _observe(box: Box, lost: Lost) -> None:
    seen = Observed(time.monotonic())
    while (trial := box.trial()) and not trial.failure:
        now_s = time.monotonic()
        seen = seen.after(lost(now_s), now_s)
        verdict = judge(trial, seen, now_s)
        if verdict is Verdict.WAIT:
            time.sleep(_STEP_S)
            continue
        with box.generations.lock():
            if box.trial() != trial:
                return
            if verdict is Verdict.KEEP:
                box.end(f"generation {trial.generation} kept uplink and access point, and stays")
            else:
                _fail(box, trial, failure(seen))
            return


def _fail(box: Box, trial: Trial, why: str) -> None:
    config = Path(trial.config)
    _go_back(box, trial.before, trial.generation, why, config=config, trial=trial)


def _go_back(
    box: Box, before: int, current: int, why: str, *, config: Path, trial: Trial | None
) -> None:
    """What has begun is on disk before it is done, so that another watch can end it."""
    if trial:
        box.save(msgspec.structs.replace(trial, failure=why))
    _put(box, before, current, has_started=False)
    told = f"generation {current} was taken back to {before}: {why}"
    if placing.restore_site_file(config, _files(box, before)):
        told += f"; its settings are in {config}.rejected"
    box.end(told)
    log.warning("firmware %s", told)


def _put(box: Box, number: int, before: int, *, has_started: bool) -> None:
    """Put a generation in force and tell the programs, unless they have started with it."""
    new, old = _files(box, number), _files(box, before)
    placing.link(box.root, box.state / "current")
    box.generations.switch(number)
    placing.fill_boot(box.root, box.state, new)
    if box.is_running and not has_started:
        for command in activation.commands(changed(old, new), new):
            _run(command)


def _files(box: Box, number: int) -> dict[str, File]:
    """Its files; of one that was changed by hand none, so that all count as changed."""
    try:
        return box.generations.files(number)
    except Damaged as error:
        log.warning("firmware damaged=%s", error)
        return {}


def _run(command: tuple[str, ...]) -> None:
    """Run a command of the system; what fails is told, and the trial decides."""
    try:
        done = subprocess.run(  # noqa: S603 - from the table in `activation`
            command, capture_output=True, text=True, timeout=_COMMAND_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("firmware command=%s error=%s", " ".join(command), error)
        return
    if done.returncode:
        log.warning("firmware command=%s said=%s", " ".join(command), done.stderr.strip()[:200])
