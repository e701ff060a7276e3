"""Box check 13: a backup or a restore that is killed at any of its steps."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.backup import making, restoring, sealed_file
from appliance.backup.making import Source
from appliance.backup.restoring import Target
from appliance.backup.shelf import Shelf
from appliance.domain.privacy import sealing
from appliance.store import blob_files, migrate
from tests.conftest import SITE, START, at
from tests.support import step_killer
from tests.unit.store import box_in_use

SECRET = b"\x07" * 32
KEY = sealing.public_key(SECRET)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "box" / "posko.db"
    path.parent.mkdir()
    box_in_use.make(path).close()
    keep(path, b"a photo")
    return path


def keep(database: Path, content: bytes) -> None:
    folder = blob_files.at(database)
    folder.keep(folder.stage(content))


def make(database: Path, stick: Path) -> Path:
    source = Source(database=database, site=SITE, settings=())
    return making.make(source, Shelf(stick, SITE), KEY, keep=3, now=START).file


def restore(backup: Path, database: Path) -> None:
    target = Target(database=database, site=SITE, new_epoch=lambda: "000abcde")
    restoring.restore(backup, SECRET, target, at(days=3), sets_aside=True)


def requests(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        [count] = db.execute("SELECT count(*) FROM requests").fetchone()
        return int(count)


def contents(database: Path) -> set[bytes]:
    return {file.read_bytes() for file in blob_files.at(database).path.iterdir()}


def test_a_killed_backup_leaves_only_good_ones(database: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    def look(_step: int) -> None:
        for backup in Shelf(stick, SITE).backups():
            assert sealed_file.check(backup).requests == box_in_use.COMPLAINTS

    assert step_killer.every_step(lambda: make(database, stick) and None, look) > 10
    make(database, stick)
    assert list(stick.rglob("*.new")) == []
    assert not database.with_name("posko.db.backup").exists()


def test_a_killed_restore_leaves_the_old_box_or_the_new_one_and_never_an_empty_one(
    database: Path, tmp_path: Path
) -> None:
    """What a start finds, as posko-migrate makes it; what was here is never lost."""
    stick, home = tmp_path / "stick", tmp_path / "other"
    stick.mkdir()
    backup = make(database, stick)
    living = tmp_path / "living" / "posko.db"
    living.parent.mkdir()
    migrate.ensure(living, SITE, lambda: "0000c350")
    keep(living, b"a late photo")
    path = home / "posko.db"
    seen = set()

    def work() -> None:
        restore(backup, path)

    def look(_step: int) -> None:
        migrate.ensure(path, SITE, lambda: "0000c351")
        [old, *_] = [
            file
            for file in (*home.glob("posko.db.replaced-*Z"), path)
            if contents(file) == {b"a late photo"}
        ]
        seen.add((old == path, requests(path)))
        if requests(path):
            assert contents(path) == {b"a photo"}
        shutil.rmtree(home)
        shutil.copytree(living.parent, home)

    shutil.copytree(living.parent, home)
    assert step_killer.every_step(work, look) > 20
    assert seen == {(True, 0), (False, box_in_use.COMPLAINTS)}
