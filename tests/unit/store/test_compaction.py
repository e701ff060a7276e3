import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import FollowedUp
from appliance.domain.phone import Msisdn
from appliance.store import compaction, database, housekeeping
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.compaction import compact
from appliance.store.database import connect, transaction
from appliance.store.files import wal
from appliance.store.repair import integrity
from tests.builders import a_draft, a_part
from tests.conftest import EPOCH, at
from tests.support.waiting import wait_for


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "ACKED_EVENTS_KEPT", 5)
    monkeypatch.setattr(compaction, "NEWEST_KEPT", 3)
    monkeypatch.setattr(compaction, "DOWNLINK_KEPT", 2)
    monkeypatch.setattr(compaction, "ROWS_PER_TRANSACTION", 4)


def report(db: sqlite3.Connection, count: int) -> None:
    for number in range(count):
        phone = Msisdn(f"+62812{number:08d}")
        draft = a_draft(f"jalan rusak {number}", reporter_phone=phone)
        intake.receive(db, draft, at(), origin="portal:1")


def say_more(db: sqlite3.Connection, count: int) -> None:
    """What takes no judging, and so is there in no time."""
    with transaction(db):
        for number in range(count):
            text = f"jalan rusak {number} " * 20
            event = FollowedUp(
                follow_up_id=str(number), request_id="r", wish="tambah", text=text, at=at().wall
            )
            outbox.append(db, Lane.COMPLAINTS, event, subject="r", now=at())


def acknowledge(db: sqlite3.Connection, upto: int, **changes: object) -> None:
    ack = wire.Ack(epoch=EPOCH, lane="p1", upto=upto, **changes)  # type: ignore[arg-type]
    assert syncing.acknowledge(db, ack, at())


def numbers(db: sqlite3.Connection) -> list[int]:
    return [row.seq for row in outbox.every(db)]


def test_the_newest_acknowledged_events_and_all_others_stay(db: sqlite3.Connection) -> None:
    report(db, 30)
    acknowledge(db, 20)
    assert compact(db, at().wall).outbox == 15
    assert numbers(db) == list(range(16, 31))
    assert compact(db, at().wall).outbox == 0


def test_no_request_and_no_history_is_ever_deleted(db: sqlite3.Connection) -> None:
    report(db, 30)
    acknowledge(db, 30)
    compact(db, at(days=40_000).wall)
    found = list(requests.every(db))
    assert len(found) == 30
    assert all(request.acked for request in found)
    assert all(requests.history(db, request.id) for request in found)


def test_what_the_city_has_not_acknowledged_stays_for_a_hundred_years(
    db: sqlite3.Connection,
) -> None:
    report(db, 30)
    compact(db, at(days=40_000).wall)
    assert numbers(db) == list(range(1, 31))


def test_a_rejected_event_outlives_the_outbox(db: sqlite3.Connection) -> None:
    report(db, 30)
    acknowledge(db, 30, reject=[wire.Reject(seq=2, code="event", msg="")])
    compact(db, at().wall)
    [kept] = db.execute("SELECT seq, subject, reject_code FROM rejected_events").fetchall()
    assert (kept["seq"], kept["reject_code"]) == (2, "event")
    assert not requests.by_id(db, kept["subject"]).acked  # type: ignore[union-attr]


