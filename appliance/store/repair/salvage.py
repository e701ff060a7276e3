"""Setting a damaged database aside and going on with what can be read of it.

Each step is a rename, so that a process killed at any point leaves a state from which the next one
goes on: `.salvaging` is the damaged file while its successor is built in `.fresh`, and becomes
`.damaged-TIME` when the successor stands at the path. Callers hold the lock of `migrate.ensure`.
"""

import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.domain.ids import SiteCode
from appliance.store import files, gate
from appliance.store.box import begun_blocks, gauges
from appliance.store.repair import rescue

log = logging.getLogger(__name__)

DAMAGED_KEPT = 3
"""Damaged files that are left for a specialist; older ones are deleted."""


def is_pending(path: Path) -> bool:
    """Tell whether a salvage was begun and not finished."""
    return _salvaging(path).exists()


def set_aside(path: Path, fault: str) -> None:
    """Take a damaged file out of use; running processes notice at their next transaction."""
    log.error("the database is damaged and is set aside path=%s fault=%s", path, fault)
    with gate.alone(path):
        files.move(path, _salvaging(path))


def finish(
    path: Path, build: Callable[[Path], None], site: SiteCode, new_epoch: Callable[[], str]
) -> None:
    """Bring a begun salvage to its end; `build` makes an empty database of this release."""
    if not path.exists():
        files.move(path, _salvaging(path))
        fresh = files.beside(path, ".fresh")
        build(fresh)
        damaged = _name_of_damaged(path)
        kept = _fill(path, fresh, site, new_epoch, damaged.name)
        files.install(fresh, path)
        log.error(
            "the database is salvaged: the box goes on with what could be read. Keep the damaged "
            "file for a specialist, and replace the card (docs/runbook.md, Damaged database) "
            "damaged=%s %s",
            damaged,
            " ".join(f"{name.replace(' ', '_')}={count}" for name, count in kept.items()),
        )
    files.move(_salvaging(path), _name_of_damaged(path))
    files.remove(files.beside(path, ".graft"))
    for old in damaged_files(path)[:-DAMAGED_KEPT]:
        files.remove(old)


def damaged_files(path: Path) -> list[Path]:
    """Databases that were set aside, oldest first."""
    found = path.parent.glob(path.name + ".damaged-*")
    return sorted(file for file in found if not file.name.endswith(("-wal", "-shm")))


def _salvaging(path: Path) -> Path:
    return files.beside(path, ".salvaging")


def _name_of_damaged(path: Path) -> Path:
    """Named by when the file was last written to."""
    written = datetime.fromtimestamp(_salvaging(path).stat().st_mtime, UTC)
    name = files.beside(path, f".damaged-{written:%Y%m%dT%H%M%SZ}")
    number = 2
    while name.exists():
        name = files.beside(path, f".damaged-{written:%Y%m%dT%H%M%SZ}-{number}")
        number += 1
    return name


def _fill(
    path: Path, fresh_path: Path, site: SiteCode, new_epoch: Callable[[], str], name: str
) -> Counter[str]:
    from appliance.store.repair import rebuild  # noqa: PLC0415 - 1 MiB that few ever need

    fresh = sqlite3.connect(fresh_path, isolation_level=None)
    fresh.row_factory = sqlite3.Row
    damaged = _readable(path, fresh_path)
    try:
        # Nobody uses the file yet: it counts from its rename on, and is synced before.
        fresh.execute("PRAGMA synchronous = OFF")
        fresh.execute("PRAGMA foreign_keys = OFF")
        fresh.execute("BEGIN")
        kept = rebuild.fill(fresh, damaged, site, new_epoch, begun_blocks.of(path))
        now = datetime.now(UTC)
        stated = {
            "salvaged_at": now.isoformat(timespec="seconds"),
            "salvaged_from": name,
            "salvaged_rows": str(kept.total()),
            "problem": f"{name} was damaged: the card may be failing, replace it "
            "(docs/runbook.md, Damaged database)",
        }
        gauges.set_many(fresh, "store", stated, now)
        fresh.execute("COMMIT")
        return kept
    finally:
        damaged.close()
        fresh.close()


def _readable(path: Path, fresh: Path) -> sqlite3.Connection:
    """Open the damaged file, with the first page of a fresh one if its own makes no sense.

    The first page holds the header and the root of the list of tables. It is the same in every
    database of one schema, since the tables are created in one order before any row.
    """
    db = rescue.open_damaged(_salvaging(path))
    if rescue.columns(db, "requests"):
        return db
    db.close()
    graft = files.beside(path, ".graft")
    files.remove(graft)
    shutil.copyfile(_salvaging(path), graft)
    if files.wal(_salvaging(path)).exists():
        shutil.copyfile(files.wal(_salvaging(path)), files.wal(graft))
    page = _first_page(fresh, has_wal=files.wal(graft).exists())
    with graft.open("r+b") as file:
        file.write(page)
    return rescue.open_damaged(graft)


def _first_page(fresh: Path, *, has_wal: bool) -> bytes:
    """Page 1 of a fresh database; offsets are those of SQLite's file format, section 1.3."""
    with fresh.open("rb") as file:
        header = file.read(100)
        page = bytearray(header + file.read(int.from_bytes(header[16:18], "big") - len(header)))
    page[18] = page[19] = 2 if has_wal else 1
    page[32:40] = bytes(8)  # no free pages are known
    page[92:96] = bytes(4)  # the count of pages is not valid: the file's size is
    return bytes(page)
