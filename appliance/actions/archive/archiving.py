"""What officers do with documents of the archive: put in, correct, withdraw, destroy."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from appliance.actions.archive import archive_texts as texts
from appliance.domain.archive import file as archive_file
from appliance.domain.archive.card import Access, Card
from appliance.domain.archive.file import HEAD_BYTES
from appliance.domain.archive.query import Asked
from appliance.domain.archive.room import NoRoom, Room
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.archive import archive_documents, archive_index, archive_search, archive_texts
from appliance.store.archive.archive_documents import Document, File
from appliance.store.archive.archive_search import Page
from appliance.store.database import transaction
from appliance.store.privacy.wal_wipes import wiping
from appliance.store.repair.integrity import is_damage
from appliance.store.staff import staff_log


class Full(BadInput):
    """There is no room for a file; `why` says of which kind."""

    def __init__(self, why: NoRoom) -> None:
        super().__init__(why)
        self.why = why


class Known(BadInput):
    """The very file is in the archive already, as this document."""

    def __init__(self, document_id: str) -> None:
        super().__init__(document_id)
        self.document_id = document_id


class Stale(BadInput):
    """The card has changed since the page of this form was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What the archive may take."""

    file_max_bytes: int
    share_percent: int


def put_in(
    db: sqlite3.Connection,
    content: IO[bytes],
    card: Card,
    quota: Quota,
    now: Moment,
    *,
    document_id: str,
    by: str,
) -> None:
    """Keep a file and its card; raises archive_file.Refused, Full and Known.

    The file has its name before the row that names it is committed: who dies in between leaves a
    file that no row names, which is swept away.
    """
    size_bytes = content.seek(0, os.SEEK_END)
    media_type = archive_file.media_type(*_ends(content, size_bytes))
    if media_type == archive_file.PDF:
        content.seek(0)
        archive_file.check_program(iter(partial(content.read, HEAD_BYTES), b""))
    if why := room(db, quota).refuses(size_bytes):
        raise Full(why)
    folder = blob_files.of(db)
    content.seek(0)
    staged = folder.stage_from(content)
    try:
        with transaction(db, leaves_reserve=True):
            if known := archive_documents.same_file(db, staged.sha256):
                raise Known(known)
            folder.keep(staged)
            file = File(sha256=staged.sha256, size_bytes=staged.size_bytes, media_type=media_type)
            archive_documents.add(db, document_id, card, file, now.wall)
            _note(db, "archive_added", document_id, by, now)
    finally:
        folder.discard(staged)


def room(db: sqlite3.Connection, quota: Quota) -> Room:
    """The disk as it is for the archive."""
    folder = blob_files.of(db)
    return Room(
        disk_bytes=folder.disk_bytes(),
        free_bytes=folder.free_bytes(),
        archive_bytes=archive_documents.total_bytes(db),
        share_percent=quota.share_percent,
        file_max_bytes=quota.file_max_bytes,
    )


def _ends(content: IO[bytes], size_bytes: int) -> tuple[bytes, bytes]:
    content.seek(0)
    head = content.read(HEAD_BYTES)
    content.seek(max(0, size_bytes - HEAD_BYTES))
    return head, content.read(HEAD_BYTES)


def correct(
    db: sqlite3.Connection, document: Document, card: Card, now: Moment, *, seen: str, by: str
) -> None:
    """Say something else of a document; raises Stale if its card is no more the version `seen`."""
    with transaction(db):
        found = archive_documents.by_id(db, document.document_id, tuple(Access))
        if found is None or found.state == "destroyed" or found.card.version != seen:
            raise Stale(document.document_id)
        archive_documents.change(db, document.key, card, now.wall)
        _note(db, "archive_corrected", document.document_id, by, now)


def withdraw(db: sqlite3.Connection, document: Document, now: Moment, *, by: str) -> None:
    """Take a document back: only officers who look for what is withdrawn find it."""
    with transaction(db):
        archive_documents.move(db, document.key, "kept", "withdrawn", now.wall)
        _note(db, "archive_withdrawn", document.document_id, by, now)


def restore(db: sqlite3.Connection, document: Document, now: Moment, *, by: str) -> None:
    """Let a withdrawn document be found again."""
    with transaction(db):
        archive_documents.move(db, document.key, "withdrawn", "kept", now.wall)
        _note(db, "archive_restored", document.document_id, by, now)


def destroy(db: sqlite3.Connection, document: Document, now: Moment, *, by: str) -> bool:
    """Forget file and text of a document whose time is over; False if it is not over.

    The card stays, as evidence of what was destroyed. The file is swept away by the sync agent,
    unless another document is the same file.
    """
    until = document.card.retain_until
    if until is None or until >= now.day or not now.is_trusted or document.state == "destroyed":
        return False
    with transaction(db), wiping(db):
        archive_texts.destroy(db, document.key, now.wall)
        _note(db, "archive_destroyed", document.document_id, by, now)
    return True


def read_again(db: sqlite3.Connection, document: Document, now: Moment, *, by: str) -> None:
    """Try once more to read the text of a file."""
    with transaction(db):
        archive_texts.read_again(db, document.key, now.wall)
        _note(db, "archive_read_again", document.document_id, by, now)


def _note(db: sqlite3.Connection, what: str, document_id: str, by: str, now: Moment) -> None:
    staff_log.add(db, by=by, what=what, subject=document_id, at=now.wall)


def search(db: sqlite3.Connection, asked: Asked, readable: Sequence[Access]) -> tuple[Page, bool]:
    """What is found, and whether the index is whole; a damaged one is given up for a new one."""
    try:
        found = archive_search.find(db, asked.query, readable, asked.filters, page=asked.page)
        return found, archive_index.is_whole(db)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        texts.doubt(db)
        return archive_search.find(db, None, readable, asked.filters, page=asked.page), False
