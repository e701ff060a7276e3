"""Documents for residents: published from the command line, served to the boxes, taken back."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.events.files import DocumentPublished, DocumentSettled, DocumentWithdrawn
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.ids import SiteCode
from command_center.sending.blobs import Blobs
from command_center.store.database import writing
from command_center.store.sending import blob_files, downlinks
from tests.conftest import SITE, START
from tests.unit.command_center.city import BOX_EPOCH, CLOCK, Run, a_batch, received, rows, store

PDF = b"%PDF-1.7 a timetable"
NEIGHBOUR = SiteCode("14.71.01")


@pytest.fixture
def run(run: Run, engine: Engine) -> Run:
    """Commands of a city that has heard of one box."""
    received(engine)
    return run


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    file = tmp_path / "jadwal.pdf"
    file.write_bytes(PDF)
    return file


@pytest.fixture
def document_id(run, pdf: Path) -> str:
    """A document published to every box that was ever heard: one."""
    code, out, _ = run("publish-document", "all", pdf, "--title", "Jadwal Posyandu")
    assert code == 0
    return str(out.split()[0])


def told(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT site, kind, payload FROM down_outbox ORDER BY seq")


def test_a_published_document_is_told_to_its_boxes(engine: Engine, document_id: str) -> None:
    [(site, kind, payload)] = told(engine)
    assert (site, kind) == ("14.71.07", DocumentPublished.KIND)
    event = wire.decode_event(kind, str(payload).encode())
    assert isinstance(event, DocumentPublished)
    assert (event.document_id, event.title) == (document_id, "Jadwal Posyandu")
    assert (event.sha256, event.size_bytes) == (sha256(PDF).hexdigest(), len(PDF))
    assert event.media_type == "application/pdf"
    assert blob_files.of(engine).read(event.sha256, 0, 99) == PDF


def test_the_list_says_how_far_each_has_come(run, engine: Engine, document_id: str) -> None:
    [listed] = json.loads(run("documents", "--json")[1])
    assert listed["sites"] == {"14.71.07": "sent"}
    event = DocumentSettled(document_id=document_id, outcome="stored")
    carried = wire.WireEvent(y=event.KIND, c=CLOCK, d=wire.raw(wire.encode_event(event).decode()))
    store(engine, a_batch(carried, epoch=BOX_EPOCH, first=2))
    assert "1 stored" in run("documents")[1]


def test_a_withdrawn_document_is_taken_back_once_and_its_file_swept(
    run, engine: Engine, document_id: str
) -> None:
    assert run("withdraw-document", document_id)[0] == 0
    assert run("withdraw-document", document_id)[0] == 0
    kinds = [kind for _, kind, _ in told(engine)]
    assert kinds == [DocumentPublished.KIND, DocumentWithdrawn.KIND]
    assert blob_files.sweep(engine) == 1
    assert "withdrawn" in run("documents")[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "1 byte"),
        (b"%PDF-" + bytes(8 * 1024 * 1024), "8 MB"),
        (b"<html>", "PDF, PNG, JPEG"),
        (b"PK\x03\x04\xff", "PDF, PNG, JPEG"),
    ],
    ids=["empty", "large", "html", "zip"],
)
def test_a_file_that_cannot_be_published_is_named_with_what_to_do(
    run, engine: Engine, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    code, _, err = run("publish-document", "all", file, "--title", "x")
    assert (code, words in err) == (1, True), err
    assert told(engine) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("publish-document", "14.71.99", "{pdf}", "--title", "x"), "14.71.99"),
        (("publish-document", "all", "{pdf}", "--title", " "), "title"),
        (("publish-document", "all", "/nowhere", "--title", "x"), "/nowhere"),
        (("withdraw-document", "nothing"), "posko-center documents"),
    ],
    ids=["site", "title", "file", "document"],
)
def test_a_wrong_word_is_answered_with_what_to_do(
    run, engine: Engine, pdf: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = run(*(word.format(pdf=pdf) for word in arguments))
    assert (code, words in err) == (1, True), err


class Desk:
    """The city's files, with what leaves written down."""

    def __init__(self, engine: Engine) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.blobs = Blobs(
            engine,
            lambda topic, payload, _qos: self.sent.append((topic, payload)),
            now=lambda: START,
            monotonic_s=lambda: 0.0,
        )

    def ask(self, *, site: SiteCode = SITE, first: int = 0, size: int = 8) -> None:
        self.blobs.asked(site, wire.Want(sha256=sha256(PDF).hexdigest(), first=first, size=size))
        self.blobs.tick()


def applied(engine: Engine) -> None:
    """The box has applied all that it was sent."""
    with writing(engine) as connection:
        last = downlinks.claim(connection, SITE).last_seq
        downlinks.set_acked(connection, SITE, last)


def test_a_box_gets_the_bytes_it_asks_for(engine: Engine, document_id: str) -> None:
    applied(engine)
    desk = Desk(engine)
    desk.ask(first=5)
    name = sha256(PDF).hexdigest()[:32]
    assert desk.sent == [(f"posko/1/1471/147107/down/blob/{name}/5", PDF[5:13])]


def test_events_for_a_box_go_before_its_files(engine: Engine, document_id: str) -> None:
    desk = Desk(engine)
    desk.ask()
    assert desk.sent == [], "the box has not yet heard of the document"
    applied(engine)
    event = RequestStatusChanged(
        request_id="r", ticket="07000000", status="diproses", message="", changed_at=START
    )
    with writing(engine) as connection:
        downlinks.append(connection, SITE, event, subject="r", now=START)
    desk.blobs.tick()
    assert desk.sent == []
    applied(engine)
    desk.blobs.tick()
    assert len(desk.sent) == 1


def test_a_box_gets_no_file_that_was_not_meant_for_it(
    run, engine: Engine, document_id: str
) -> None:
    desk = Desk(engine)
    desk.ask(site=NEIGHBOUR)
    assert desk.sent == []
    applied(engine)
    run("withdraw-document", document_id)
    applied(engine)
    desk.ask()
    assert desk.sent == []