def test_a_reader_of_the_outbox_never_sees_a_hole(
    db: sqlite3.Connection,
    db_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report(db, 40)
    acknowledge(db, 33)
    other, seen = connect(db_path), []
    real = compaction._outbox

    def look_between(db: sqlite3.Connection) -> int:
        seen.append(numbers(other))
        return real(db)

    monkeypatch.setattr(compaction, "_outbox", look_between)
    compact(db, at().wall)
    other.close()
    assert len(seen) > 3
    for found in seen:
        assert found == list(range(found[0], 41))


def test_old_parts_and_texts_go_but_never_what_is_waiting(db: sqlite3.Connection) -> None:
    with transaction(db):
        for number in range(12):
            tpdu = f"part {number}".encode()
            db.execute(
                "INSERT INTO sms_parts (fingerprint, tpdu, received_at_ms, state)"
                " VALUES (?, ?, 0, ?)",
                (a_part(tpdu).fingerprint, tpdu, "waiting" if number == 4 else "taken"),
            )
    report(db, 12)
    db.execute("UPDATE texts SET state = 'delivered' WHERE id != 5")
    done = compact(db, at(days=100).wall)
    assert (done.parts, done.texts) == (8, 8)
    assert db.execute("SELECT count(*) FROM sms_parts WHERE state = 'waiting'").fetchone()[0] == 1
    assert db.execute("SELECT state FROM texts WHERE id = 5").fetchone()[0] == "queued"


def test_attempts_are_forgotten_even_if_the_clock_was_wrong(db: sqlite3.Connection) -> None:
    report(db, 6)
    assert compact(db, at(days=-365).wall).attempts == 6


def test_no_transaction_forgets_more_than_its_share(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resident waits for the writer's lock no longer than one of them takes."""
    monkeypatch.setattr(compaction, "ROWS_PER_TRANSACTION", 100)
    with transaction(db):
        db.execute("UPDATE outbox_lanes SET acked_seq = 2000 WHERE lane = 'p1'")
        db.executemany(
            "INSERT INTO outbox VALUES (?, 'k', NULL, ?, 'b', 0, 0, 'none', NULL)",
            [(outbox.place(Lane.COMPLAINTS, seq), "x" * 700) for seq in range(1, 2001)],
        )
    shares: list[int] = []
    real = compaction._outbox

    def counted(db: sqlite3.Connection) -> int:
        shares.append(real(db))
        return shares[-1]

    monkeypatch.setattr(compaction, "_outbox", counted)
    assert compact(db, at().wall).outbox == 1995
    assert max(shares) <= 100


def test_the_file_shrinks_after_a_backlog_is_gone(
    db: sqlite3.Connection, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "ROWS_PER_TRANSACTION", 500)
    with transaction(db):
        db.execute("UPDATE outbox_lanes SET acked_seq = 9000 WHERE lane = 'p2'")
        db.executemany(
            "INSERT INTO outbox VALUES (?, 'k', NULL, ?, 'b', 0, 0, 'none', NULL)",
            [(outbox.place(Lane.STATISTICS, seq), "x" * 700) for seq in range(1, 9001)],
        )
    assert database.checkpoint(db, db_path)
    largest = db_path.stat().st_size
    for _ in range(60):
        housekeeping.keep_house(db, at().wall)
    monkeypatch.setattr(database, "CHECKPOINT_FROM_BYTES", 1)
    database.checkpoint(db, db_path)
    assert db_path.stat().st_size < largest / 3
    assert integrity.inspect(db_path) is None


def test_a_forgotten_reader_does_not_let_the_wal_grow(
    db: sqlite3.Connection, db_path: Path
) -> None:
    """Check 9."""
    reader = connect(db_path)
    forgotten = reader.execute("SELECT name FROM sqlite_master")
    forgotten.fetchone()
    largest = 0
    for number in range(300):
        with transaction(db):
            db.execute(
                "INSERT INTO gauges VALUES ('p', ?, hex(randomblob(50000)), 0)", (str(number),)
            )
        housekeeping.keep_house(db, at().wall)
        largest = max(largest, wal(db_path).stat().st_size)
    assert largest < 8 * 1024 * 1024
    assert forgotten.fetchone() is not None
    reader.close()


def test_a_foreign_reader_is_named_to_the_technician(
    db: sqlite3.Connection,
    db_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(housekeeping, "WAL_ALARM_BYTES", 10_000)
    monkeypatch.setattr(database, "CHECKPOINT_FROM_BYTES", 1)
    program = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('BEGIN'); db.execute('SELECT * FROM box').fetchone();"
        "print('reading', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(db_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as foreign:
        assert foreign.stdout
        foreign.stdout.readline()
        with transaction(db):
            db.execute("INSERT INTO gauges VALUES ('p', 'n', hex(randomblob(50000)), 0)")
        housekeeping.keep_house(db, at().wall)
        assert foreign.pid in housekeeping.readers(db_path)
        foreign.kill()
    assert f"{foreign.pid}" in caplog.text


@pytest.mark.slow
def test_compaction_may_be_killed_at_any_moment(db: sqlite3.Connection, db_path: Path) -> None:
    report(db, 10)
    say_more(db, 1490)
    acknowledge(db, 1490)
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC;"
        "from appliance.store import compaction; from appliance.store.database import connect;"
        "compaction.ACKED_EVENTS_KEPT = 5; compaction.ROWS_PER_TRANSACTION = 1;"
        "db = connect(Path(sys.argv[1])); print('ready', flush=True);"
        "[compaction.compact(db, datetime.now(UTC)) for _ in range(100)]"
    )
    for step in range(6):
        before = len(numbers(db))
        command = [sys.executable, "-c", program, str(db_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            wait_for(lambda before=before: len(numbers(db)) < before - 7, f"it deletes ({step})")
            process.send_signal(signal.SIGKILL)
        left = numbers(db)
        assert left == list(range(left[0], 1501))
        assert integrity.inspect(db_path) is None
    assert outbox.lanes(db)[Lane.COMPLAINTS].acked_seq == 1490
