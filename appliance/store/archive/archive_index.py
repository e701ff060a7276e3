"""The full-text index of the archive: an FTS5 table that holds no text of its own.

What it indexes stands in `archive_readings`; whoever changes that goes through `indexed`, in one
transaction. A damaged index is emptied, and made anew from there in small steps, so that complaints
are taken meanwhile: documents with keys above `indexed_upto` are not in it yet.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

WHOLE = 2**63 - 1


@contextmanager
def indexed(db: sqlite3.Connection, key: int) -> Iterator[None]:
    """The index follows what the block changes of one document."""
    leave(db, key)
    yield
    enter(db, key)


def enter(db: sqlite3.Connection, key: int) -> None:
    """Put a document into the index."""
    db.execute(
        """
        INSERT INTO archive_index (rowid, title, number, body)
        SELECT id, title, number, body FROM archive_readings
        WHERE id = ? AND id <= (SELECT indexed_upto FROM archive_index_progress)
        """,
        (key,),
    )


def leave(db: sqlite3.Connection, key: int) -> None:
    """Take a document out of the index, before its card or text changes."""
    db.execute(
        """
        INSERT INTO archive_index (archive_index, rowid, title, number, body)
        SELECT 'delete', id, title, number, body FROM archive_readings
        WHERE id = ? AND id <= (SELECT indexed_upto FROM archive_index_progress)
        """,
        (key,),
    )


def empty(db: sqlite3.Connection) -> None:
    """Let the index be made anew."""
    db.execute("INSERT INTO archive_index (archive_index) VALUES ('delete-all')")
    db.execute("UPDATE archive_index_progress SET indexed_upto = 0")


def is_whole(db: sqlite3.Connection) -> bool:
    """Whether every document is in the index."""
    [upto] = db.execute("SELECT indexed_upto FROM archive_index_progress").fetchone()
    return bool(upto == WHOLE)


def go_on(db: sqlite3.Connection, count: int) -> None:
    """Put the next documents into an index that is being made."""
    [upto] = db.execute("SELECT indexed_upto FROM archive_index_progress").fetchone()
    rows = db.execute(
        "SELECT id FROM archive_documents WHERE id > ? ORDER BY id LIMIT ?", (upto, count)
    ).fetchall()
    upto = rows[-1]["id"] if len(rows) == count else WHOLE
    db.execute("UPDATE archive_index_progress SET indexed_upto = ?", (upto,))
    for row in rows:
        enter(db, row["id"])


def has_to_wipe(db: sqlite3.Connection) -> bool:
    """Whether the index may hold words of a document that was destroyed."""
    row = db.execute("SELECT 1 FROM archive_documents WHERE text_state = 'wiping' LIMIT 1")
    return row.fetchone() is not None


def wipe(db: sqlite3.Connection, pages: int) -> bool:
    """Rewrite some of the index without what was deleted; False once nothing is left of it.

    FTS5 keeps a deletion beside the words it deletes, until it merges both (its documentation).
    """
    before = db.total_changes
    db.execute("INSERT INTO archive_index (archive_index, rank) VALUES ('merge', ?)", (-pages,))
    if db.total_changes - before > 1:
        return True
    db.execute("UPDATE archive_documents SET text_state = 'none' WHERE text_state = 'wiping'")
    return False
