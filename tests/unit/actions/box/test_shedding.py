"""Box check 10: a disk that fills up, on a real one: what goes in which order, complaints last."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.actions.box import shedding
from appliance.actions.cases import intake, photos
from appliance.actions.city import syncing
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import Kind
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.moment import to_ms
from appliance.domain.quota import Quota
from appliance.runtime import hardware
from appliance.store import migrate, room
from appliance.store.box import gauges
from appliance.store.cases import photos as stored_photos
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from appliance.store.errors import StoreFull
from appliance.store.wifi import wifi_sessions as wifi
from sync_agent.agent import Agent, Machine
from sync_agent.housekeeper import Housekeeper
from tests.builders import a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.support.disks import fill, small_disk

MB = 1024 * 1024
DISK_BYTES = 144 * MB
LIMIT = Quota(limit=100, window=timedelta(hours=1))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK_BYTES) as folder:
        yield folder


@pytest.fixture
def db(disk: Path) -> Iterator[sqlite3.Connection]:
    migrate.ensure(disk / "posko.db", SITE, lambda: EPOCH)
    with closing(connect(disk / "posko.db")) as connection:
        yield connection


class NoLink:
    """A box without an uplink, which makes it fill up."""

    has_room = False

    def run(self, timeout_s: float) -> None: ...

    def publish(self, *_: object, **__: object) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def agent(disk: Path, db: sqlite3.Connection) -> Agent:
    """The real agent on the real disk; a test says when half a minute is over."""
    housekeeper = Housekeeper(db, now=at, monotonic_s=lambda: 0.0)
    machine = Machine(
        now=at,
        monotonic_s=lambda: 0.0,
        new_epoch=lambda: "0000abcd",
        disk_free_bytes=lambda: hardware.look(disk).disk_free_bytes,
        keep_house=housekeeper,
    )
    made = Agent(db, machine)
    made.attach(NoLink())
    return made


def half_a_minute_later(agent: Agent) -> None:
    agent._keep_house()


def told(db: sqlite3.Connection) -> str:
    return gauges.of(db, "disk").get("problem", "")


def report(db: sqlite3.Connection, text: str = "sampah menumpuk", *, photo: bytes = b"") -> bool:
    """Tell whether it was taken, with its photo if there is one."""
    staged = None
    if photo:
        image = Photo(content=photo, media_type="image/png")
        if (staged := photos.stage(db, image, at(), origin=None, limit=LIMIT)) is None:
            return False
    try:
        draft = a_draft(text, reporter_phone=None)
        return isinstance(intake.receive(db, draft, at(), photo=staged), intake.Receipt)
    except StoreFull:
        return False


def use(db: sqlite3.Connection, sessions: int) -> None:
    """The WiFi is used, and the city knows of it."""
    for number in range(sessions):
        session_id = f"00000000-0000-7000-8000-{number:012d}"
        with transaction(db):
            db.execute(
                """
                INSERT INTO wifi_sessions (id, zone, device, resume_hash, terms_version, granted_s,
                    opened_at_ms) VALUES (?, 'hall', ?, ?, 'v1', 60, ?)
                """,
                (session_id, "d" * 32, f"{number:064d}", to_ms(START)),
            )
    for _ in range(20):
        syncing.append_heartbeat(db, 0, at())
    ack = wire.Ack(epoch=EPOCH, lane="p2", upto=20)
    assert syncing.acknowledge(db, ack, at())


def sessions(db: sqlite3.Connection) -> int:
    [count] = db.execute("SELECT count(*) FROM wifi_sessions").fetchone()
    return int(count)


def test_complaints_are_taken_longest_and_all_comes_back_by_itself(
    disk: Path, db: sqlite3.Connection, agent: Agent
) -> None:
    use(db, shedding.SESSIONS_KEPT + 50)
    assert report(db, photo=b"x" * MB)
    left_copy = disk / "posko.db.backup"
    left_copy.write_bytes(b"x" * MB)
    filler = disk / "filler"

    fill(filler, 100 * MB)
    half_a_minute_later(agent)
    assert not left_copy.exists(), "first what can be made again"
    assert (sessions(db), told(db)) == (shedding.SESSIONS_KEPT + 50, "")

    fill(filler, 50 * MB)
    half_a_minute_later(agent)
    assert sessions(db) == shedding.SESSIONS_KEPT, "then logs"
    assert not [row for row in outbox.every(db) if row.lane is Lane.STATISTICS]
    assert told(db).startswith("low: no photos")
    assert not report(db, photo=b"y" * MB)
    assert stored_photos.waiting(db).count == 1

    fill(filler, 20 * MB)
    half_a_minute_later(agent)
    assert stored_photos.waiting(db).count == 0, "then photos"
    assert told(db).startswith("very low: photos")

    fill(filler)
    taken = 0
    while report(db, f"sampah di gang {taken} " + "x" * 400):
        taken += 1
    assert taken > 10, "then nothing but complaints, for a while"
    before = {request.id for request in requests.every(db)}
    assert len(before) == taken + 1
    half_a_minute_later(agent)  # the WAL is folded back, which makes a little room
    fill(filler)
    half_a_minute_later(agent)
    assert told(db).startswith("full: complaints may be refused")
    emergency = intake.receive(db, a_draft("kebakaran di pasar"), at())
    assert isinstance(emergency, intake.Receipt)
    assert emergency.request.kind is Kind.EMERGENCY

    filler.unlink()
    half_a_minute_later(agent)
    assert told(db) == ""
    assert room.ballast(disk / "posko.db").exists()
    assert report(db, photo=b"z" * MB)
    assert before <= {request.id for request in requests.every(db)}


def test_a_copy_that_is_being_made_is_left_alone(disk: Path, db: sqlite3.Connection) -> None:
    copy = disk / "posko.db.backup"
    with copy.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        shedding.make_room(db, 0)
        assert copy.exists()
    shedding.make_room(db, 0)
    assert not copy.exists()


def test_a_session_that_is_open_is_no_log(db: sqlite3.Connection) -> None:
    use(db, shedding.SESSIONS_KEPT + 10)
    with transaction(db):
        db.execute("UPDATE wifi_sessions SET mac = '02:00:00:00:00:01' WHERE rowid = 1")
        assert wifi.forget_oldest(db, kept=shedding.SESSIONS_KEPT, limit=100) == 9
