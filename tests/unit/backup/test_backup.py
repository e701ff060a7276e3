"""Backups: made, restored on another box, kept and cleared away."""

from contextlib import closing
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.backup import restoring
from appliance.backup.restoring import Refused, Target
from appliance.backup.sealed_file import NotABackup
from appliance.backup.shelf import Shelf
from appliance.domain.ids import SERIALS_PER_BLOCK, SiteCode
from appliance.domain.staff.accounts import Session
from appliance.store import blob_files
from appliance.store.box import gauges
from appliance.store.box import this_box as box
from appliance.store.city import outbox
from appliance.store.database import connect, transaction
from appliance.store.errors import Replaced
from appliance.store.staff import staff_sessions
from tests.builders import a_draft
from tests.conftest import EPOCH, SITE, at
from tests.unit.backup.nights import ANOTHER_EPOCH, SECRET, everything, ids, keep, make, restore


def test_another_box_is_made_of_it(database: Path, stick: Path, tmp_path: Path) -> None:
    made = make(database, stick)
    restored = restore(made.file, tmp_path / "other" / "posko.db")
    assert ids(tmp_path / "other" / "posko.db") == ids(database)
    assert (restored.files, restored.missing_files, restored.set_aside) == (2, 0, None)
    files = blob_files.at(tmp_path / "other" / "posko.db").path
    assert {file.read_bytes() for file in files.iterdir()} == {b"a photo", b"a document" * 20_000}
    assert sorted(file.name for file in database.parent.glob("*.backup*")) == []
    assert list(tmp_path.glob("other/*restoring*")) == []


def test_nothing_on_the_stick_can_be_read_without_the_secret(database: Path, stick: Path) -> None:
    make(database, stick)
    found = everything(stick)
    assert all(words not in found for words in (b"berlubang", b"+6281", b"4321", b"a photo"))


def test_settings_are_in_it(database: Path, stick: Path) -> None:
    made = make(database, stick)
    assert restoring.settings_of(made.file, SECRET) == {"posko.toml": b'[modem]\npin = "4321"\n'}


