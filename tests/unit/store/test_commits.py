import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from appliance.store import database
from appliance.store.commits import Listener
from appliance.store.database import connect, transaction

COMMITS = 2000
LONGEST_GAP_S = 0.004
GIVE_UP_S = 60


@pytest.fixture
def listener(db: sqlite3.Connection) -> Iterator[Listener]:
    made = Listener(db)
    assert made.changed()
    yield made
    made.close()


def change(path: Path, block: int) -> None:
    with closing(connect(path)) as other, transaction(other):
        other.execute("UPDATE box SET block = ?", [block])


def block_of(db: sqlite3.Connection) -> int:
    [block] = db.execute("SELECT block FROM box").fetchone()
    return int(block)


def test_the_commits_of_others_are_noticed_only(
    db: sqlite3.Connection, db_path: Path, listener: Listener
) -> None:
    with transaction(db):
        db.execute("UPDATE box SET block = 2")
    assert not listener.changed()
    change(db_path, 3)
    assert listener.changed()
    assert not listener.changed()


def test_a_commit_ends_the_wait(db_path: Path, listener: Listener) -> None:
    change(db_path, 2)
    assert listener.wait(GIVE_UP_S)
    assert listener.changed()
    assert not listener.wait(0)


def test_who_only_reads_or_gives_up_wakes_nobody(db_path: Path, listener: Listener) -> None:
    with closing(connect(db_path)) as other:
        other.execute("SELECT * FROM box").fetchall()
        with pytest.raises(RuntimeError), transaction(other):
            other.execute("UPDATE box SET block = 2")
            raise RuntimeError
    assert not listener.wait(0)


def test_a_commit_that_nobody_told_of_is_found_by_asking(db_path: Path, listener: Listener) -> None:
    """As of a process that was killed just then, or of the sqlite3 shell."""
    with closing(sqlite3.connect(db_path)) as other:
        other.execute("UPDATE box SET block = 2")
        other.commit()
    assert not listener.wait(0)
    assert listener.changed()


def test_where_the_kernel_cannot_tell_asking_is_all(
    db: sqlite3.Connection, db_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db_path.with_name(db_path.name + ".news").unlink(missing_ok=True)
    db_path.with_name(db_path.name + ".news").symlink_to(db_path.parent / "gone" / "news")
    with closing(Listener(db)) as listener:
        assert "No such file" in caplog.text
        assert listener.changed()
        change(db_path, 2)
        assert not listener.wait(0)
        assert listener.changed()


@pytest.mark.slow
def test_of_two_thousand_commits_among_checkpoints_each_ends_a_wait(
    db: sqlite3.Connection, db_path: Path, listener: Listener
) -> None:
    """The writer goes on only when its last commit was noticed, and nothing but it ends a wait."""
    ours, theirs = get_context("spawn").Pipe()
    seed = random.randrange(2**32)
    writer = get_context("spawn").Process(target=_write, args=(db_path, theirs, seed))
    writer.start()
    try:
        for number in range(1, COMMITS + 1):
            while not (listener.changed() and block_of(db) == number % 100):
                assert listener.wait(GIVE_UP_S), f"commit {number} went unnoticed, seed {seed}"
            ours.send(number)
    finally:
        writer.kill()
        writer.join()
        ours.close()
        theirs.close()


def _write(path: Path, noticed: Connection, seed: int) -> None:
    chance = random.Random(seed)
    db = connect(path)
    for number in range(1, COMMITS + 1):
        noticed.poll(chance.uniform(0, LONGEST_GAP_S))
        with transaction(db):
            db.execute("UPDATE box SET block = ?", [number % 100])
        if chance.random() < 0.1:
            database.checkpoint(db, path, is_cut=True)
        if chance.random() < 0.1:
            db.close()
            db = connect(path)
        noticed.recv()
