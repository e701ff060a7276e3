"""Putting documents into the archive, and the queue that reads their texts."""

import hashlib
import io
import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from appliance.actions.archive import archive_texts, archiving
from appliance.actions.archive.archiving import Full, Known, Quota
from appliance.actions.cases import intake, photos
from appliance.actions.public import documents
from appliance.archive.queue import ReadingQueue
from appliance.domain.archive import room as archive_room
from appliance.domain.archive.card import LEADERS, RESIDENTS, Access, TextState
from appliance.domain.archive.file import Refused
from appliance.domain.archive.query import asked
from appliance.domain.archive.room import NoRoom
from appliance.domain.archive.text import Reading, Trouble, failed, found
from appliance.domain.blobs import Manifest
from appliance.domain.moment import Moment
from appliance.store import blob_files, migrate
from appliance.store.archive import archive_documents
from appliance.store.archive.archive_documents import Document
from appliance.store.database import connect, transaction
from appliance.store.public import documents as stored_documents
from appliance.store.public.documents import Document as CityDocument
from appliance.store.staff import staff_log
from tests.builders import a_card, a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.support import office_files
from tests.support.disks import fill, small_disk

QUOTA = Quota(file_max_bytes=1024 * 1024, share_percent=80)
PDF = office_files.pdf("Keputusan")


@pytest.fixture(autouse=True)
def a_small_disk_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run on disks that are as full as they are."""
    monkeypatch.setattr(archive_room, "LEAVES_FREE_BYTES", 1024 * 1024)


def put_in(db: sqlite3.Connection, content: bytes = PDF, name: str = "d1", **card: object) -> None:
    archiving.put_in(
        db, io.BytesIO(content), a_card(**card), QUOTA, at(), document_id=name, by="sri"
    )


def the(db: sqlite3.Connection, document_id: str = "d1") -> Document:
    document = archive_documents.by_id(db, document_id, LEADERS)
    assert document
    return document


def listed(db: sqlite3.Connection, text: str = "") -> list[str]:
    page, _ = archiving.search(db, asked({"cari": text}), RESIDENTS)
    return [hit.document.document_id for hit in page.hits]


def queue_of(db_path: Path, reading: Reading) -> ReadingQueue:
    return ReadingQueue(lambda: connect(db_path), lambda _path, _type: reading, at)


def test_a_document_is_listed_at_once_and_found_by_its_text_once_read(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put_in(db)
    assert listed(db) == listed(db, "satgas") == ["d1"]
    assert listed(db, "gotong") == []
    assert queue_of(db_path, found("gotong royong")).turn(db)
    assert listed(db, "gotong") == ["d1"]
    assert blob_files.of(db).file(the(db).file.sha256).read_bytes() == PDF
    assert [
        entry.what for entry in staff_log.page(db, by="", subject="d1", before=None, limit=9)
    ] == ["archive_added"]


def test_what_could_not_be_read_says_why_and_is_found_by_its_title(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put_in(db)
    queue_of(db_path, failed(Trouble.ENCRYPTED)).turn(db)
    assert (the(db).text_state, the(db).text_trouble) == (TextState.FAILED, Trouble.ENCRYPTED)
    assert listed(db, "satgas") == ["d1"]
    archiving.read_again(db, the(db), at(), by="sri")
    queue_of(db_path, found("gotong royong")).turn(db)
    assert listed(db, "gotong") == ["d1"]


def test_a_file_that_takes_its_reader_along_is_given_up(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put_in(db)

    def die(_path: Path, _type: str) -> Reading:
        raise KeyboardInterrupt

    for _ in range(archive_texts.ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            ReadingQueue(lambda: connect(db_path), die, at).turn(db)
    assert not queue_of(db_path, found("x")).turn(db)
    assert the(db).text_trouble == Trouble.CRASHED


def test_a_disk_that_errs_once_ends_no_reading(db: sqlite3.Connection, db_path: Path) -> None:
    put_in(db)
    tries: list[Path] = []

    def read(path: Path, _type: str) -> Reading:
        tries.append(path)
        if len(tries) == 1:
            queue.wake()
            raise OSError("input/output error")
        queue.stop()
        return found("gotong royong")

    queue = ReadingQueue(lambda: connect(db_path), read, at)
    queue.run()
    assert listed(db, "gotong") == ["d1"]


def test_a_text_that_comes_too_late_is_dropped(db: sqlite3.Connection) -> None:
    put_in(db, retain_until=date(2025, 12, 31))
    taken = archive_texts.take(db, at())
    assert taken
    assert archiving.destroy(db, the(db), replace(at(), source="ntp"), by="sri")
    archive_texts.settle(db, taken, found("gotong royong"), at())
    assert listed(db, "gotong") == []


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (replace(at(), source="ntp"), None),
        (replace(at(), source="ntp"), START.date()),
        (at(), date(2025, 12, 31)),
    ],
    ids=["for ever", "the last day", "nobody set the clock"],
)
def test_nothing_is_destroyed_before_its_time(
    db: sqlite3.Connection, now: Moment, until: date | None
) -> None:
    put_in(db, retain_until=until)
    assert not archiving.destroy(db, the(db), now, by="sri")
    assert listed(db) == ["d1"]


def test_a_destroyed_document_leaves_its_card_and_no_file(db: sqlite3.Connection) -> None:
    put_in(db, retain_until=date(2025, 12, 31))
    assert [d.document_id for d in archive_documents.due(db, START.date(), LEADERS)] == ["d1"]
    assert archiving.destroy(db, the(db), replace(at(), source="ntp"), by="sri")
    photos.sweep(db)
    assert not blob_files.of(db).has(the(db).file.sha256)
    assert listed(db) == []
    assert the(db).card.title == a_card().title
    assert archive_documents.due(db, START.date(), LEADERS) == []


def test_a_file_is_kept_as_long_as_a_document_names_it(db: sqlite3.Connection) -> None:
    put_in(db)
    assert photos.sweep(db) == 0
    assert blob_files.of(db).has(the(db).file.sha256)


def test_nobody_waits_while_files_are_looked_through(db: sqlite3.Connection, db_path: Path) -> None:
    put_in(db)
    other = connect(db_path)
    with transaction(other):
        assert photos.sweep(db) == 0
    other.close()


def test_the_same_file_is_not_taken_twice(db: sqlite3.Connection) -> None:
    put_in(db)
    with pytest.raises(Known) as known:
        put_in(db, name="d2")
    assert known.value.document_id == "d1"
    assert listed(db) == ["d1"]
    assert len(list(blob_files.of(db).path.iterdir())) == 1


def test_what_is_refused_leaves_nothing(db: sqlite3.Connection) -> None:
    with pytest.raises(Refused):
        put_in(db, b"<svg onload=alert(1)>")
    with pytest.raises(Full) as full:
        put_in(db, PDF + bytes(QUOTA.file_max_bytes))
    assert full.value.why is NoRoom.FILE
    assert listed(db) == []
    assert not blob_files.of(db).path.exists() or not list(blob_files.of(db).path.iterdir())


@pytest.mark.parametrize("dies_in", ["keep", "add"])
def test_who_is_killed_between_file_and_row_leaves_nothing(
    db: sqlite3.Connection, db_path: Path, dies_in: str
) -> None:
    child = os.fork()
    if child == 0:
        try:
            put_in_and_die(db_path, dies_in)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert listed(db) == []
    folder = blob_files.of(db)
    assert len(list(folder.path.iterdir())) == 1, "a file is there"
    for file in folder.path.iterdir():
        os.utime(file, (0, 0))
    assert photos.sweep(db) == 1
    assert list(folder.path.iterdir()) == []
    put_in(db)
    assert listed(db) == ["d1"]


def put_in_and_die(db_path: Path, dies_in: str) -> None:
    """kill -9 before the file has its name, or after that and before the row is committed."""
    own = connect(db_path)

    def die(*_about: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if dies_in == "keep":
        type(blob_files.of(own)).keep = die  # type: ignore[method-assign]
    else:
        archive_documents.add = die  # type: ignore[assignment]
    put_in(own)


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A box on a disk of eight megabytes."""
    with small_disk(tmp_path / "disk", 8 * 1024 * 1024) as folder:
        migrate.ensure(folder / "posko.db", SITE, lambda: EPOCH)
        db = connect(folder / "posko.db")
        yield db
        db.close()


