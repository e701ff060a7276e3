"""Large files at the box: chunks yield to events, questions are answered from the database."""

import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.actions.cases import casework, intake, photos
from appliance.domain.blobs import ChunkPlace, short_name
from appliance.domain.cases.photo import Photo
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf
from appliance.domain.events.files import (
    DocumentPublished,
    DocumentSettled,
    DocumentWithdrawn,
    PhotoLost,
)
from appliance.domain.quota import Quota
from appliance.store import blob_files
from appliance.store.city import outbox
from appliance.store.public import documents
from sync_agent import link_machine
from sync_agent.blob_sender import allowed_bytes
from sync_agent.blobs import ANSWER_AGAIN_S, Blobs
from sync_agent.link_machine import FIRST_BUDGET_BYTES, SMALLEST_BUDGET_BYTES, Link
from tests.builders import a_batch, a_draft
from tests.conftest import START, at

CONTENT = bytes(range(256)) * 300
NAME = sha256(CONTENT).hexdigest()
FIRST = wire.Want(sha256=NAME, first=0, size=8192)
UP, _ = link_machine.connected(Link())


@dataclass
class Rig:
    """The files of a box whose questions and answers are written down."""

    db: sqlite3.Connection
    now_s: float = 1.0
    chunks: list[tuple[int, bytes]] = field(default_factory=list)
    wants: list[wire.Want] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blobs = Blobs(self.db, self.publish, now=at, monotonic_s=lambda: self.now_s)

    def publish(
        self, leaf: Leaf, payload: bytes, *, qos: int, chunk: ChunkPlace | None = None
    ) -> None:
        if leaf is Leaf.UP_WANT:
            self.wants.append(wire.decode(payload, wire.Want))
            return
        assert leaf is Leaf.UP_BLOB
        assert chunk is not None
        assert chunk.short_name == short_name(NAME)
        self.chunks.append((chunk.offset, payload))

    def work(self, link: Link = UP) -> bool:
        return self.blobs.work(link, has_room=True)

    def ask(self, want: wire.Want = FIRST, link: Link = UP) -> None:
        self.blobs.asked(want)
        self.work(link)


@pytest.fixture
def rig(db: sqlite3.Connection) -> Rig:
    return Rig(db)


@pytest.fixture
def request_id(db: sqlite3.Connection) -> str:
    """A report whose photo waits."""
    limit = Quota(limit=1, window=timedelta(hours=1))
    photo = Photo(content=CONTENT, media_type="image/png")
    staged = photos.stage(db, photo, at(), origin=None, limit=limit)
    receipt = intake.receive(db, a_draft(), at(), photo=staged)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request.id


def with_backlog(link: Link = UP) -> Link:
    return link_machine.stored(link, Lane.STATISTICS, last=1, acked=0)


def in_flight(size_bytes: int) -> Link:
    return link_machine.sent(with_backlog(), Lane.STATISTICS, 1, size_bytes=size_bytes, now_s=0.0)


def test_nothing_goes_while_an_event_waits_or_the_link_is_down() -> None:
    assert allowed_bytes(Link(), 100) == 0
    assert allowed_bytes(with_backlog(), 100) == 0
    assert allowed_bytes(UP, 100) == 100


@given(st.integers(0, 2 * FIRST_BUDGET_BYTES), st.integers(1, 32 * 1024))
def test_a_chunk_stays_within_what_the_events_leave_of_the_budget(flying: int, wanted: int) -> None:
    allowed = allowed_bytes(in_flight(flying), wanted)
    assert allowed <= wanted
    if flying:
        assert allowed == 0 or flying + allowed <= FIRST_BUDGET_BYTES
    else:
        assert allowed >= min(wanted, SMALLEST_BUDGET_BYTES)


def test_a_question_is_answered_once_and_from_where_it_asks(rig: Rig, request_id: str) -> None:
    rig.ask()
    rig.work()
    assert rig.chunks == [(0, CONTENT[:8192])]
    rig.ask(wire.Want(sha256=NAME, first=70_000, size=32 * 1024))
    assert rig.chunks[1] == (70_000, CONTENT[70_000 : 70_000 + FIRST_BUDGET_BYTES])
    rig.ask(wire.Want(sha256=NAME, first=len(CONTENT), size=10))
    assert len(rig.chunks) == 2, "there is nothing behind the end"


def test_an_answer_waits_until_no_event_does(rig: Rig, request_id: str) -> None:
    rig.ask(link=with_backlog())
    assert rig.chunks == []
    rig.work()
    assert len(rig.chunks) == 1


def test_a_question_that_crossed_with_its_answer_is_left_alone(rig: Rig, request_id: str) -> None:
    rig.ask()
    rig.ask()
    assert len(rig.chunks) == 1
    rig.now_s += ANSWER_AGAIN_S
    rig.ask()
    assert len(rig.chunks) == 2, "the answer was lost"
    rig.blobs.link_up()
    rig.ask()
    assert len(rig.chunks) == 3, "and so it is with every new connection"


