"""The folder of one box on a stick: numbered backups, and the files that several of them share.

    posko-147107/000012-20261128T021503Z.posko    database and settings, newest number last
    posko-147107/files/SHA-256                    photos, documents and voices, each sealed once

What has no final name was not finished and is removed by the next backup. Written for FAT, too: no
links, no rights, no name that it does not know.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from appliance.backup import sealed_file
from appliance.backup.sealed_file import Header, SealedWriter
from appliance.domain import blobs
from appliance.domain.ids import SiteCode
from durable_files.folder import sync_folder

SUFFIX = ".posko"
_NEW = ".new"
_NAME = re.compile(r"(\d{6,})-\d{8}T\d{6}Z\.posko")


class Shelf:
    """Raises OSError as the stick does."""

    def __init__(self, folder: Path, site: SiteCode) -> None:
        """`folder`: where the stick is mounted."""
        self.folder = folder / f"posko-{site.site}"
        self._files = self.folder / "files"

    def make(self) -> None:
        """Have the folders, and remove what was never finished."""
        self._files.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self._files):
            for unfinished in folder.glob(f"*{_NEW}"):
                unfinished.unlink()

    def backups(self) -> list[Path]:
        """All backups, oldest first, by their number: clocks may be wrong."""
        found = [file for file in self.folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(file.name)]
        return sorted(found, key=_number)

    def next(self, made_at: datetime) -> Path:
        """The name of the next backup."""
        number = max(map(_number, self.backups()), default=0) + 1
        return self.folder / f"{number:06d}-{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}"

    def file(self, sha256: str) -> Path:
        """Where a shared file is, or will be."""
        return self._files / sha256

    @staticmethod
    def header(backup: Path) -> Header:
        """What of a backup may be read without the secret; raises NotABackup."""
        return sealed_file.header_of(backup)

    def free_bytes(self) -> int:
        """What the stick still takes."""
        return shutil.disk_usage(self.folder).free

    def put(self, file: Path, header: Header, key: str, fill: Callable[[IO[bytes]], None]) -> None:
        """Seal a file, read it back from the stick, and only then give it its name."""
        unfinished = file.with_name(file.name + _NEW)
        try:
            with unfinished.open("w+b") as out:
                writer = SealedWriter(out, header, key)
                fill(writer)  # type: ignore[arg-type]  # it writes bytes, as IO[bytes] does
                writer.finish()
                sealed_file.forget_cached(out)
            sealed_file.check(unfinished)
            unfinished.rename(file)
            with file.open("rb") as named:  # FAT keeps size and place beside the new name
                os.fsync(named.fileno())
            sync_folder(file.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise

    def thin_out(self, keep: int) -> None:
        """Remove the oldest backups beyond `keep`, and the files that none names any more.

        While one cannot be read, nobody knows which it names, and every file stays.
        """
        for old in self.backups()[:-keep]:
            old.unlink()
        try:
            named = set(self._named(self.backups()))
        except sealed_file.Unreadable:
            return
        for file in self._files.iterdir():
            if blobs.is_name(file.name) and file.name not in named:
                file.unlink()

    @staticmethod
    def _named(backups: Iterable[Path]) -> Iterable[str]:
        for backup in backups:
            try:
                yield from sealed_file.header_of(backup).files
            except sealed_file.Unreadable:
                raise
            except sealed_file.NotABackup:
                continue


def is_mounted(folder: Path, card: Path) -> bool:
    """Whether something else than the `card` is at `folder`, such as a stick."""
    return folder.exists() and folder.stat().st_dev != card.stat().st_dev


def _number(backup: Path) -> int:
    found = _NAME.fullmatch(backup.name)
    return int(found[1]) if found else 0