def test_a_restored_box_begins_a_life_of_its_own(
    database: Path, stick: Path, tmp_path: Path
) -> None:
    with closing(connect(database)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        staff_sessions.add(
            db, "h" * 64, Session(account="rina", boot_id="b", opened_mono_ms=0, seen_mono_ms=0)
        )
    other = tmp_path / "other.db"
    restore(make(database, stick).file, other)
    with closing(connect(database)) as old, closing(connect(other)) as db:
        waiting = {lane: s.last_seq - s.acked_seq for lane, s in outbox.lanes(old).items()}
        now_waiting = {lane: (s.last_seq, s.acked_seq) for lane, s in outbox.lanes(db).items()}
        assert box.epoch(db) == ANOTHER_EPOCH != box.epoch(old)
        assert now_waiting == {lane: (count, 0) for lane, count in waiting.items()}
        assert list(staff_sessions.every(db)) == []
        assert gauges.of(db, "store")["restored_from"].startswith("000001-")


def test_no_ticket_of_the_lost_box_is_given_again(
    database: Path, stick: Path, tmp_path: Path
) -> None:
    backup, other = make(database, stick).file, tmp_path / "other.db"
    restore(backup, other)
    with closing(connect(database)) as lost, closing(connect(other)) as db:
        with transaction(lost):  # weeks go by
            lost.execute("UPDATE box SET block = block + 8")
        given = {intake_ticket(lost, n) for n in range(20)}
        assert not given & {intake_ticket(db, n) for n in range(20)}


def intake_ticket(db: object, number: int) -> str:
    receipt = intake.receive(db, a_draft(f"sampah nomor {number}"), at(days=9))  # type: ignore[arg-type]
    assert isinstance(receipt, intake.Receipt)
    return receipt.request.ticket.digits


def test_two_copies_of_one_backup_go_apart(tmp_path: Path, database: Path) -> None:
    blocks = set()
    for number in range(5):
        with closing(connect(database)) as db, transaction(db):
            db.execute("UPDATE box SET block = 0")
            box.begin_elsewhere(db, f"{number:08x}")
            blocks.add(db.execute("SELECT block FROM box").fetchone()["block"])
    assert len(blocks) == 5
    assert not blocks & set(range(10))


def test_blocks_that_the_city_has_named_are_left_out(database: Path) -> None:
    free = 77
    with closing(connect(database)) as db, transaction(db):
        box.use_blocks(db, set(range(100)) - {free})
        box.begin_elsewhere(db, ANOTHER_EPOCH)
        assert box.issue_ticket(db).serial // SERIALS_PER_BLOCK == free


def test_a_living_database_is_not_replaced_by_a_mistyped_command(
    database: Path, stick: Path
) -> None:
    made = make(database, stick, nights=1)
    with closing(connect(database)) as db:
        intake.receive(db, a_draft("setelah cadangan"), at(days=2))
    before = ids(database)
    with pytest.raises(Refused, match=r"121 requests, 1 of them newer .* --set-aside"):
        restore(made.file, database)
    assert ids(database) == before


def test_what_is_set_aside_is_kept_with_its_files_and_running_programs_notice(
    database: Path, stick: Path
) -> None:
    made = make(database, stick)
    late = keep(database, b"a late photo")
    with closing(connect(database)) as running:
        intake.receive(running, a_draft("setelah cadangan"), at(days=1))
        restored = restore(made.file, database, sets_aside=True)
        assert restored.set_aside
        with pytest.raises(Replaced):
            intake.receive(running, a_draft("jalan rusak"), at(days=1))
    assert len(ids(restored.set_aside)) == 121
    assert blob_files.at(restored.set_aside).has(late)
    assert len(ids(database)) == 120


def test_a_damaged_database_is_set_aside_too_but_only_when_told(
    database: Path, stick: Path
) -> None:
    made = make(database, stick)
    database.write_bytes(b"\xee" * 5000)
    with pytest.raises(Refused, match="--set-aside"):
        restore(made.file, database)
    restored = restore(made.file, database, sets_aside=True)
    assert restored.set_aside
    assert restored.set_aside.read_bytes() == b"\xee" * 5000
    assert len(ids(database)) == 120


def test_an_empty_database_gives_way(database: Path, stick: Path, db_path: Path) -> None:
    restore(make(database, stick).file, db_path)
    assert len(ids(db_path)) == 120


def test_a_backup_of_another_kecamatan_is_refused(
    database: Path, stick: Path, tmp_path: Path
) -> None:
    made = make(database, stick)
    target = Target(database=tmp_path / "o.db", site=SiteCode("14.71.08"), new_epoch=lambda: EPOCH)
    with pytest.raises(Refused, match=r"of kecamatan 14\.71\.07"):
        restoring.restore(made.file, SECRET, target, at(), sets_aside=False)


@pytest.mark.parametrize("cut", [10, -10, -100_000])
def test_a_damaged_backup_changes_nothing(
    database: Path, stick: Path, tmp_path: Path, cut: int
) -> None:
    made = make(database, stick)
    made.file.write_bytes(made.file.read_bytes()[:cut])
    with pytest.raises(NotABackup):
        restore(made.file, tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_a_file_lost_on_the_stick_does_not_keep_the_box_from_going_on(
    database: Path, stick: Path, tmp_path: Path
) -> None:
    made = make(database, stick)
    one, other = sorted((made.file.parent / "files").iterdir())
    one.unlink()
    other.write_bytes(other.read_bytes()[:-1])
    assert restore(made.file, tmp_path / "other.db").missing_files == 2


UNREADABLE = Path("/proc/self/mem")
"""Opens, and gives an I/O error to who reads its beginning."""


def test_a_file_that_the_stick_cannot_read_is_as_one_lost(
    database: Path, stick: Path, tmp_path: Path
) -> None:
    made = make(database, stick)
    one, _ = sorted((made.file.parent / "files").iterdir())
    one.unlink()
    one.symlink_to(UNREADABLE)
    assert restore(made.file, tmp_path / "other.db").missing_files == 1


def test_no_file_is_removed_while_a_backup_cannot_say_which_it_names(
    database: Path, stick: Path
) -> None:
    made = make(database, stick)
    files = sorted((made.file.parent / "files").iterdir())
    made.file.unlink()
    made.file.symlink_to(UNREADABLE)
    Shelf(stick, SITE).thin_out(keep=7)
    assert sorted((made.file.parent / "files").iterdir()) == files


def test_a_backup_that_the_stick_cannot_read_changes_nothing_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.posko").symlink_to(UNREADABLE)
    with pytest.raises(NotABackup, match=r"x\.posko cannot be read \(Input/output error\); take"):
        restore(tmp_path / "x.posko", tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_the_newest_is_found_by_number_since_clocks_may_be_wrong(
    database: Path, stick: Path
) -> None:
    make(database, stick, nights=400)
    newest = make(database, stick, nights=1).file
    assert restoring.newest(stick, SITE) == newest
    assert restoring.newest(newest.parent, SITE) == newest
    with pytest.raises(Refused, match="no backup"):
        restoring.newest(database.parent, SITE)


def test_old_backups_go_and_shared_files_stay_while_any_names_them(
    database: Path, stick: Path
) -> None:
    for night in range(3):
        make(database, stick, nights=night, keep=3)
    gone = min(blob_files.at(database).path.iterdir())
    gone.unlink()
    files = stick / "posko-147107" / "files"
    for night in range(3, 5):
        make(database, stick, nights=night, keep=3)
        assert (files / gone.name).exists()
    make(database, stick, nights=5, keep=3)
    assert not (files / gone.name).exists()
    numbers = [int(backup.name[:6]) for backup in Shelf(stick, SITE).backups()]
    assert numbers == [4, 5, 6]


def test_files_of_others_on_the_stick_are_left_alone(database: Path, stick: Path) -> None:
    (stick / "foto liburan.jpg").write_bytes(b"x")
    make(database, stick)
    (stick / "posko-147107" / "catatan.txt").write_text("milik Rina")
    make(database, stick, keep=1)
    make(database, stick, keep=1)
    assert (stick / "foto liburan.jpg").exists()
    assert (stick / "posko-147107" / "catatan.txt").exists()


def test_writing_goes_on_during_a_backup_and_the_copy_is_of_one_moment(
    database: Path, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(connect(database)) as portal:
        original = Shelf.put

        def put(*args: object, **more: object) -> None:
            intake.receive(portal, a_draft("selama pencadangan"), at(days=1))
            original(*args, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Shelf, "put", put)
        made = make(database, stick)
    restore(made.file, tmp_path / "other.db")
    assert len(ids(tmp_path / "other.db")) == 120 < len(ids(database))
