"""Is this database file whole? The one place that decides.

The whole file is read: always when it is small, else once in each boot and after any process has
met damage (`database.transaction` then removes the note that this boot has checked). 100 MB took
0.4 s on a laptop's disk; on an SD card reading is the limit, about 4 s. A crash of a process cannot
damage the file, a power cut on a card that lies can: hence once in each boot.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from appliance.store.files import beside, size_bytes, wal

ALWAYS_CHECKED_BYTES = 8 * 1024 * 1024
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TEMPORARY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN)
_TEMPORARY_IO = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM)


def fault(path: Path, *, is_thorough: bool = False) -> str | None:
    """Say what is wrong with a database, or None; a file not yet made is not wrong.

    `is_thorough` reads a large file although this boot has checked it. Raises sqlite3.Error for
    what has nothing to do with damage, such as a missing right.
    """
    note, boot_id = beside(path, ".checked"), _BOOT_ID.read_text(encoding="ascii")
    if size_bytes(path) == 0:
        return "the file is empty, its WAL is not" if size_bytes(wal(path)) else None
    is_checked = note.exists() and note.read_text(encoding="utf-8", errors="replace") == boot_id
    if is_checked and not is_thorough and size_bytes(path) > ALWAYS_CHECKED_BYTES:
        return None
    found = inspect(path)
    if found is None and not is_checked:
        note.write_text(boot_id, encoding="ascii")
    return found


def inspect(path: Path) -> str | None:
    """Read the whole file and say what is wrong, or None; it must exist."""
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)
    try:
        db.text_factory = bytes
        db.execute("PRAGMA busy_timeout = 10000")
        return _first_fault(db)
    except sqlite3.DatabaseError as error:
        if _is_temporary(error):
            raise
        return str(error)
    finally:
        db.close()


def _first_fault(db: sqlite3.Connection) -> str | None:
    [answer] = db.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != b"ok":
        return str(answer.decode(errors="replace"))
    [version] = db.execute("PRAGMA user_version").fetchone()
    tables = {name for [name] in db.execute("SELECT name FROM sqlite_master")}
    if not tables and version == 0:
        return None
    if b"migration_checksums" not in tables:
        return "its list of tables is not that of a box"
    [applied] = db.execute("SELECT count(*) FROM migration_checksums").fetchone()
    if applied != version:
        return f"the header says schema {version}, the records say {applied}"
    return None


def _is_temporary(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (*_TEMPORARY, *_TEMPORARY_IO)
