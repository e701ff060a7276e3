"""Files of strangers: proven to be an update by their signature before anything else is believed.

What is installed is a copy made while it was hashed, in a folder that root alone may write.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from appliance.domain.blobs import UPDATE_MAX_BYTES
from appliance.domain.box import software
from appliance.domain.box.software import HEAD_MAX_BYTES, BadUpdate, Head, Manifest
from software_update.rescue.home import sync_folder

_PIECE_BYTES = 1024 * 1024


def head(path: Path, keys: Iterable[str]) -> Head:
    """What the file is, if a trusted key has signed it, its package unread; raises BadUpdate."""
    with _opened(path) as file:
        return _head(file.read(HEAD_MAX_BYTES), keys)


def prove(path: Path, keys: Iterable[str]) -> Manifest:
    """What the file is, all of it read and as it was signed; raises BadUpdate."""
    with _opened(path) as file, Path(os.devnull).open("wb") as nowhere:
        found = _head(file.read(HEAD_MAX_BYTES), keys)
        file.seek(found.size_bytes)
        _copy(file, nowhere, found.manifest)
    return found.manifest


def unpack(
    path: Path, keys: Iterable[str], target: Path, accept: Callable[[Manifest], None]
) -> Manifest:
    """Put the package of a file at `target`, whole or not at all; `accept` may raise before
    anything is written. Raises BadUpdate.
    """
    return _write(path, keys, target, accept, is_whole=False)


def keep(
    path: Path, keys: Iterable[str], target: Path, accept: Callable[[Manifest], None]
) -> Manifest:
    """The same with the file as it is, to be proven anew when it is installed."""
    return _write(path, keys, target, accept, is_whole=True)


def _write(
    path: Path,
    keys: Iterable[str],
    target: Path,
    accept: Callable[[Manifest], None],
    *,
    is_whole: bool,
) -> Manifest:
    aside = target.with_name(f".{target.name}.new")
    with _opened(path) as file:
        start = file.read(HEAD_MAX_BYTES)
        found = _head(start, keys)
        accept(found.manifest)
        file.seek(found.size_bytes)
        try:
            with _made(aside) as out:
                if is_whole:
                    out.write(start[: found.size_bytes])
                _copy(file, out, found.manifest)
            aside.rename(target)
        finally:
            aside.unlink(missing_ok=True)
    sync_folder(target.parent)
    return found.manifest


def _head(start: bytes, keys: Iterable[str]) -> Head:
    trusted = tuple(keys)
    if not trusted:
        raise BadUpdate(
            "this box trusts no release key: set update.release_keys in posko.toml to the line "
            "that `posko-center updates key` printed"
        )
    return software.read_head(start, trusted)


def _copy(file: IO[bytes], out: IO[bytes], manifest: Manifest) -> None:
    digest, left = hashlib.sha256(), manifest.size_bytes
    while piece := file.read(min(_PIECE_BYTES, left + 1)):
        digest.update(piece)
        left -= len(piece)
        if left < 0:
            break
        out.write(piece)
    if left or digest.hexdigest() != manifest.sha256:
        raise BadUpdate("its package is cut short or damaged; copy the file to the stick again")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A regular file of a bearable size; no link, pipe or device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadUpdate(f"cannot read {path}: {error.strerror}") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise BadUpdate(f"{path} is not a file")
        if state.st_size > UPDATE_MAX_BYTES:
            raise BadUpdate(f"{path} has more than {UPDATE_MAX_BYTES // 1024 // 1024} MB")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    except OSError as error:
        raise BadUpdate(f"{path}: {error.strerror}; try another stick or make room") from None
    finally:
        os.close(descriptor)


@contextmanager
def _made(path: Path) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(descriptor)
