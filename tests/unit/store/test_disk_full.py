"""Check 8 and box check 10: what happens on a disk that is full to the last byte."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.cases.service_request import Kind
from appliance.domain.city import wire
from appliance.runtime import ids
from appliance.store import housekeeping, migrate, room
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from appliance.store.errors import StoreFull
from appliance.store.repair import integrity
from tests.builders import a_draft
from tests.conftest import EPOCH, SITE, at
from tests.support.disks import fill, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 4 * 1024 * 1024) as folder:
        yield folder


@pytest.fixture
def db(disk: Path) -> Iterator[sqlite3.Connection]:
    migrate.ensure(disk / "posko.db", SITE, lambda: EPOCH)
    connection = connect(disk / "posko.db")
    yield connection
    connection.close()


def report(db: sqlite3.Connection) -> bool:
    """Tell whether a complaint was taken."""
    try:
        receipt = intake.receive(db, a_draft("sampah " * 60), at())
    except StoreFull:
        return False
    return isinstance(receipt, intake.Receipt)


def acknowledge(db: sqlite3.Connection, upto: int) -> None:
    assert syncing.acknowledge(db, wire.Ack(epoch=EPOCH, lane="p1", upto=upto), at())


def test_a_ballast_lies_beside_a_new_database(disk: Path, db: sqlite3.Connection) -> None:
    assert room.ballast(disk / "posko.db").stat().st_size == room.BALLAST_BYTES


def test_a_full_disk_still_takes_complaints_and_then_refuses_in_plain_words(
    disk: Path, db: sqlite3.Connection
) -> None:
    fill(disk / "other")
    taken = 0
    while report(db):
        taken += 1
    assert taken > 10
    with pytest.raises(StoreFull, match="Free space"):
        intake.receive(db, a_draft("jalan rusak"), at())
    assert not db.in_transaction
    assert len(outbox.every(db)) == taken


def test_acknowledgements_are_processed_when_intake_is_refused(
    disk: Path, db: sqlite3.Connection
) -> None:
    fill(disk / "other")
    while report(db):
        pass
    count = len(outbox.every(db))
    for upto in range(1, count + 1):
        acknowledge(db, upto)
        if upto % 10 == 0:
            housekeeping.keep_house(db, at(minutes=upto).wall)
    assert outbox.lanes(db)[outbox.Lane.COMPLAINTS].acked_seq == count


def test_an_emergency_is_taken_when_complaints_are_refused(
    disk: Path, db: sqlite3.Connection
) -> None:
    fill(disk / "other")
    while report(db):
        pass
    receipt = intake.receive(db, a_draft("kebakaran di pasar, tolong"), at())
    assert isinstance(receipt, intake.Receipt)
    assert receipt.request.kind is Kind.EMERGENCY


def test_a_box_recovers_alone_when_space_is_back(disk: Path, db: sqlite3.Connection) -> None:
    fill(disk / "other")
    while report(db):
        pass
    (disk / "other").unlink()
    assert report(db)
    housekeeping.keep_house(db, at().wall)
    assert room.ballast(disk / "posko.db").exists()


def test_only_what_may_be_refused_leaves_the_reserve(disk: Path, db: sqlite3.Connection) -> None:
    room.release(disk / "posko.db")
    fill(disk / "other", room.RESERVE_BYTES // 2)
    with pytest.raises(StoreFull), transaction(db, leaves_reserve=True):
        pass
    with transaction(db):
        db.execute("UPDATE box SET block = 5")


def test_a_disk_that_fills_during_a_transaction_loses_only_that_one(
    disk: Path, db: sqlite3.Connection
) -> None:
    with pytest.raises(StoreFull), transaction(db):
        fill(disk / "other")
        db.execute("INSERT INTO gauges VALUES ('p', 'n', hex(zeroblob(3000000)), 0)")
    assert not db.in_transaction
    assert not room.ballast(disk / "posko.db").exists()
    assert report(db)


def test_a_start_on_a_full_disk_says_what_to_do(disk: Path) -> None:
    fill(disk / "other")
    with pytest.raises(StoreFull, match=r"docs/runbook\.md"):
        migrate.ensure(disk / "posko.db", SITE, lambda: EPOCH)
    (disk / "other").unlink()
    migrate.ensure(disk / "posko.db", SITE, lambda: EPOCH)


def test_a_salvage_that_finds_no_room_waits_for_it(disk: Path, db: sqlite3.Connection) -> None:
    path = disk / "posko.db"
    while report(db) and len(outbox.every(db)) < 100:
        pass
    db.close()
    content = bytearray(path.read_bytes())
    content[-20_000:-10_000] = bytes(10_000)
    path.write_bytes(content)
    room.release(path)
    fill(disk / "other")
    with pytest.raises(StoreFull):
        migrate.ensure(path, SITE, ids.new_epoch)
    (disk / "other").unlink()
    migrate.ensure(path, SITE, ids.new_epoch)
    assert integrity.inspect(path) is None
    again = connect(path)
    assert len(outbox.every(again)) > 90
    again.close()
