"""Putting a backup to work on another box, or on the same one.

All is made ready in a folder beside the database and looked over there; then it takes its place by
renames. A database that lies there already is set aside with its files, never deleted.
"""

import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import msgspec

from appliance.actions.city import syncing
from appliance.backup import sealed_file, snapshot
from appliance.backup.making import DATABASE, MANIFEST, SETTINGS, Manifest
from appliance.backup.sealed_file import Header, NotABackup, SealedReader
from appliance.backup.shelf import Shelf
from appliance.domain.errors import PoskoError
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment, to_ms
from appliance.store import blob_files, files, migrate
from appliance.store.database import connect
from appliance.store.errors import Unavailable
from appliance.store.repair import integrity

_NAME_OF_SETTINGS = re.compile(r"settings/[A-Za-z0-9_.-]{1,80}\.toml")
_SETTINGS_MAX_BYTES = 256 * 1024


class Refused(PoskoError, RuntimeError):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The box that a backup becomes."""

    database: Path
    site: SiteCode
    new_epoch: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a box has now."""

    backup: Path
    made_at: datetime
    requests: int
    files: int
    missing_files: int
    set_aside: Path | None


def newest(where: Path, site: SiteCode) -> Path:
    """The backup at a path: itself, or the newest of this site in a folder. Raises Refused."""
    if where.is_file():
        return where
    for folder in (where, where.parent):
        if found := Shelf(folder, site).backups():
            return found[-1]
    raise Refused(f"no backup of {site} in {where}; name the folder of the stick, or the file")


def restore(
    backup: Path, secret: bytes, target: Target, now: Moment, *, sets_aside: bool
) -> Restored:
    """Let this box go on from a backup; raises NotABackup and Refused, and changes nothing then."""
    header = sealed_file.check(backup)
    if header.site != str(target.site):
        raise Refused(f"{backup} is of kecamatan {header.site}, [site] code says {target.site}")
    if not sets_aside:
        _refuse_the_living(target.database, header.made_at)
    with _staging(target.database) as staged:
        _unpack(backup, secret, staged)
        migrate.ensure(staged, target.site, target.new_epoch)
        with closing(connect(staged)) as db:
            syncing.begin_elsewhere(db, target.new_epoch(), backup.name, now)
        missing = _take_files(backup.parent, secret, header, staged)
        _hand_over(staged)
        aside = migrate.replace(target.database, staged, f"{now.wall:%Y%m%dT%H%M%SZ}")
    migrate.ensure(target.database, target.site, target.new_epoch)
    return Restored(
        backup=backup,
        made_at=header.made_at,
        requests=header.requests,
        files=len(header.files) - missing,
        missing_files=missing,
        set_aside=aside,
    )


def settings_of(backup: Path, secret: bytes) -> dict[str, bytes]:
    """The settings in a backup, by file name; raises NotABackup."""
    found = {}
    for name, content in _entries(backup, secret):
        if _NAME_OF_SETTINGS.fullmatch(name):
            found[name.removeprefix(SETTINGS)] = content.read(_SETTINGS_MAX_BYTES)
    return found


def _refuse_the_living(database: Path, made_at: datetime) -> None:
    """A box that takes complaints must not lose them by a mistyped command."""
    if not database.exists():
        return
    try:
        with closing(connect(database)) as db:
            [requests, newer] = db.execute(
                "SELECT count(*), coalesce(sum(created_at_ms > ?), 0) FROM requests",
                (to_ms(made_at),),
            ).fetchone()
            [waiting] = db.execute(
                "SELECT coalesce(sum(last_seq - acked_seq), 0) FROM outbox_ends"
            ).fetchone()
    except (sqlite3.Error, Unavailable) as error:
        raise Refused(f"{database} is there and cannot be read ({error}); {_SET_ASIDE}") from None
    if requests:
        raise Refused(
            f"{database} has {requests} requests, {newer} of them newer than the backup, and "
            f"{waiting} events that the city has not acknowledged; {_SET_ASIDE}"
        )


_SET_ASIDE = "with --set-aside it is kept under another name, and the backup takes its place"


@contextmanager
def _staging(database: Path) -> Iterator[Path]:
    """Where a database is made ready; on the same disk, gone after the block."""
    folder = files.beside(database, ".restoring")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o770)
    try:
        yield folder / database.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _entries(backup: Path, secret: bytes) -> Iterator[tuple[str, IO[bytes]]]:
    """What is in a backup, one after the other."""
    reader = SealedReader(backup, secret)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|") as tar:
            for entry in tar:
                if content := tar.extractfile(entry):
                    yield entry.name, content
    except tarfile.TarError:
        raise NotABackup(f"{backup} holds what no backup of ours does") from None
    finally:
        reader.close()


def _unpack(backup: Path, secret: bytes, staged: Path) -> None:
    """Write the database of a backup and look whether it is what was backed up."""
    manifest = None
    for name, content in _entries(backup, secret):
        if name == MANIFEST:
            manifest = msgspec.json.decode(content.read(), type=Manifest)
        elif name == DATABASE:
            with staged.open("wb") as out:
                shutil.copyfileobj(content, out, 256 * 1024)
    if manifest is None or not staged.exists():
        raise NotABackup(f"{backup} lacks its database")
    if fault := integrity.inspect(staged):
        raise NotABackup(f"the database in {backup} is not whole: {fault}")
    if snapshot.counts(staged) != manifest.counts:
        raise NotABackup(f"the database in {backup} has other rows than it had")


def _hand_over(staged: Path) -> None:
    """Give what root has made to whom the data folder belongs to."""
    if os.geteuid() == 0:
        owner = staged.parent.parent.stat().st_uid
        for made in (staged, *blob_files.at(staged).path.glob("*"), blob_files.at(staged).path):
            shutil.chown(made, owner)


def _take_files(shelf: Path, secret: bytes, header: Header, staged: Path) -> int:
    """Bring the files that belong to the database; return how many are missing on the stick."""
    folder, missing = blob_files.at(staged), 0
    folder.make()
    for sha256 in header.files:
        try:
            reader = SealedReader(shelf / "files" / sha256, secret)
            with reader:
                content = folder.stage_from(cast("IO[bytes]", reader))
        except (FileNotFoundError, NotABackup):
            missing += 1
            continue
        if content.sha256 == sha256:
            folder.keep(content)
        else:
            folder.discard(content)
            missing += 1
    return missing
