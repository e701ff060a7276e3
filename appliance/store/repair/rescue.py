"""Reading what is left of a damaged table.

Knows b-trees from the outside only: a key in a damaged page makes a read fail, keys before and
after it can still be read. So a range is read forwards to the damage, backwards to the damage, and
what lies between is halved until nothing more is found or the attempts are used up.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ATTEMPTS = 4096
"""Reads per table that may fail before the rest of it is given up: a tenth of a second."""
_LEAST_ROW_BYTES = 40
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""Python decodes SQLite's messages strictly, and these may quote damaged names."""
_LAST_ROWID = 2**63 - 1

Row = dict[str, object]
Read = Callable[[int, int, str], Iterator[tuple[Any, Row]]]
"""Rows with keys from the first to the second number, in order ASC or DESC."""


def open_damaged(path: Path) -> sqlite3.Connection:
    """Open a damaged database with its WAL, without changing either."""
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return db


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns; none if it cannot be read or is not there."""
    try:
        return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})").fetchall()]
    except UNREADABLE:
        return []


def by_rowid(
    db: sqlite3.Connection,
    table: str,
    names: list[str],
    *,
    keys: tuple[int, int] = (0, _LAST_ROWID),
    apart: int = 1,
) -> Iterator[Row]:
    """The rows of an ordinary table with such keys, in no certain order.

    `apart` is how much higher a key is than the one given before it.
    """
    sql = f"SELECT rowid, {', '.join(names)} FROM {table} NOT INDEXED"  # noqa: S608 - names of ours

    def read(first: int, last: int, order: str) -> Iterator[tuple[int, Row]]:
        where = f"{sql} WHERE rowid BETWEEN ? AND ? ORDER BY rowid {order}"
        for key, *values in db.execute(where, (first, last)):
            yield key, dict(zip(names, values, strict=True))

    yield from _between(read, *_bounds(db, read, keys, apart))


def by_prefix(
    db: sqlite3.Connection, table: str, names: list[str], prefix: tuple[str, str], number: str
) -> Iterator[Row]:
    """The rows of a WITHOUT ROWID table whose key is (prefix, number), for one prefix."""
    column, wanted = prefix
    sql = f"SELECT {number}, {', '.join(names)} FROM {table} WHERE {column} = ?"  # noqa: S608 - names of ours

    def read(first: int, last: int, order: str) -> Iterator[tuple[int, Row]]:
        where = f"{sql} AND {number} BETWEEN ? AND ? ORDER BY {number} {order}"
        for key, *values in db.execute(where, (wanted, first, last)):
            yield key, dict(zip(names, values, strict=True))

    yield from _between(read, *_bounds(db, read, (0, _LAST_ROWID), 1))


def all_at_once(db: sqlite3.Connection, table: str, names: list[str]) -> Iterator[Row]:
    """The rows of a small table up to the first damage."""
    try:
        sql = f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608 - names of ours
        for values in db.execute(sql):
            yield dict(zip(names, values, strict=True))
    except UNREADABLE:
        return


def _bounds(
    db: sqlite3.Connection, read: Read, keys: tuple[int, int], apart: int
) -> tuple[int, int]:
    """Between which keys to look: numbers are given in order, so the file's size bounds them."""
    first, last = keys
    lowest, highest = _end(read, keys, "ASC"), _end(read, keys, "DESC")
    if lowest is None:
        lowest = first
    if highest is None:
        try:
            [pages] = db.execute("PRAGMA page_count").fetchone()
            [page_bytes] = db.execute("PRAGMA page_size").fetchone()
        except UNREADABLE:
            pages, page_bytes = 2**17, 512
        rows = pages * page_bytes // _LEAST_ROW_BYTES
        highest = min(lowest + rows * apart, last)
    return lowest, highest


def _end(read: Read, keys: tuple[int, int], order: str) -> int | None:
    for key, _ in _Pass(read, *keys, order):
        return key
    return None


def _between(read: Read, first: int, last: int) -> Iterator[Row]:
    waiting, attempts = deque([(first, last)]), 0
    while waiting and attempts < ATTEMPTS:
        low, high = waiting.popleft()
        attempts += 2
        for key, row in (forward := _Pass(read, low, high, "ASC")):
            low = key + 1
            yield row
        if forward.is_whole:
            continue
        for key, row in (backward := _Pass(read, low, high, "DESC")):
            high = key - 1
            yield row
        if not backward.is_whole and low < high:
            middle = (low + high) // 2
            waiting += [(low, middle), (middle + 1, high)]


class _Pass:
    """One read in one direction; `is_whole` tells afterwards whether it met no damage."""

    def __init__(self, read: Read, first: int, last: int, order: str) -> None:
        self._rows = _until_damage(read, first, last, order)
        self.is_whole = True

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        while True:
            try:
                yield next(self._rows)
            except StopIteration:
                return
            except UNREADABLE:
                self.is_whole = False
                return


def _until_damage(read: Read, first: int, last: int, order: str) -> Iterator[tuple[int, Row]]:
    """As read, with keys out of order or out of range taken for damage: a tree may have loops."""
    step, before = (1, first - 1) if order == "ASC" else (-1, last + 1)
    for key, row in read(first, last, order):
        if not isinstance(key, int) or (key - before) * step <= 0 or not first <= key <= last:
            raise sqlite3.DatabaseError(f"keys out of order after {before}")
        before = key
        yield key, row


def insert(fresh: sqlite3.Connection, table: str, rows: Iterable[Row]) -> int:
    """Insert the rows that the schema allows; return how many."""
    count = 0
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        try:
            sql = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - ours
            count += fresh.execute(sql, tuple(row.values())).rowcount
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError):
            continue
    return count
