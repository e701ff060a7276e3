"""Making a backup: database and settings into one sealed file, files beside it once each."""

import errno
import io
import tarfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from appliance.backup import snapshot
from appliance.backup.sealed_file import Header, NotABackup, Unreadable
from appliance.backup.shelf import Shelf
from appliance.domain import blobs
from appliance.domain.errors import PoskoError
from appliance.domain.ids import SiteCode
from appliance.runtime import release
from appliance.store import blob_files, migrate

DATABASE, SETTINGS, MANIFEST = "posko.db", "settings/", "manifest.json"
_SPARE_BYTES = 1024 * 1024
_GONE = "the stick has a fault or was pulled out: plug it in again, or take another one"
_REASONS = {
    errno.ENOENT: "the stick is not there: plug one in that is named POSKO, or set backup.folder",
    errno.ENOSPC: "the stick is full: free space on it, or take a larger one",
    errno.EROFS: "the stick is read-only: move its switch, or take another one",
    errno.EACCES: "this user may not write to the stick (docs/backup.md, The stick)",
    errno.EIO: _GONE,
    errno.ENODEV: _GONE,
}


class BackupFailed(PoskoError, OSError):
    """There is no new backup; the message says what to do. Older ones stay."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What lies first in a backup, and is compared with what follows when it is restored."""

    schema: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a box is made of, but for its credential: another box is enrolled anew."""

    database: Path
    site: SiteCode
    settings: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A good backup; `left_out` files did not fit beside it."""

    file: Path
    size_bytes: int
    requests: int
    files: int
    left_out: int


def make(source: Source, shelf: Shelf, key: str, *, keep: int, now: datetime) -> Made:
    """Make one, verified; older ones beyond `keep` go once it stands. Raises BackupFailed."""
    try:
        shelf.make()
        files = _files(source.database)
        with snapshot.taken(source.database) as copy:
            _make_room(shelf, copy.stat().st_size, keep)
            backup = _put(source, shelf, key, copy, _header(source, copy, files, now))
        shelf.thin_out(keep)
        left_out = sum(not _share(source, shelf, key, sha256, now) for sha256 in files)
    except Unreadable:
        raise BackupFailed(_REASONS[errno.EIO]) from None
    except NotABackup:
        raise BackupFailed(
            "the stick gave back other bytes than were written to it: take another one"
        ) from None
    except snapshot.NoSnapshot as error:
        raise BackupFailed(str(error)) from error
    except OSError as error:
        raise BackupFailed(_REASONS.get(error.errno or 0, str(error))) from error
    return Made(
        file=backup,
        size_bytes=backup.stat().st_size,
        requests=shelf.header(backup).requests,
        files=len(files),
        left_out=left_out,
    )


def _files(database: Path) -> dict[str, int]:
    """The files beside the database that are whole; SHA-256 -> size."""
    folder = blob_files.at(database).path
    found = folder.iterdir() if folder.exists() else ()
    return {file.name: file.stat().st_size for file in found if blobs.is_name(file.name)}


def _header(source: Source, copy: Path, files: dict[str, int], now: datetime) -> Header:
    return Header(
        site=str(source.site),
        made_at=now,
        software=release.version(),
        schema=len(migrate.scripts()),
        requests=snapshot.counts(copy)["requests"],
        files=files,
    )


def _make_room(shelf: Shelf, size_bytes: int, keep: int) -> None:
    """Let older backups go while there is too little room, but never the newest."""
    while shelf.free_bytes() < size_bytes + _SPARE_BYTES and keep > 1:
        keep = min(keep, len(shelf.backups())) - 1
        shelf.thin_out(max(1, keep))
    if shelf.free_bytes() < size_bytes + _SPARE_BYTES:
        needed_mb, free_mb = size_bytes // 2**20 + 1, shelf.free_bytes() // 2**20
        raise OSError(errno.ENOSPC, f"{needed_mb} MB are needed, {free_mb} are free")


def _put(source: Source, shelf: Shelf, key: str, copy: Path, header: Header) -> Path:
    manifest = Manifest(schema=header.schema, counts=snapshot.counts(copy))

    def fill(out: IO[bytes]) -> None:
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, io.BytesIO(msgspec.json.encode(manifest)))
            for settings in source.settings:
                _add(tar, SETTINGS + settings.name, io.BytesIO(settings.read_bytes()))
            with copy.open("rb") as database:
                _add(tar, DATABASE, database)

    backup = shelf.next(header.made_at)
    shelf.put(backup, header, key, fill)
    return backup


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = content.seek(0, io.SEEK_END)
    content.seek(0)
    tar.addfile(entry, content)


def _share(source: Source, shelf: Shelf, key: str, sha256: str, now: datetime) -> bool:
    """Have a file on the stick; False if there is no room. One that has gone meanwhile is not
    missed: its row is gone, too, or says so."""
    file, target = blob_files.at(source.database).file(sha256), shelf.file(sha256)
    if target.exists():
        return True
    try:
        content = file.open("rb")
    except FileNotFoundError:
        return True
    with content:
        if shelf.free_bytes() < file.stat().st_size + _SPARE_BYTES:
            return False
        header = Header(site=str(source.site), made_at=now)
        shelf.put(target, header, key, lambda out: _copy(content, out))
    return True


def _copy(content: IO[bytes], out: IO[bytes]) -> None:
    while piece := content.read(256 * 1024):
        out.write(piece)
