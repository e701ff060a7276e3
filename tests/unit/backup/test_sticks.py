"""Box check 13: sticks that are full, read-only, pulled out or lie."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.backup import sealed_file, shelf
from appliance.backup.making import BackupFailed
from appliance.backup.shelf import Shelf
from appliance.store import room
from tests.conftest import SITE
from tests.support.disks import fill, small_disk
from tests.support.programs import needs
from tests.unit.backup.nights import keep, make, restore


@pytest.fixture
def small_stick(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 3 * 1024 * 1024) as folder:
        yield folder


def test_a_folder_of_the_card_is_no_stick(small_stick: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    found = {name: shelf.is_mounted(tmp_path / name, tmp_path) for name in ("folder", "none")}
    assert found == {"folder": False, "none": False}
    assert shelf.is_mounted(small_stick, tmp_path)


def test_a_full_stick_is_told_and_keeps_the_backup_it_has(
    database: Path, small_stick: Path
) -> None:
    first = make(database, small_stick).file
    fill(small_stick / "others")
    with pytest.raises(BackupFailed, match="the stick is full"):
        make(database, small_stick)
    assert sealed_file.check(first).requests == 120
    assert list(small_stick.rglob("*.new")) == []


def test_older_backups_make_room_for_a_new_one(database: Path, small_stick: Path) -> None:
    for night in range(12):
        made = make(database, small_stick, nights=night, keep=50)
    numbers = [int(backup.name[:6]) for backup in Shelf(small_stick, SITE).backups()]
    assert numbers[-1] == 12
    assert 1 <= len(numbers) < 12
    assert sealed_file.check(made.file)


def test_the_database_goes_before_files_where_not_all_fit(
    database: Path, small_stick: Path, tmp_path: Path
) -> None:
    keep(database, os.urandom(2 * 1024 * 1024))
    made = make(database, small_stick)
    assert made.left_out == 1
    assert restore(made.file, tmp_path / "other.db").missing_files == 1


def test_a_read_only_stick_is_told(database: Path, small_stick: Path) -> None:
    command = [needs("mount"), "-o", "remount,ro", str(small_stick)]
    subprocess.run(command, check=True)
    with pytest.raises(BackupFailed, match="read-only"):
        make(database, small_stick)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENODEV], ids=["EIO", "ENODEV"])
def test_a_stick_pulled_out_half_way_leaves_no_backup_and_the_next_night_cleans_up(
    database: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def pulled(_file: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patched:
        patched.setattr(shelf.sealed_file, "forget_cached", pulled)
        with pytest.raises(BackupFailed, match="was pulled out"):
            make(database, stick)
    assert Shelf(stick, SITE).backups() == []
    (stick / "posko-147107" / "000001-20261121T020000Z.posko.new").write_bytes(b"half")
    make(database, stick)
    assert list(stick.rglob("*.new")) == []


def test_a_stick_that_reads_back_other_bytes_is_not_trusted(
    database: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_cached = sealed_file.forget_cached

    def lying(file: object) -> None:
        forget_cached(file)  # type: ignore[arg-type]
        file.seek(50_000)  # type: ignore[attr-defined]
        file.write(b"\0" * 100)  # type: ignore[attr-defined]
        file.flush()  # type: ignore[attr-defined]

    monkeypatch.setattr(shelf.sealed_file, "forget_cached", lying)
    with pytest.raises(BackupFailed, match="take another one"):
        make(database, stick)
    assert Shelf(stick, SITE).backups() == []


def test_a_box_without_room_for_the_copy_says_so(
    database: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free_bytes", lambda _path: 10 * 2**20)
    with pytest.raises(BackupFailed, match="MB must be free"):
        make(database, stick)


def test_a_damaged_database_gives_no_backup(database: Path, stick: Path) -> None:
    content = bytearray(database.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xee" * 20_000
    database.write_bytes(content)
    with pytest.raises(BackupFailed, match="posko store check"):
        make(database, stick)
    assert Shelf(stick, SITE).backups() == []
