"""An erasure reaches the other end, however late, and no older copy brings anything back.

Box and city are real databases; their messages are handed over without a broker.
"""

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.actions.cases import casework, intake
from appliance.actions.city import syncing
from appliance.actions.privacy import erasing
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.store.box import this_box as box
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from command_center.privacy import erasing as city_erasing
from command_center.receiving import ingest
from command_center.receiving.applying import Arrival
from command_center.store import database
from command_center.store.database import reading, writing
from command_center.store.privacy import erasures
from command_center.store.sending import downlinks
from sync_agent import envelopes
from sync_agent.link_machine import SendBatch
from tests.builders import CITY_EPOCH, CLOCK, PHONE, a_draft
from tests.conftest import SITE, START, at
from tests.unit.actions.erased import dump as of_box
from tests.unit.command_center.privacy.siti import dump as of_city

SECRETS = ("Mawarjingga", "Siti Zubaidah", PHONE.e164)
TWO_DAYS = START + timedelta(hours=48)


def told(db: sqlite3.Connection) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(SECRETS[0], reporter_name=SECRETS[1]), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def exchange(db: sqlite3.Connection, engine: Engine, epoch: str | None = None) -> None:
    """The line is there: everything goes up and down until nobody has anything to say."""
    life = envelopes.Life(epoch=epoch or box.epoch(db), session="5e55107a")
    for _ in range(3):
        with writing(engine) as connection:
            welcome, acks = ingest.hello(connection, SITE, envelopes.hello(db, life, at()), START)
        syncing.welcomed(db, welcome)
        for ack in acks:
            syncing.acknowledge(db, ack, at())
        for lane in Lane:
            _up(db, engine, life, lane)
        _down(db, engine)


def _up(db: sqlite3.Connection, engine: Engine, life: envelopes.Life, lane: Lane) -> None:

    effect = SendBatch(lane=lane, after=outbox.lanes(db)[lane].acked_seq, max_bytes=100_000)
    batch = envelopes.batch(db, life, effect, at())
    if batch is not None:
        with writing(engine) as connection:
            ack = ingest.store(connection, Arrival(site=SITE, batch=batch), START)
        assert ack.reject == []
        assert syncing.acknowledge(db, ack, at())


def _down(db: sqlite3.Connection, engine: Engine) -> None:
    with reading(engine) as connection:
        acked = next((lane.acked_seq for lane in downlinks.waiting(connection)), None)
        found = (
            []
            if acked is None
            else downlinks.after(connection, SITE, acked, max_events=99, max_bytes=99_999)
        )
    if not found:
        return
    events = [wire.WireEvent(y=e.kind, c=CLOCK, d=wire.raw(e.payload), s=e.subject) for e in found]
    batch = wire.Batch(epoch=CITY_EPOCH, lane="p1", first=found[0].seq, sent=CLOCK, events=events)
    applied = casework.apply_batch(db, batch, at(hours=48))
    assert applied.rejects == ()
    ack = wire.Ack(epoch=CITY_EPOCH, lane="p1", upto=applied.upto)
    with writing(engine) as connection:
        assert ingest.ack_down(connection, SITE, ack, TWO_DAYS)


def remembered(db: sqlite3.Connection, engine: Engine) -> list[str]:
    everything = of_box(db) + of_city(engine)
    return [secret for secret in SECRETS if secret in everything]


def test_the_citys_order_reaches_a_box_that_was_away_for_two_days(
    db: sqlite3.Connection, engine: Engine
) -> None:
    request = told(db)
    exchange(db, engine)
    assert remembered(db, engine) == [*SECRETS]
    city_erasing.order(engine, request.id, by="tests", now=START)
    assert SECRETS[0] not in of_city(engine)
    exchange(db, engine)
    assert remembered(db, engine) == []
    with reading(engine) as connection:
        assert erasures.unconfirmed(connection) == []


@pytest.mark.parametrize("is_told_before", [False, True])
def test_what_the_box_erases_the_city_erases(
    db: sqlite3.Connection, engine: Engine, is_told_before: bool
) -> None:
    request = told(db)
    if is_told_before:
        exchange(db, engine)
    erasing.erase(db, request, at(hours=1), by="tests")
    exchange(db, engine)
    assert remembered(db, engine) == []


@pytest.mark.parametrize("erased_by", ["box", "city"])
def test_a_box_restored_from_an_older_backup_erases_again(
    db: sqlite3.Connection, db_path: Path, engine: Engine, tmp_path: Path, erased_by: str
) -> None:
    request = told(db)
    exchange(db, engine)
    backup = tmp_path / "restored" / "posko.db"
    backup.parent.mkdir()
    with sqlite3.connect(backup) as copy:
        db.backup(copy)
    copy.close()
    if erased_by == "box":
        erasing.erase(db, request, at(hours=1), by="tests")
    else:
        city_erasing.order(engine, request.id, by="tests", now=START)
    exchange(db, engine)
    restored = connect(backup)
    assert SECRETS[0] in of_box(restored)
    syncing.renew_epoch(restored, "0000ea60")
    exchange(restored, engine)
    assert remembered(restored, engine) == []
    left = requests.by_id(restored, request.id)
    assert left is not None
    assert left.ticket == request.ticket
    restored.close()


def test_a_card_that_was_written_before_the_city_knew_brings_nothing_back(
    db: sqlite3.Connection, engine: Engine
) -> None:
    """The box lost its erasure, and its cursors, and tells everything again."""
    request = told(db)
    exchange(db, engine)
    city_erasing.order(engine, request.id, by="tests", now=START)
    with transaction(db):
        db.execute("UPDATE outbox_lanes SET acked_seq = 0")
        db.execute("DELETE FROM ack_marks")
    syncing.renew_epoch(db, "0000ea60")
    for lane in Lane:
        _up(db, engine, envelopes.Life(epoch="0000ea60", session="5e55107a"), lane)
    assert SECRETS[0] not in of_city(engine)
    exchange(db, engine)
    assert remembered(db, engine) == []


def test_a_city_restored_from_a_backup_hears_of_the_erasure_again(
    db: sqlite3.Connection, engine: Engine, tmp_path: Path
) -> None:
    request = told(db)
    exchange(db, engine)
    engine.dispose()
    path = tmp_path / "older.db"
    shutil.copy(tmp_path / "center.db", path)
    city_erasing.order(engine, request.id, by="tests", now=START)
    exchange(db, engine)
    older = database.connect(f"sqlite:///{path}")
    assert SECRETS[0] in of_city(older)
    exchange(db, older)
    assert SECRETS[0] not in of_city(older)
    older.dispose()


def test_what_was_erased_is_no_clone_when_an_ack_was_lost(
    db: sqlite3.Connection, engine: Engine
) -> None:
    request = told(db)
    life = envelopes.Life(epoch=box.epoch(db), session="5e55107a")
    effect = SendBatch(lane=Lane.COMPLAINTS, after=0, max_bytes=100_000)
    for erased in (False, True):
        if erased:
            erasing.erase(db, request, at(), by="tests")
        batch = envelopes.batch(db, life, effect, at())
        assert batch is not None
        with writing(engine) as connection:
            ack = ingest.store(connection, Arrival(site=SITE, batch=batch), START)
        assert not ack.renew
    assert SECRETS[0] not in of_city(engine)
