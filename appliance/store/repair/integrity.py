"""Is this database file whole? The one place that decides.

The whole file is read: always when it is small, else once in each boot and after any process has
met damage (`database.transaction` then removes the note that this boot has checked). 70 MB took
0.2 s on a virtual disk; on an SD card reading is the limit (not measured). A crash of a process
cannot damage the file, a power cut on a card that lies can: hence once in each boot.
"""

import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote

from appliance.store.files import beside, size_bytes

ALWAYS_CHECKED_BYTES = 8 * 1024 * 1024
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MAGIC = b"SQLite format 3\0"
_READ_FAULTS = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)


def fault(path: Path, *, is_thorough: bool = False) -> str | None:
    """Say what is wrong with a database that exists, or None.

    `is_thorough` reads a large file although this boot has checked it. Raises sqlite3.Error for
    what has nothing to do with damage, such as a missing right.
    """
    note, boot_id = beside(path, ".checked"), _BOOT_ID.read_text(encoding="ascii")
    if size_bytes(path) == 0:
        return "the file is empty"
    is_checked = note.exists() and note.read_text(encoding="utf-8", errors="replace") == boot_id
    if is_checked and not is_thorough and size_bytes(path) > ALWAYS_CHECKED_BYTES:
        return None
    found = inspect(path)
    if found is None and not is_checked:
        note.write_text(boot_id, encoding="ascii")
    return found


def inspect(path: Path) -> str | None:
    """Read the whole file and say what is wrong, or None; it must exist."""
    with path.open("rb") as file:
        header = file.read(20)
    if header[:16] != _MAGIC or not {header[18], header[19]} <= {1, 2}:
        return "the header is not that of a database"
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)
    try:
        db.text_factory = bytes
        db.execute("PRAGMA busy_timeout = 10000")
        return _first_fault(db)
    except UnicodeDecodeError:
        return "a name in its list of tables is damaged"
    except sqlite3.DatabaseError as error:
        if is_damage(error) or error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            return str(error)
        raise
    finally:
        db.close()


def _first_fault(db: sqlite3.Connection) -> str | None:
    [answer] = db.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != b"ok" and not is_of_full_text(answer):
        return str(answer.decode(errors="replace"))
    [version] = db.execute("PRAGMA user_version").fetchone()
    tables = {name for [name] in db.execute("SELECT name FROM sqlite_master")}
    if b"migration_checksums" not in tables:
        return "its list of tables is not that of a box"
    [applied] = db.execute("SELECT count(*) FROM migration_checksums").fetchone()
    if applied != version:
        return f"the header says schema {version}, the records say {applied}"
    return None


def is_of_full_text(answer: bytes) -> bool:
    """Tell whether only a full-text index is wrong, which is made anew from the texts.

    SQLite looks at those since 3.44, after everything else.
    """
    return b" FTS5 table " in answer


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether SQLite speaks of bytes that are not as it wrote them."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or code in _READ_FAULTS


def main() -> int:
    """Inspect the file named on the command line, for a process that has it open itself."""
    found = inspect(Path(sys.argv[1]))
    if found:
        print(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
