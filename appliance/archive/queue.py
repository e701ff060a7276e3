"""The loop that reads the texts of new documents, one after the other, in a thread of the desk.

Nothing waits for it: a document is listed and found by its title at once. What is left to do stands
in the database, so that it goes on after a restart; a file that took its reader along several times
is given up, and an officer may have it read again.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from appliance.actions.archive import archive_texts
from appliance.domain.archive.room import LEAVES_FREE_BYTES
from appliance.domain.archive.text import Reading
from appliance.domain.errors import PoskoError
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.repair.integrity import is_damage

log = logging.getLogger(__name__)

LOOK_EVERY_S = 30.0
"""Documents of the city come in by another process."""

Read = Callable[[Path, str], Reading]


class ReadingQueue:
    """Reads what waits; `read` may take as long as a child may."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        read: Read,
        now: Callable[[], Moment],
    ) -> None:
        self._connect, self._read, self._now = connect, read, now
        self._wake = threading.Event()
        self._is_stopping = False
        self._is_waiting = False

    @property
    def is_reading(self) -> bool:
        """Or has to look first whether there is something to read."""
        return self._wake.is_set() or not self._is_waiting

    def wake(self) -> None:
        """Say that a document was added."""
        self._wake.set()

    def stop(self) -> None:
        """Let `run` return after the file that is being read."""
        self._is_stopping = True
        self._wake.set()

    def run(self) -> None:
        """Go on until `stop`."""
        while not self._is_stopping:
            try:
                with closing(self._connect()) as db:
                    archive_texts.follow_city(db, self._now())
                    while self.turn(db) and not self._is_stopping:
                        pass
            except (PoskoError, sqlite3.Error, OSError) as error:
                log.warning("texts of the archive wait for the database reason=%s", error)
                self._doubt(error)
            self._is_waiting = True
            self._wake.wait(LOOK_EVERY_S)
            self._is_waiting = False
            self._wake.clear()

    def _doubt(self, error: Exception) -> None:
        """Damage that SQLite meets here is most likely the index's, which can be made anew."""
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            with suppress(PoskoError, sqlite3.Error), closing(self._connect()) as db:
                archive_texts.doubt(db)

    def turn(self, db: sqlite3.Connection) -> bool:
        """Read one file, or tidy the index a little; False if nothing is to do, or no room."""
        folder = blob_files.of(db)
        if folder.free_bytes() < LEAVES_FREE_BYTES:
            return False
        document = archive_texts.take(db, self._now())
        if document is None:
            return archive_texts.go_on(db) or archive_texts.wipe(db)
        reading = self._read(folder.file(document.file.sha256), document.file.media_type)
        archive_texts.settle(db, document, reading, self._now())
        return True
