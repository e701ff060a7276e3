"""Texts of archived documents: taken to be read, settled, wiped; and the index kept whole."""

import logging
import sqlite3

from appliance.domain.archive import text as archive_text
from appliance.domain.archive.text import Reading, Trouble
from appliance.domain.moment import Moment
from appliance.store.archive import archive_city, archive_index, archive_texts
from appliance.store.archive.archive_documents import Document
from appliance.store.database import savepoint, transaction
from appliance.store.privacy.wal_wipes import wiping
from appliance.store.repair.integrity import is_damage

log = logging.getLogger(__name__)

ATTEMPTS = 3
_INDEXED_AT_ONCE = 20
_WIPED_PAGES = 64
"""Of the index in one transaction, so that nobody waits long: 250 kB."""


def take(db: sqlite3.Connection, now: Moment) -> Document | None:
    """The next document to read; one whose reader died too often is given up."""
    while True:
        with transaction(db, leaves_reserve=True):
            taken = archive_texts.take(db)
            if taken is None:
                return None
            document, attempts = taken
            if attempts <= ATTEMPTS:
                return document
            crashed = archive_text.failed(Trouble.CRASHED)
            archive_texts.settle(db, document.key, crashed, now.wall)
            log.error("reading a file was given up document=%s", document.document_id)


def settle(db: sqlite3.Connection, document: Document, reading: Reading, now: Moment) -> None:
    """Keep what was read; nothing where the document was destroyed or replaced meanwhile."""
    with transaction(db, leaves_reserve=True):
        if archive_texts.is_waiting(db, document.key, document.file.sha256):
            archive_texts.settle(db, document.key, reading, now.wall)


def wipe(db: sqlite3.Connection) -> bool:
    """Rewrite some of the index without what was destroyed; False when there is nothing to wipe."""
    if not archive_index.has_to_wipe(db):
        return False
    with transaction(db), wiping(db):
        return archive_index.wipe(db, _WIPED_PAGES)


def doubt(db: sqlite3.Connection) -> None:
    """The index was found damaged: let it be made anew."""
    with transaction(db):
        if archive_index.is_whole(db):
            log.error("the index of the archive is damaged, and is made anew from the texts")
            archive_index.empty(db)


def go_on(db: sqlite3.Connection) -> bool:
    """Go on making the index anew; False when it is whole."""
    if archive_index.is_whole(db):
        return False
    with transaction(db, leaves_reserve=True):
        archive_index.go_on(db, _INDEXED_AT_ONCE)
    return True


def follow_city(db: sqlite3.Connection, now: Moment) -> None:
    """Have the city's documents among those of the archive."""
    with transaction(db):
        archive_city.follow_city(db, now.wall)


def follow_city_if_whole(db: sqlite3.Connection, now: Moment) -> None:
    """The same inside the caller's transaction, which a damaged index does not undo."""
    try:
        with savepoint(db):
            archive_city.follow_city(db, now.wall)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        log.error("the index of the archive is damaged: documents of the city show up later")
