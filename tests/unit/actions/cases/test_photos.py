"""A photo with a report: kept if it can be, told to the city, given up before anything else."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.actions.cases import casework, intake, photos
from appliance.actions.cases.photos import StagedPhoto
from appliance.actions.public import documents
from appliance.domain.cases.photo import Photo
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events import Event
from appliance.domain.events.files import (
    DocumentPublished,
    DocumentSettled,
    DocumentWithdrawn,
    PhotoAttached,
    PhotoLost,
    PhotoSettled,
)
from appliance.domain.quota import Quota
from appliance.store import blob_files, migrate, room
from appliance.store.cases import photos as stored_photos
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from appliance.store.errors import StoreFull
from appliance.store.public import documents as stored_documents
from tests.builders import a_batch, a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.support.disks import fill, small_disk

SUBMISSION = "00000000-0000-7000-8000-000000000001"
LIMIT = Quota(limit=2, window=timedelta(hours=1))


def staged(db: sqlite3.Connection, content: bytes = b"a photo") -> StagedPhoto:
    photo = Photo(content=content, media_type="image/png")
    found = photos.stage(db, photo, at(), origin=None, limit=LIMIT)
    assert found is not None
    return found


def reported(db: sqlite3.Connection, photo: StagedPhoto | None, **changes: object) -> str:
    receipt = intake.receive(db, a_draft(**changes), at(), photo=photo)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request.id


def told(db: sqlite3.Connection) -> list[tuple[Lane, Event | None]]:
    return [
        (row.lane, wire.decode_event(row.kind, row.payload.encode())) for row in outbox.every(db)
    ]


def events(db: sqlite3.Connection, kind: type[Event]) -> list[Event]:
    return [event for _, event in told(db) if isinstance(event, kind)]


def test_a_photo_is_kept_and_told_in_the_lane_of_its_report_and_after_it(
    db: sqlite3.Connection,
) -> None:
    photo = staged(db)
    request_id = reported(db, photo, text="tolong cepat ada kebakaran")
    [(first, _), (second, event)] = told(db)
    assert (first, second) == (Lane.URGENT, Lane.URGENT)
    assert event == PhotoAttached(
        request_id=request_id, sha256=photo.file.sha256, size_bytes=7, media_type="image/png"
    )
    assert blob_files.of(db).read(photo.file.sha256, 0, 99) == b"a photo"
    assert stored_photos.waiting(db) == stored_photos.Waiting(count=1, size_bytes=7)


def test_a_photo_sent_again_with_its_report_is_one_photo(db: sqlite3.Connection) -> None:
    reported(db, None, submission_id=SUBMISSION)
    assert reported(db, staged(db), submission_id=SUBMISSION) == reported(
        db, staged(db, b"another"), submission_id=SUBMISSION
    )
    assert len(events(db, PhotoAttached)) == 1, "added to a report that had none, and only once"


def test_a_report_is_stored_even_if_its_photo_cannot_be_kept(db: sqlite3.Connection) -> None:
    photo = staged(db)
    photo.file.file.unlink()
    request_id = reported(db, photo)
    assert stored_photos.state_of(db, request_id) is None
    assert len(told(db)) == 1


def test_a_device_may_leave_so_many_photos_and_no_more(db: sqlite3.Connection) -> None:
    photo = Photo(content=b"x", media_type="image/png")

    def taken(origin: str | None) -> bool:
        return photos.stage(db, photo, at(), origin=origin, limit=LIMIT) is not None

    assert [taken("portal:10.0.0.9") for _ in range(3)] == [True, True, False]
    assert taken("portal:10.0.0.8")
    assert all(taken(None) for _ in range(5)), "the box itself is not counted"


def test_no_photo_is_taken_where_little_room_is_left(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "TAKEN_ABOVE_FREE_BYTES", 2**62)
    photo = Photo(content=b"x", media_type="image/png")
    assert photos.stage(db, photo, at(), origin=None, limit=LIMIT) is None


def test_no_photo_is_taken_when_too_many_wait(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "WAITING_MAX_BYTES", 5)
    reported(db, staged(db))
    photo = Photo(content=b"x", media_type="image/png")
    assert photos.stage(db, photo, at(), origin=None, limit=LIMIT) is None


def test_on_a_full_disk_the_oldest_photos_go_and_the_city_is_told(db: sqlite3.Connection) -> None:
    first = reported(db, staged(db, b"1" * 100))
    second = reported(db, staged(db, b"2" * 100))
    assert photos.shed(db, photos.SHED_BELOW_FREE_BYTES, at()) == 0
    assert photos.shed(db, photos.SHED_BELOW_FREE_BYTES - 50, at()) == 1
    assert events(db, PhotoLost) == [PhotoLost(request_id=first, reason="shed")]
    assert len(list(blob_files.of(db).path.iterdir())) == 1, "room is made at once"
    assert photos.shed(db, 0, at()) == 1
    assert stored_photos.state_of(db, second) == "lost"
    assert photos.shed(db, 0, at()) == 0, "nothing is left to give up"


def test_a_disk_that_is_full_to_the_last_byte_gets_room_from_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "TAKEN_ABOVE_FREE_BYTES", 0)
    with small_disk(tmp_path / "disk", 8 * 1024 * 1024) as disk:
        migrate.ensure(disk / "posko.db", SITE, lambda: EPOCH)
        with closing(connect(disk / "posko.db")) as db:
            reported(db, staged(db, bytes(2_000_000)))
            room.release(disk / "posko.db")
            fill(disk / "other")
            with pytest.raises(StoreFull), transaction(db):
                db.execute("INSERT INTO gauges VALUES ('p', 'n', hex(zeroblob(3000000)), 0)")
            with pytest.raises(StoreFull):
                reported(db, None)
            assert photos.shed(db, 0, at()) == 1
            assert photos.sweep(db) == 0, "the file has gone already"
            reported(db, None)


def test_reports_that_share_a_photo_lose_it_together(db: sqlite3.Connection) -> None:
    both = [reported(db, staged(db)) for _ in range(2)]
    assert photos.shed(db, photos.SHED_BELOW_FREE_BYTES - 1, at()) == 2
    lost = [event.request_id for event in events(db, PhotoLost) if isinstance(event, PhotoLost)]
    assert sorted(lost) == sorted(both)


def test_a_photo_that_is_gone_is_told_once(db: sqlite3.Connection) -> None:
    photo = staged(db)
    request_id = reported(db, photo)
    assert photos.missing(db, photo.file.sha256, at())
    assert not photos.missing(db, photo.file.sha256, at())
    assert not photos.missing(db, "0" * 64, at())
    assert events(db, PhotoLost) == [PhotoLost(request_id=request_id, reason="missing")]


def test_what_the_city_has_settled_is_swept_away_unless_another_report_needs_it(
    db: sqlite3.Connection,
) -> None:
    photo = staged(db)
    first, second = reported(db, photo), reported(db, staged(db))
    for number, request_id in enumerate((first, second), start=1):
        settled = PhotoSettled(request_id=request_id, outcome="stored")
        casework.apply_batch(db, a_batch(settled, first=number), at())
        assert photos.sweep(db) == number - 1
    assert not blob_files.of(db).has(photo.file.sha256)


A_DOCUMENT = DocumentPublished(
    document_id="d1",
    title="  Jadwal\x00 ",
    sha256="ab" * 32,
    size_bytes=7,
    media_type="application/pdf",
    published_at=START,
)


def test_a_document_is_wanted_fetched_shown_and_taken_back(db: sqlite3.Connection) -> None:
    casework.apply_batch(db, a_batch(A_DOCUMENT), at())
    [wanted] = stored_documents.in_state(db, "wanted")
    assert (wanted.title, wanted.file.sha256) == ("Jadwal\ufffd", "ab" * 32)
    assert stored_documents.in_state(db, "stored") == []
    documents.fetched(db, "ab" * 32, at(), is_stored=True)
    assert [one.document_id for one in stored_documents.in_state(db, "stored")] == ["d1"]
    assert events(db, DocumentSettled) == [DocumentSettled(document_id="d1", outcome="stored")]
    casework.apply_batch(db, a_batch(DocumentWithdrawn(document_id="d1"), first=2), at())
    assert stored_documents.in_state(db, "stored") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "../../etc/passwd"},
        {"size_bytes": 0},
        {"size_bytes": 9 * 1024 * 1024},
        {"media_type": "text/html; charset=x"},
        {"title": " "},
        {"document_id": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_a_document_is_rejected(
    db: sqlite3.Connection, wrong: dict[str, object]
) -> None:
    applied = casework.apply_batch(db, a_batch(replace(A_DOCUMENT, **wrong)), at())
    assert [reject.code for reject in applied.rejects] == ["event"]
    assert stored_documents.in_state(db, "wanted") == []


def test_a_document_beyond_the_room_for_all_is_refused_and_the_city_told(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "TOTAL_MAX_BYTES", 6)
    applied = casework.apply_batch(db, a_batch(A_DOCUMENT), at())
    assert applied.rejects == ()
    assert events(db, DocumentSettled) == [DocumentSettled(document_id="d1", outcome="failed")]
    assert stored_documents.in_state(db, "wanted") == []