def test_the_archive_stops_long_before_a_complaint_lacks_room(
    tight: sqlite3.Connection, tmp_path: Path
) -> None:
    put_in(tight)
    fill(tmp_path / "disk" / "filler", leave_bytes=archive_room.LEAVES_FREE_BYTES)
    with pytest.raises(Full) as full:
        put_in(tight, office_files.pdf("lagi"), "d2")
    assert full.value.why is NoRoom.DISK
    assert isinstance(intake.receive(tight, a_draft(), at()), intake.Receipt)
    assert listed(tight) == ["d1"]


def test_the_archive_has_no_more_than_its_share(tight: sqlite3.Connection) -> None:
    quota = Quota(file_max_bytes=1024 * 1024, share_percent=10)
    for number in range(2):
        content = io.BytesIO(office_files.pdf(str(number)) + bytes(500_000))
        try:
            archiving.put_in(
                tight, content, a_card(), quota, at(), document_id=str(number), by="sri"
            )
        except Full as full:
            assert (number, full.why) == (1, NoRoom.SHARE)
    assert listed(tight) == ["0"]


def publish(db: sqlite3.Connection, title: str = "Jadwal dari kota") -> None:
    content = hashlib.sha256(title.encode()).hexdigest()
    file = Manifest(sha256=content, size_bytes=9, media_type="application/pdf")
    document = CityDocument(
        document_id="kota-1", title=title, file=file, state="wanted", published_at=START
    )
    with transaction(db):
        stored_documents.add(db, document, START)
    documents.fetched(db, content, at(), is_stored=True)


def test_what_the_city_publishes_is_one_more_document(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put_in(db)
    publish(db)
    assert listed(db) == ["kota-1", "d1"]
    queue = queue_of(db_path, found("posyandu"))
    while queue.turn(db):
        pass
    assert listed(db, "posyandu") == ["kota-1", "d1"]
    publish(db, "Jadwal baru")
    assert listed(db, "jadwal baru") == ["kota-1"]
    with transaction(db):
        documents.withdrawn(db, documents.DocumentWithdrawn(document_id="kota-1"), at())
    assert listed(db) == ["d1"]
    assert the(db).card.access is Access.PUBLIC


def test_a_damaged_index_holds_up_nothing_of_the_city(db: sqlite3.Connection) -> None:
    publish(db)
    with transaction(db):
        db.execute("UPDATE archive_index_data SET block = zeroblob(40)")
    publish(db, "Jadwal baru")
    assert [d.title for d in stored_documents.in_state(db, "stored")] == ["Jadwal baru"]
