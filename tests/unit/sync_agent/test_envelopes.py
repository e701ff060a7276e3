import random
import sqlite3
import string

from appliance.actions.cases import intake
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from sync_agent import envelopes
from sync_agent.link_machine import SendBatch
from tests.builders import a_draft
from tests.conftest import at

LIFE = envelopes.Life(epoch="0a1b2c3d", session="12345678")
EVERYTHING = SendBatch(Lane.COMPLAINTS, after=0, max_bytes=512 * 1024)
LETTERS = string.ascii_letters + string.digits + "".join(map(chr, range(0xC0, 0x250)))


def queue(db: sqlite3.Connection, texts: list[str]) -> None:
    for text in texts:
        intake.receive(db, a_draft(text, reporter_phone=None), at())


def test_many_complaints_of_ordinary_words_are_one_batch(db: sqlite3.Connection) -> None:
    queue(db, [f"lampu jalan mati nomor {number}" for number in range(300)])
    packed = envelopes.packed(db, LIFE, EVERYTHING, at())
    assert packed is not None
    batch, payload = packed
    assert len(batch.events) == 300
    assert wire.decode(payload, wire.Batch) == batch


def test_a_batch_that_hardly_compresses_holds_fewer_events(db: sqlite3.Connection) -> None:
    chance = random.Random(1)
    queue(db, ["".join(chance.choices(LETTERS, k=3900)) for _ in range(30)])
    packed = envelopes.packed(db, LIFE, EVERYTHING, at())
    assert packed is not None
    batch, payload = packed
    assert 1 < len(batch.events) < 30
    assert len(payload) <= wire.MESSAGE_MAX_BYTES
    assert wire.decode(payload, wire.Batch) == batch


def test_events_that_are_gone_make_no_batch(db: sqlite3.Connection) -> None:
    queue(db, ["lampu mati", "got mampet"])
    db.execute("DELETE FROM outbox WHERE seq = 1")
    assert envelopes.packed(db, LIFE, EVERYTHING, at()) is None
