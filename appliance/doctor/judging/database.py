"""The one database file, its backup, and what it tells of the link to the city. Pure."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from appliance.desk.condition.machine import BACKUP_EVERY
from appliance.doctor.finding import Finding, fault, ok, warn

_GROUP_WRITES = 0o060


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The file; `damage` is empty for a whole one."""

    path: str
    exists: bool
    damage: str = ""
    schema: int = 0
    known_schema: int = 0
    closed_to_group: tuple[str, ...] = ()
    """Files of it that the daemons' group may not write."""
    set_aside: int = 0
    """Damaged databases that a salvage has kept."""


def database(seen: Database) -> Iterator[Finding]:
    """Whether it is there, whole, of this release and open to every daemon."""
    if not seen.exists:
        yield fault(
            "database", f"none at {seen.path}", "run `posko migrate` as posko-sync, or start posko"
        )
        return
    if seen.damage:
        yield fault(
            "database",
            f"{seen.path} is damaged: {seen.damage}",
            "run `posko store repair`; then replace the card (docs/runbook.md, Damaged database)",
        )
        return
    schema = f"schema {seen.schema}"
    if seen.schema > seen.known_schema:
        yield fault(
            "database",
            f"{schema} is newer than this software knows ({seen.known_schema})",
            "install the newer posko again, or restore a backup made before the upgrade",
        )
    elif seen.schema < seen.known_schema:
        yield warn(
            "database",
            f"{schema}, this software wants {seen.known_schema}",
            "systemctl restart posko-migrate posko.target",
        )
    else:
        yield ok("database", f"{seen.path} is whole, {schema}")
    if seen.closed_to_group:
        files = " ".join(seen.closed_to_group)
        yield fault(
            "database",
            f"the daemons' group may not write {files}",
            f"chgrp posko {files}; chmod g+rwX {files}",
        )
    if seen.set_aside:
        yield warn(
            "database",
            f"was damaged and salvaged: {seen.set_aside} damaged files are kept beside it",
            "replace the card; delete the files once nobody misses anything",
        )


def is_closed(file: os.stat_result, folder: os.stat_result) -> bool:
    """Whether a file's mode or group keeps those out whose folder it lies in."""
    need = stat.S_IRWXG if stat.S_ISDIR(file.st_mode) else _GROUP_WRITES
    return file.st_mode & need != need or file.st_gid != folder.st_gid


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What `posko backup` has stated."""

    has_key: bool
    last: datetime | None
    problem: str


def backup(seen: Backup, now: datetime) -> Finding:
    """Whether there is one, and how old it is."""
    if not seen.has_key:
        return warn(
            "backup",
            "none is made: [backup] key is not set",
            "set the city's public key and leave a stick named POSKO in the box (docs/backup.md)",
        )
    if seen.problem:
        return fault(
            "backup", seen.problem, "see docs/backup.md; then systemctl start posko-backup"
        )
    if seen.last is None:
        return warn("backup", "none was made yet", "systemctl start posko-backup")
    if now - seen.last > BACKUP_EVERY:
        days = (now - seen.last).days
        what_next = (
            "is the stick in? systemctl list-timers posko-backup; systemctl start posko-backup"
        )
        return warn("backup", f"the last is {days} days old", what_next)
    return ok("backup", f"the last is of {seen.last:%Y-%m-%d %H:%M} UTC")
