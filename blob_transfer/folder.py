"""Files named by the SHA-256 of their content, and the parts of those still to come.

A file stands under its name only when it is whole and on disk: it is written under another name,
synced, renamed, and the folder synced. So a process may die at any point; what no row of the
database names is swept away. Raises OSError as the disk does.
"""

import hashlib
import logging
import os
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from durable_files.folder import sync_folder

log = logging.getLogger(__name__)

_PARTIAL = ".part"
_NEW = ".new"
_PIECE_BYTES = 256 * 1024
UNFINISHED_FOR_S = 24 * 3600
"""A file that a process began to write and never finished is swept away after this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """Content that is on disk, but not yet under its name."""

    file: Path
    sha256: str
    size_bytes: int


class Folder:
    """One folder; several processes may use it at once."""

    def __init__(self, path: Path, *, peer: str = "") -> None:
        """`peer`: whose parts these are; several may send the same file at the same time."""
        self.path = path
        self._part = f".{peer}{_PARTIAL}" if peer else _PARTIAL

    def has(self, sha256: str) -> bool:
        """Whether this file is here, whole."""
        return self.file(sha256).exists()

    def file(self, sha256: str) -> Path:
        """Where this file is, or will be."""
        return self.path / sha256

    def read(self, sha256: str, offset: int, size_bytes: int) -> bytes | None:
        """Some bytes of a file, fewer at its end; None if it is not here or cannot be read."""
        try:
            with self.file(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(size_bytes)
        except OSError as error:
            log.error("a file cannot be read sha256=%s reason=%s", sha256, error)
            return None

    def free_bytes(self) -> int:
        """What this user may still write here."""
        self.make()
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    def disk_bytes(self) -> int:
        """How large the disk is."""
        self.make()
        state = os.statvfs(self.path)
        return state.f_blocks * state.f_frsize

    def stage(self, content: bytes) -> Staged:
        """Write content to disk; `keep` gives it its name."""
        return self.stage_from(BytesIO(content))

    def stage_from(self, content: IO[bytes]) -> Staged:
        """Write a file to disk piece by piece, from where it stands; `keep` gives it its name."""
        self.make()
        file, digest, size_bytes = self.path / (secrets.token_hex(8) + _NEW), hashlib.sha256(), 0
        try:
            with file.open("xb") as new:
                while piece := content.read(_PIECE_BYTES):
                    digest.update(piece)
                    size_bytes += new.write(piece)
                new.flush()
                os.fsync(new.fileno())
        except OSError:
            file.unlink(missing_ok=True)
            raise
        return Staged(file=file, sha256=digest.hexdigest(), size_bytes=size_bytes)

    def keep(self, staged: Staged) -> None:
        """Give staged content its name; do so before the row that names it is committed."""
        staged.file.rename(self.file(staged.sha256))
        sync_folder(self.path)

    def discard(self, staged: Staged) -> None:
        """Forget staged content; harmless after `keep`. What the disk does not remove is swept."""
        with suppress(OSError):
            staged.file.unlink()

    def remove(self, sha256: str) -> None:
        """Forget a file, to make room at once."""
        self.file(sha256).unlink(missing_ok=True)

    def partial_bytes(self, sha256: str) -> int:
        """How many bytes of a file to come are here, from its first on."""
        try:
            return self._partial(sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, sha256: str, offset: int, data: bytes) -> None:
        """Put bytes at the end of a part, on disk; what an interrupted write left is cut off."""
        self.make()
        file = os.open(self._partial(sha256), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            os.ftruncate(file, offset)
            written = 0
            while written < len(data):
                written += os.pwrite(file, data[written:], offset + written)
            os.fdatasync(file)
        finally:
            os.close(file)

    def finish(self, sha256: str) -> bool:
        """Put a part in its place if it is what its name says; otherwise drop it and say False."""
        partial = self._partial(sha256)
        try:
            with partial.open("rb") as file:
                is_right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
                os.fsync(file.fileno())
        except FileNotFoundError:
            return self.has(sha256)
        if not is_right:
            partial.unlink()
            return False
        partial.rename(self.file(sha256))
        sync_folder(self.path)
        return True

    def sweep(self, named: Collection[str], coming: Collection[str]) -> int:
        """Remove every file but those `named` and the parts of those `coming`; return how many.

        Call it while no other process can `keep` a file: inside a write transaction of the
        database whose rows name the files.
        """
        strays = self.strays(named, coming)
        for file in strays:
            file.unlink(missing_ok=True)
        if strays:
            sync_folder(self.path)
        return len(strays)

    def strays(self, named: Collection[str], coming: Collection[str]) -> list[Path]:
        """What `sweep` would remove now."""
        if not self.path.exists():
            return []
        return [file for file in self.path.iterdir() if not self._is_used(file, named, coming)]

    @staticmethod
    def _is_used(file: Path, named: Collection[str], coming: Collection[str]) -> bool:
        if file.suffix == _PARTIAL:
            return file.name.partition(".")[0] in coming
        if file.suffix != _NEW:
            return file.name in named
        try:
            return abs(time.time() - file.stat().st_mtime) < UNFINISHED_FOR_S
        except FileNotFoundError:
            return True

    def _partial(self, sha256: str) -> Path:
        return self.path / (sha256 + self._part)

    def make(self) -> None:
        """Have the folder."""
        self.path.mkdir(mode=0o770, exist_ok=True)