def test_what_an_earlier_connection_was_asked_is_forgotten(rig: Rig, request_id: str) -> None:
    rig.blobs.asked(FIRST)
    rig.blobs.link_up()
    rig.work()
    assert rig.chunks == []


def test_a_photo_that_is_gone_is_told_to_the_city(
    rig: Rig, db: sqlite3.Connection, request_id: str
) -> None:
    blob_files.of(db).file(NAME).unlink()
    rig.blobs.asked(FIRST)
    assert rig.work(), "an event was appended"
    [row] = [row for row in outbox.every(db) if row.kind == PhotoLost.KIND]
    assert request_id in row.payload
    rig.ask(wire.Want(sha256="0" * 64, first=0, size=1))
    assert rig.chunks == []


def test_only_photos_that_wait_are_sent(rig: Rig, db: sqlite3.Connection) -> None:
    """Whoever can write as the city gets no other file of the box."""
    folder = blob_files.of(db)
    folder.keep(folder.stage(CONTENT))
    rig.ask()
    assert rig.chunks == []


def publish(db: sqlite3.Connection, first: int = 1) -> None:
    document = DocumentPublished(
        document_id="d1",
        title="Jadwal",
        sha256=NAME,
        size_bytes=len(CONTENT),
        media_type="application/pdf",
        published_at=START,
    )
    casework.apply_batch(db, a_batch(document, first=first), at())


def answer(rig: Rig) -> None:
    want = rig.wants[-1]
    place = ChunkPlace(short_name(want.sha256), want.first)
    rig.blobs.arrived(place, CONTENT[want.first : want.first + want.size])


def test_a_document_is_fetched_piece_by_piece_across_a_restart(
    rig: Rig, db: sqlite3.Connection
) -> None:
    publish(db)
    rig.blobs.look()
    for _ in range(3):
        rig.work()
        answer(rig)
    here = sum(want.size for want in rig.wants)
    again = Rig(db)
    again.work()
    assert again.wants[0].first == here
    while not documents.in_state(db, "stored"):
        answer(again)
        again.work()
    assert blob_files.of(db).read(NAME, 0, len(CONTENT)) == CONTENT
    assert [row.kind for row in outbox.every(db)] == [DocumentSettled.KIND]


def test_a_document_that_is_never_what_its_name_says_is_given_up(
    rig: Rig, db: sqlite3.Connection
) -> None:
    publish(db)
    rig.blobs.look()
    for _ in range(1000):
        rig.work()
        if not documents.in_state(db, "wanted"):
            break
        want = rig.wants[-1]
        rig.blobs.arrived(ChunkPlace(short_name(NAME), want.first), bytes(want.size))
    assert len(documents.in_state(db, "failed")) == 1
    assert [want.first for want in rig.wants].count(0) == 4, "three times anew"
    [row] = outbox.every(db)
    assert row.payload == '{"document_id":"d1","outcome":"failed"}'


def test_a_withdrawn_document_is_asked_for_no_more(rig: Rig, db: sqlite3.Connection) -> None:
    publish(db)
    rig.blobs.look()
    rig.work()
    answer(rig)
    casework.apply_batch(db, a_batch(DocumentWithdrawn(document_id="d1"), first=2), at())
    rig.blobs.look()
    rig.work()
    assert len(rig.wants) == 1
    rig.blobs.keep_house(10**9)
    assert blob_files.of(db).partial_bytes(NAME) == 0


def test_a_disk_that_refuses_is_asked_again_later(
    rig: Rig, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(db)
    rig.blobs.look()
    rig.work()
    with monkeypatch.context() as patch:
        patch.setattr("os.fdatasync", fail)
        answer(rig)
    rig.now_s += 60
    rig.work()
    assert [want.first for want in rig.wants] == [0, 0]
    answer(rig)
    rig.work()
    assert rig.wants[-1].first > 0


def fail(_file: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_photo_that_the_disk_does_not_give_back_is_told_as_gone(
    rig: Rig, db: sqlite3.Connection, request_id: str
) -> None:
    """A bad sector must not stop the complaints."""
    file = blob_files.of(db).file(NAME)
    file.unlink()
    file.mkdir()
    rig.blobs.asked(FIRST)
    assert rig.work()
    assert [row.kind for row in outbox.every(db)][-1] == PhotoLost.KIND
    rig.blobs.keep_house(10**9)


def test_a_document_whose_file_is_gone_is_fetched_again(rig: Rig, db: sqlite3.Connection) -> None:
    """As after a database was restored without the folder beside it."""
    publish(db)
    folder = blob_files.of(db)
    folder.keep(folder.stage(CONTENT))
    rig.blobs.look()
    rig.work()
    assert [one.document_id for one in documents.in_state(db, "stored")] == ["d1"]
    rig.blobs.keep_house(10**9)
    assert rig.wants == []
    folder.file(NAME).unlink()
    rig.blobs.keep_house(10**9)
    rig.work()
    assert [want.first for want in rig.wants] == [0]
