"""The files that belong to a database: all lie beside it, so that a rename is all it takes.

Names and durable renames only; who may touch a file when is decided by `gate` and `salvage`.
"""

import os
from pathlib import Path

from durable_files.folder import sync_folder


def beside(path: Path, suffix: str) -> Path:
    """The file of this suffix that belongs to the database at `path`."""
    return path.with_name(path.name + suffix)


def wal(path: Path) -> Path:
    """SQLite's write-ahead log: commits that are not yet folded back. Never delete it."""
    return beside(path, "-wal")


def shm(path: Path) -> Path:
    """SQLite's index of the WAL, rebuilt at will."""
    return beside(path, "-shm")


def size_bytes(path: Path) -> int:
    """Size of a file, 0 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def install(fresh: Path, path: Path) -> None:
    """Put a finished database in its place, whole or not at all."""
    file = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
    fresh.rename(path)
    sync_folder(path.parent)


def move(path: Path, target: Path) -> None:
    """Rename a database with its WAL; harmless to repeat after dying half way.

    The database goes first: a database without its WAL would look whole and lack commits, while a
    WAL without its database is never opened.
    """
    if path.exists():
        path.rename(target)
    if wal(path).exists() and not path.exists():
        wal(path).rename(wal(target))
    shm(path).unlink(missing_ok=True)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a database with its WAL."""
    for file in (path, wal(path), shm(path), beside(path, "-journal")):
        file.unlink(missing_ok=True)
