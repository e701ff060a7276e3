"""Connections that leave no reader open and know whether their file is still the one in use."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from appliance.store.gate import Gate
from appliance.store.wal_frames import Mark


class Rows(sqlite3.Cursor):
    """A cursor that takes all rows at once, so that no reader can be forgotten half way.

    An open reader keeps the WAL from being folded back, for as long as it is open. Results are
    small by design: what may be large is read in slices (`outbox.after`).
    """

    _left: Iterator[Any] = iter(())

    def execute(self, *args: Any) -> "Rows":  # noqa: ANN401 - as sqlite3 has it
        """Run one statement to its end."""
        super().execute(*args)
        if self.description:
            self._left = iter(super().fetchall())
        return self

    def fetchone(self) -> Any:  # noqa: ANN401 - as sqlite3 has it
        """The next row, or None."""
        return next(self._left, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """The next rows."""
        return list(itertools.islice(self._left, size))

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return list(self._left)

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - as sqlite3 has it
        return next(self._left)


class BoxConnection(sqlite3.Connection):
    """A connection to the database of a box; made by `open_existing`."""

    path: Path
    gate: Gate
    folded: Mark = Mark()
    """How far it has folded the WAL back."""

    def cursor(self, factory: Any = Rows) -> Any:  # noqa: ANN401 - as sqlite3 has it
        """A cursor that leaves no reader open."""
        return super().cursor(factory)

    def execute(self, *args: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
        """Run one statement to its end; sqlite3's own would not ask the cursor's `execute`."""
        rows: Rows = self.cursor().execute(*args)
        return rows

    def close(self) -> None:
        """Close the file and leave the gate."""
        super().close()
        self.gate.close()


def open_existing(path: Path, *, timeout_s: float, any_thread: bool) -> BoxConnection:
    """Open a database file, never make one; raises Missing."""
    gate = Gate(path)
    with gate.opening():
        db = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=timeout_s,
            check_same_thread=not any_thread,
            factory=BoxConnection,
        )
    db.path, db.gate = path, gate
    db.row_factory = sqlite3.Row
    return db
