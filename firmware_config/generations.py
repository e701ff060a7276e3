"""Generations of files on disk: each whole or not there, one of them in force by a symbolic link.

A generation is written aside, synced and renamed; another is put in force by renaming a link. So
whoever dies when he likes, what is in force is one generation, whole.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

import msgspec

from appliance.domain.errors import PoskoError
from durable_files.folder import sync_folder
from firmware_config.rendering import File

_META = "generation.json"
_STAGING = ".new"
_STEP_S = 0.1
_KEPT = 4
"""Generations that stay beside the one in force and its parent."""


class Busy(PoskoError):
    """Another `posko-firmware` is at work."""


class Damaged(PoskoError):
    """A generation on disk is not what was written."""


class Meta(msgspec.Struct, frozen=True):
    """What a generation knows of itself."""

    parent: int
    """The one in force before it; 0: none of ours."""
    digests: dict[str, str]


class Generations:
    """Those below a folder. What changes them holds `lock`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all, self._link = folder / "generations", folder / "current"

    @contextmanager
    def lock(self, name: str = "lock", patience_s: float = 90.0) -> Iterator[None]:
        """Keep others out, or wait for them; raises Busy. Whoever dies gives it up."""
        open_folder(self._all)
        until = time.monotonic() + patience_s
        with (self.folder / name).open("a") as file:
            while not _is_locked(file):
                if time.monotonic() >= until:
                    raise Busy("another posko-firmware is at work; try again when it is done")
                time.sleep(_STEP_S)
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def current(self) -> int:
        """The one in force; 0: none."""
        try:
            return int(self._link.readlink().name)
        except (FileNotFoundError, ValueError):
            return 0

    def files(self, number: int) -> dict[str, File]:
        """The files of a generation; none of generation 0. Raises Damaged."""
        if not number:
            return {}
        home = self._home(number)
        found = {}
        for path, digest in self.meta(number).digests.items():
            try:
                file = File((home / path).read_text("utf-8"), (home / path).stat().st_mode & 0o777)
            except (OSError, UnicodeDecodeError) as error:
                raise Damaged(f"{home / path}: {error}") from None
            if _digest(file) != digest:
                raise Damaged(f"{home / path} was changed by hand; change posko.toml instead")
            found[path] = file
        return found

    def meta(self, number: int) -> Meta:
        """What it knows of itself; raises Damaged."""
        try:
            return msgspec.json.decode((self._home(number) / _META).read_bytes(), type=Meta)
        except (OSError, msgspec.DecodeError) as error:
            raise Damaged(f"generation {number} cannot be read: {error}") from None

    def parent(self, number: int) -> int:
        """The one in force before it; 0: none of ours, or not known any more."""
        try:
            return self.meta(number).parent
        except Damaged:
            return 0

    def stage(self, files: Mapping[str, File]) -> int:
        """Write a new generation, not yet in force, and return its number."""
        shutil.rmtree(self._all / _STAGING, ignore_errors=True)
        number = max(self._numbers(), default=0) + 1
        staging = self._all / _STAGING
        for path, file in files.items():
            write_synced(staging / path, file)
        meta = Meta(self.current(), {path: _digest(file) for path, file in files.items()})
        write_synced(staging / _META, File(msgspec.json.encode(meta).decode() + "\n", 0o600))
        for folder, _, _ in os.walk(staging):
            Path(folder).chmod(0o755)
            sync_folder(Path(folder))
        staging.rename(self._home(number))
        sync_folder(self._all)
        return number

    def switch(self, number: int) -> None:
        """Put a generation in force; 0: none. Doing it again changes nothing."""
        if not number:
            self._link.unlink(missing_ok=True)
        else:
            link = self.folder / ".current"
            link.unlink(missing_ok=True)
            link.symlink_to(f"generations/{number:06}")
            link.rename(self._link)
        sync_folder(self.folder)

    def prune(self) -> None:
        """Forget old generations, but not those in force and before."""
        current = self.current()
        needed = {current, self.parent(current)}
        for number in sorted(self._numbers() - needed)[:-_KEPT]:
            shutil.rmtree(self._home(number), ignore_errors=True)

    def _numbers(self) -> set[int]:
        return {int(path.name) for path in self._all.glob("[0-9]*")}

    def _home(self, number: int) -> Path:
        return self._all / f"{number:06}"


def open_folder(path: Path) -> None:
    """A folder that programs of other users may look into."""
    path.mkdir(parents=True, exist_ok=True)
    for folder in (path, path.parent):
        folder.chmod(0o755)


def write_synced(path: Path, file: File, owner: tuple[int, int] | None = None) -> None:
    """Write a file so that it is on disk, whole, under its name or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        with contextlib.suppress(PermissionError):  # FAT has no modes
            os.fchmod(out.fileno(), file.mode)
        if owner:
            os.fchown(out.fileno(), *owner)
        out.write(file.text)
        out.flush()
        os.fsync(out.fileno())
    aside.rename(path)
    sync_folder(path.parent)


def _is_locked(file: IO[str]) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _digest(file: File) -> str:
    return hashlib.sha256(f"{file.mode:o} {file.text}".encode()).hexdigest()
