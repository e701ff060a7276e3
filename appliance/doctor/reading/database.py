"""The database: looked at by a child, since this process may have it open elsewhere."""

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from appliance.doctor import programs
from appliance.doctor.case import Case
from appliance.doctor.judging.database import Backup, Database, is_closed
from appliance.store import blob_files, files, migrate
from appliance.store.box import gauges
from appliance.store.database import connect
from appliance.store.repair import salvage

LIMIT_S = 60.0
"""To read it whole: a large one on a slow card."""
Gauges = Mapping[str, Mapping[str, tuple[str, datetime]]]


def look(case: Case) -> Database:
    """Read all of it; raises PermissionError."""
    path = case.database
    if not path.exists():
        return Database(path=str(path), exists=False)
    with path.open("r+b"):
        pass  # who may not write it cannot open it as SQLite does
    said = programs.run(
        sys.executable, "-m", "appliance.store.repair.integrity", str(path), limit_s=LIMIT_S
    )
    damage = said.complaint if said.status else ""
    return Database(
        path=str(path),
        exists=True,
        damage="a salvage was begun and not finished" if salvage.is_pending(path) else damage,
        schema=0 if damage else _schema(path),
        known_schema=len(migrate.scripts()),
        closed_to_group=tuple(
            str(file) for file in _files(path) if is_closed(file.stat(), path.parent.stat())
        ),
        set_aside=len(salvage.damaged_files(path)),
    )


def _files(path: Path) -> Iterator[Path]:
    """The database and what every daemon writes beside it."""
    lock, blobs = migrate.lock_file(path), blob_files.at(path).path
    for file in (path, files.wal(path), files.shm(path), lock, blobs):
        if file.exists():
            yield file


def stated(path: Path) -> Gauges:
    """What every process says of itself; nothing where the database cannot be read."""
    try:
        with closing(connect(path)) as db:
            return gauges.every(db)
    except (sqlite3.Error, OSError):
        return {}


def backup(case: Case) -> Backup:
    """The gauges of `posko backup`."""
    said = {name: value for name, (value, _) in stated(case.database).get("backup", {}).items()}
    try:
        last = datetime.fromisoformat(said.get("last_at", ""))
    except ValueError:
        last = None
    return Backup(has_key=bool(case.box.backup.key), last=last, problem=said.get("problem", ""))


def _schema(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version
