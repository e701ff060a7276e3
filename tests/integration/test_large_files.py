"""Photos up and documents down over a real broker and a line that breaks (check 24)."""

import itertools
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.actions.cases import intake, photos
from appliance.domain import quota
from appliance.domain.blobs import CHUNK_MAX_BYTES
from appliance.domain.cases.photo import PHOTO_MAX_BYTES, Photo
from appliance.domain.city.topics import Leaf, parse
from appliance.runtime import clock
from appliance.runtime.broker_settings import Sync
from appliance.store import blob_files
from appliance.store.cases import photos as stored_photos
from appliance.store.public import documents
from command_center.sending import publishing
from command_center.store.sending import blob_files as city_files
from tests.builders import a_draft
from tests.conftest import SITE
from tests.support.broker import Broker
from tests.support.proxy import Faults, Proxy
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.unit.command_center.city import rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CUTS = 10
CONTENT = random.Random(24).randbytes(PHOTO_MAX_BYTES)
NAME = sha256(CONTENT).hexdigest()
SLOW = Faults(bytes_per_s=2_000_000)
"""So that a file takes long enough to be cut ten times."""
NO_LIMIT = quota.Quota(limit=10**6, window=timedelta(hours=1))


@pytest.fixture(autouse=True)
def eager_to_reconnect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off is tested elsewhere."""
    monkeypatch.setattr("mqtt_link.backoff.FIRST_CEILING_S", 0.01)
    monkeypatch.setattr("mqtt_link.backoff.PACE_S", 0.1)


@pytest.fixture
def line(tmp_path: Path, db_path: Path, engine: Engine) -> Iterator[Proxy]:
    """A box and a city at work, and the line between the box and the broker."""
    broker = Broker(tmp_path)
    broker.start()
    with (
        Proxy([broker.port]) as proxy,
        RunningCity(engine, broker.port),
        RunningAgent(db_path.parent, Sync(port=proxy.port)),
    ):
        wait_for(lambda: rows(engine, "SELECT 1 FROM boxes"), "the box is known", limit_s=30)
        yield proxy
    broker.stop()


def report_with_photo(db: sqlite3.Connection) -> str:
    photo = Photo(content=CONTENT, media_type="image/jpeg")
    staged = photos.stage(db, photo, clock.now(), origin=None, limit=NO_LIMIT)
    assert staged is not None
    receipt = intake.receive(db, a_draft("lampu mati"), clock.now(), photo=staged)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request.id


def publish(engine: Engine) -> str:
    content = b"%PDF-1.7 " + CONTENT[9:]
    publishing.publish(engine, [SITE], content, "Jadwal", document_id="d1", now=datetime.now(UTC))
    return sha256(content).hexdigest()


def cut_ten_times(line: Proxy, here: Callable[[], int]) -> None:
    """Cut the line each time another eleventh of the file has arrived."""
    for number in range(1, CUTS + 1):
        wait_for(
            lambda: here() >= len(CONTENT) * number // (CUTS + 1),
            f"{number} of {CUTS + 1} parts",
            limit_s=60,
        )
        line.cut()
        line.heal()
        line.faults = SLOW


def most_sent(line: Proxy, leaf: Leaf) -> int:
    """How often the chunk that came over the line most often did."""
    chunks = Counter(topic for topic in list(line.sent) if parse(topic).leaf is leaf)
    assert len(chunks) >= len(CONTENT) // CHUNK_MAX_BYTES
    return max(chunks.values())


def test_a_photo_of_5_mb_survives_ten_cuts_and_no_chunk_is_sent_more_than_twice(
    line: Proxy, db: sqlite3.Connection, engine: Engine
) -> None:
    """Check 24, up."""
    line.faults = SLOW
    request_id = report_with_photo(db)
    folder = city_files.of(engine, SITE)
    cut_ten_times(line, lambda: folder.partial_bytes(NAME))
    wait_for(lambda: rows(engine, "SELECT 1 FROM photos WHERE state = 'stored'"), "it is stored",
             limit_s=60)  # fmt: skip
    assert rows(engine, "SELECT request_id, sha256 FROM photos") == [(request_id, NAME)]
    assert folder.file(NAME).read_bytes() == CONTENT
    assert most_sent(line, Leaf.UP_BLOB) <= 2
    mine = blob_files.of(db)
    wait_for(lambda: not stored_photos.files(db), "the box hears that it may forget", limit_s=30)
    photos.sweep(db)
    assert not mine.has(NAME)


def test_a_document_of_5_mb_survives_ten_cuts_and_no_chunk_is_sent_more_than_twice(
    line: Proxy, db: sqlite3.Connection, engine: Engine
) -> None:
    """Check 24, down."""
    line.faults = SLOW
    name = publish(engine)
    folder = blob_files.of(db)
    cut_ten_times(line, lambda: folder.partial_bytes(name))
    wait_for(lambda: documents.in_state(db, "stored"), "it is stored", limit_s=60)
    assert sha256(folder.file(name).read_bytes()).hexdigest() == name
    assert most_sent(line, Leaf.DOWN_BLOB) <= 2
    settled = "SELECT state FROM document_sites"
    wait_for(lambda: rows(engine, settled) == [("stored",)], "the city is told", limit_s=30)


def test_a_complaint_waits_behind_at_most_one_chunk(
    line: Proxy, db: sqlite3.Connection, engine: Engine
) -> None:
    """Check 24: on 64 kbit/s and 650 ms, with a photo under way."""
    line.faults = Faults(bytes_per_s=8_000, delay_s=0.325)
    idle_s = [delivered(line, db, engine) for _ in range(3)]
    report_with_photo(db)
    folder = city_files.of(engine, SITE)
    wait_for(lambda: folder.partial_bytes(NAME) > CHUNK_MAX_BYTES, "under way", limit_s=60)
    busy_s = [delivered(line, db, engine) for _ in range(5)]
    assert folder.partial_bytes(NAME) < len(CONTENT), "the photo was under way all the time"
    print(f"idle {[f'{s:.2f}' for s in idle_s]} busy {[f'{s:.2f}' for s in busy_s]}")


HOUSES = itertools.count(1)
"""Each complaint has another, lest it join the one before."""


def delivered(line: Proxy, db: sqlite3.Connection, engine: Engine) -> float:
    """Store a complaint; return after how many seconds the city has it."""
    since_s = time.monotonic()
    draft = a_draft(f"sampah menumpuk di jl Melati {next(HOUSES)}")
    place = len(line.sent)
    receipt = intake.receive(db, draft, clock.now())
    assert isinstance(receipt, intake.Receipt)
    found = f"SELECT 1 FROM requests WHERE request_id = '{receipt.request.id}'"
    wait_for(lambda: rows(engine, found), "the city has it", limit_s=30)
    took_s = time.monotonic() - since_s
    leaves = [parse(topic).leaf for topic in line.sent[place:]]
    assert leaves[: leaves.index(Leaf.UP_EVENTS)].count(Leaf.UP_BLOB) <= 1
    return took_s
