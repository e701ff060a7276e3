"""What is kept of updates on disk: whole, under its name, or not at all.

`update.json` is the one under way, `history.json` how the last ones ended, `new.deb` what is being
installed, `installed.deb` what is in force (if it came as an update), `previous.deb` the way back.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from .machine import Phase, Update

_KEPT = 20
_STEP_S = 0.1


class Busy(Exception):
    """Another `posko-update` holds the lock."""


class Home:
    """The folder of updates; root alone writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new, self.installed = folder / "new.deb", folder / "installed.deb"
        self.previous, self.copy = folder / "previous.deb", folder / "before.db"
        self.program, self.log = folder / "rescue.pyz", folder / "dpkg.log"
        self._update, self._history = folder / "update.json", folder / "history.json"
        self._floor, self._looked = folder / "floor", folder / "looked.json"

    def make(self) -> None:
        """Have the folder."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)

    @contextmanager
    def lock(self, name: str = "lock", patience_s: float = 30.0) -> Iterator[None]:
        """Keep others out, or wait for them; raises Busy. Whoever dies gives it up."""
        self.make()
        until = time.monotonic() + patience_s
        with (self.folder / name).open("a") as file:
            while True:
                try:
                    flock(file, LOCK_EX | LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Busy("another posko-update is at work; try again later") from None
                    time.sleep(_STEP_S)
            yield

    def load(self) -> Update | None:
        """The update under way."""
        try:
            kept = json.loads(self._update.read_text("utf-8"))
        except FileNotFoundError:
            return None
        return Update(**{**kept, "phase": Phase(kept["phase"]), "units": tuple(kept["units"])})

    def save(self, update: Update) -> Update:
        """Keep it on disk."""
        write_synced(self._update, json.dumps(asdict(update)) + "\n")
        return update

    def history(self) -> list[dict[str, str]]:
        """How the last updates ended, the newest last."""
        try:
            found: list[dict[str, str]] = json.loads(self._history.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        return found

    def note_look(self, said: list[str]) -> None:
        """Keep what the last stick gave."""
        write_synced(self._looked, json.dumps(said) + "\n")

    def looked(self) -> list[str]:
        """What the last stick gave, in words."""
        try:
            said: list[str] = json.loads(self._looked.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        return said

    def floor(self) -> str:
        """The version below which nothing is installed any more; empty: none."""
        try:
            return self._floor.read_text("utf-8").strip()
        except FileNotFoundError:
            return ""

    def finish(self, update: Update, at: str) -> None:
        """Put everything in its place after an end; may be done again."""
        if update.phase is Phase.KEPT:
            if self.new.exists():
                self.new.rename(self.installed)
            if update.floor:
                write_synced(self._floor, update.floor + "\n")
        elif update.phase is Phase.RETURNED:
            replace_by_link(self.previous, self.installed)
        self.new.unlink(missing_ok=True)
        self._note(update, at)
        self._update.unlink(missing_ok=True)
        sync_folder(self.folder)

    def _note(self, update: Update, at: str) -> None:
        known = self.history()
        if known and known[-1]["number"] == update.number:
            return
        entry = {
            "number": update.number,
            "version": update.version,
            "before": update.before,
            "source": update.source,
            "ended": update.phase.value,
            "why": update.why,
            "at": at,
        }
        write_synced(self._history, json.dumps([*known, entry][-_KEPT:], indent=1) + "\n")


def write_synced(path: Path, text: str) -> None:
    """Write a file so that it is on disk, whole, under its name or not at all."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        os.fchmod(descriptor, 0o644)
        out.write(text)
        out.flush()
        os.fsync(descriptor)
    aside.rename(path)
    sync_folder(path.parent)


def replace_by_link(source: Path, target: Path) -> None:
    """Give a file a second name, which may have been another's."""
    aside = target.with_name(f".{target.name}.new")
    aside.unlink(missing_ok=True)
    os.link(source, aside)
    aside.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
