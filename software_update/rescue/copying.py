"""A copy of the database from before an update, for a person who finds that a release spoilt it.

An update that is taken back never needs it: the database stays, with what came meanwhile.
"""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from .children import run_as
from .home import Home, sync_folder

_COPY_S = 1800.0


class CannotCopy(Exception):
    """The database was not copied; it may be damaged."""


def keep_copy(home: Home, database: Path, command: Sequence[str]) -> None:
    """Copy the database as its owner, who alone is trusted with what it says; raises CannotCopy.

    `command` runs `copy` in a process of its own.
    """
    if not database.exists():
        return
    owner = database.stat()
    folder = home.folder / "copying"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.chown(folder, owner.st_uid, owner.st_gid)
    words = [*command, "copy", str(database), str(folder / "copy.db")]
    done = run_as(words, database, timeout_s=_COPY_S)
    copied = folder / "copy.db"
    if done.returncode or not stat.S_ISREG(copied.lstat().st_mode):
        raise CannotCopy(f"the database can't be copied: {done.stderr.strip()[-200:]}")
    copied.rename(home.copy)
    sync_folder(home.folder)
    shutil.rmtree(folder, ignore_errors=True)


def copy(database: Path, target: Path) -> None:
    """Copy a database that others go on writing, and read the copy whole."""
    source = sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=60)
    made = sqlite3.connect(target)
    try:
        source.backup(made)
        [said] = made.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        source.close()
        made.close()
    if said != "ok":
        sys.exit(f"the copy is damaged, and so may be the database: {said}")
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
