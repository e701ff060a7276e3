"""Box check 12: whatever the damage, all that can be read is kept, and the box goes on."""

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appliance.actions.cases import intake
from appliance.domain.blobs import Manifest
from appliance.domain.events.files import PhotoAttached
from appliance.domain.ids import SERIALS_PER_BLOCK, Ticket
from appliance.store import migrate
from appliance.store.box import begun_blocks, gauges
from appliance.store.box import this_box as box
from appliance.store.cases import photos, requests
from appliance.store.city import city_keys, city_tables, commands, outbox
from appliance.store.database import connect, transaction
from appliance.store.files import wal
from appliance.store.repair import salvage
from tests.builders import a_command, a_draft
from tests.conftest import EPOCH, SITE, START, at
from tests.unit.store import box_in_use
from tests.unit.store.damaged import (
    PAGE,
    all_tickets,
    check_that_the_box_goes_on,
    damage,
    ids_of,
    page_of,
    readable,
    start,
    zeroed,
)


def test_a_whole_database_is_left_alone(path: Path) -> None:
    start(path)
    db = connect(path)
    assert box.epoch(db) == EPOCH
    db.close()
    assert salvage.damaged_files(path) == []


@pytest.mark.parametrize("tree", ["requests", "request_history", "texts", "sms_parts"])
@pytest.mark.parametrize("kind", [b"\x0d", b"\x05"], ids=["leaf", "interior"])
def test_a_lost_page_of_a_table_costs_no_complaint(
    path: Path, sample: Path, tree: str, kind: bytes
) -> None:
    """Requests come back from their events, and events from their requests."""
    damage(path, zeroed(page_of(path, tree, kind=kind)))
    start(path)
    assert ids_of(path) >= readable(salvage.damaged_files(path)[0], sample)
    if kind == b"\x0d":
        assert ids_of(path) == ids_of(sample)
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_a_lost_page_of_the_outbox_costs_no_event(path: Path, sample: Path) -> None:
    damage(path, zeroed(page_of(path, "outbox", kind=b"\x0d")))
    start(path)
    assert ids_of(path) == ids_of(sample)
    db = connect(path)
    waiting = [row.subject for row in outbox.every(db)]
    assert len(waiting) == len(set(waiting))
    acked = {request.id for request in requests.every(db) if request.acked}
    assert acked | set(waiting) == ids_of(sample)
    assert len(acked) == box_in_use.ACKED + 3
    db.close()
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_a_lost_cursor_sends_everything_again(path: Path, sample: Path) -> None:
    damage(path, zeroed(page_of(path, "outbox_lanes", kind=b"\x0a")))
    start(path)
    db = connect(path)
    assert {row.subject for row in outbox.every(db)} == ids_of(sample)
    assert not any(request.acked for request in requests.every(db))
    db.close()
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_an_overwritten_header_is_taken_from_a_fresh_database(path: Path, sample: Path) -> None:
    damage(path, lambda content: content.__setitem__(slice(0, 100), b"\xee" * 100))
    start(path)
    assert ids_of(path) == ids_of(sample)
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_the_citys_orders_and_its_word_on_keys_survive(path: Path) -> None:
    """A key that was dropped must not come back with a damaged card, nor a command be repeated."""
    db, command = connect(path), a_command()
    commands.add(db, command, at(), city_ms=0, signed_by="")
    city_keys.change(db, "ed25519:" + "0" * 64, START, is_trusted=False)
    city_tables.replace(db, "announcements", 7, [], START)
    db.close()
    damage(path, lambda content: content.__setitem__(slice(0, 100), b"\xee" * 100))
    start(path)
    db = connect(path)
    assert [waiting.command_id for waiting in commands.waiting(db)] == [command.command_id]
    assert list(city_keys.changes(db).values()) == [False]
    assert city_tables.versions(db) == {"announcements": 7}
    db.close()


def test_a_photo_that_waits_is_told_again_after_its_request(path: Path) -> None:
    """Its event may be lost, or stand before the one of a request that had to be made anew."""
    db, photo = connect(path), Manifest(sha256="a" * 64, size_bytes=9, media_type="image/png")
    request_id = max(request.id for request in requests.every(db))
    with transaction(db):
        photos.add(db, request_id, photo, START)
    db.close()
    damage(path, lambda content: content.__setitem__(slice(0, 100), b"\xee" * 100))
    start(path)
    db = connect(path)
    assert photos.files(db) == {photo.sha256}
    place = outbox.place_of(db, request_id)
    [row] = [row for row in outbox.every(db) if row.kind == PhotoAttached.KIND]
    assert (row.lane, row.subject) == (place.lane, request_id)
    assert row.seq > place.seq
    db.close()


def test_a_lost_first_page_is_taken_from_a_fresh_database(path: Path, sample: Path) -> None:
    damage(path, zeroed(1))
    start(path)
    assert ids_of(path) == ids_of(sample)
    assert ids_of(path, "texts") == ids_of(sample, "texts")


def test_a_truncated_file_keeps_what_is_before_the_cut(path: Path, sample: Path) -> None:
    damage(path, lambda content: content.__delitem__(slice(len(content) * 3 // 4, None)))
    start(path)
    assert ids_of(path) >= readable(salvage.damaged_files(path)[0], sample)
    assert len(ids_of(path)) > box_in_use.COMPLAINTS // 4
    check_that_the_box_goes_on(path, all_tickets(sample))


@pytest.mark.parametrize("content", [b"", b"\0" * 50_000, b"not a database at all" * 1000])
def test_a_file_without_anything_to_read_is_replaced(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    start(path)
    [damaged] = salvage.damaged_files(path)
    assert damaged.read_bytes() == content
    check_that_the_box_goes_on(path, set())


@pytest.mark.parametrize("lose", [lambda path: path.write_bytes(b""), Path.unlink])
def test_a_box_that_lost_everything_gives_no_number_again(
    tmp_path: Path, lose: Callable[[Path], object]
) -> None:
    path, same_epoch = tmp_path / "posko.db", lambda: EPOCH
    migrate.ensure(path, SITE, same_epoch)
    with closing(connect(path)) as db:
        before = box.current_block(db)
    lose(path)
    migrate.ensure(path, SITE, same_epoch)
    with closing(connect(path)) as db:
        assert before in box.used_blocks(db)
        assert box.current_block(db) not in {(before + ahead) % 100 for ahead in range(10)}


def test_what_is_no_list_of_blocks_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "posko.db"
    (tmp_path / "posko.db.blocks").write_bytes(b"\xff\xfe 12x 5\n\n-1 7")
    assert begun_blocks.of(path) == {5, 7}
    begun_blocks.note(path, 8)
    assert begun_blocks.of(path) == {5, 7, 8}


def test_the_next_ticket_is_two_blocks_beyond_the_last(path: Path) -> None:
    db = connect(path)
    before = db.execute("SELECT block FROM box").fetchone()[0]
    db.close()
    damage(path, zeroed(page_of(path, "texts", kind=b"\x0d")))
    start(path)
    db = connect(path)
    after = db.execute("SELECT block FROM box").fetchone()[0]
    db.close()
    assert after == (before + 2) % 100


def test_a_box_that_lost_its_counter_avoids_the_blocks_of_its_tickets(
    path: Path, sample: Path
) -> None:
    damage(path, zeroed(page_of(path, "box", kind=b"\x0d")))
    block = Ticket(min(all_tickets(sample))).serial // SERIALS_PER_BLOCK
    migrate.ensure(path, SITE, lambda: f"{block:08x}")
    db = connect(path)
    assert block in box.used_blocks(db)
    db.close()
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_the_box_says_what_happened(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damage(path, zeroed(page_of(path, "texts", kind=b"\x0d")))
    with caplog.at_level(logging.ERROR):
        start(path)
    [damaged] = salvage.damaged_files(path)
    assert str(damaged) in caplog.text
    assert "docs/runbook.md" in caplog.text
    db = connect(path)
    stated = gauges.every(db)["store"]
    db.close()
    assert stated["salvaged_from"][0] == damaged.name
    assert "salvaged_at" in stated


def test_a_wal_of_garbage_is_as_no_wal(path: Path, sample: Path) -> None:
    wal(path).write_bytes(b"\xab" * 70_000)
    start(path)
    assert ids_of(path) == ids_of(sample)
    check_that_the_box_goes_on(path, all_tickets(sample))


def test_a_missing_wal_leaves_the_state_before_it(path: Path, sample: Path) -> None:
    db = connect(path)
    intake.receive(db, a_draft("hanya di WAL"), at(days=1))
    content = path.read_bytes()
    db.close()
    path.write_bytes(content)
    start(path)
    assert ids_of(path) == ids_of(sample)


def test_what_staff_and_gate_have_entered_is_kept(path: Path) -> None:
    with connect(path) as db:
        db.execute(
            "INSERT INTO officials (agency, rank, phone, name, changed_at_ms)"
            " VALUES ('DLHK', 1, '+628123456789', 'Kepala', 1)"
        )
        db.execute("INSERT INTO sim_pins VALUES (?, 0, 1)", ("a" * 64,))
        db.execute("INSERT INTO wifi_blocks VALUES ('02:00:00:00:00:11', 'x', 9, 1)")
    db.close()
    damage(path, zeroed(page_of(path, "requests", kind=b"\x0d")))
    start(path)
    db = connect(path)
    for table in ("officials", "sim_pins", "wifi_blocks"):
        assert len(db.execute(f"SELECT * FROM {table}").fetchall()) == 1, table
    db.close()


@st.composite
def wounds(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    """Where, as a share of the file, and what."""
    kinds = st.sampled_from(["overwrite", "overwrite", "cut", "copy"])
    one = st.tuples(kinds, st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=3000))
    return draw(st.lists(one, min_size=1, max_size=6))


@given(wounds())
@example([("overwrite", 0.9765625, b"\x00")])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_damage_all_that_is_readable_is_kept(
    sample: Path, tmp_path: Path, wounds: list[tuple[str, float, bytes]]
) -> None:
    for file in tmp_path.iterdir():
        file.unlink()
    path = tmp_path / "posko.db"
    content = bytearray(sample.read_bytes())
    for kind, share, data in wounds:
        place = int(share * len(content))
        if kind == "overwrite":
            content[place : place + len(data)] = data
        elif kind == "cut" and place > len(content) * 3 // 4:
            del content[place:]
        elif kind == "copy":
            page = place // PAGE * PAGE
            content[page : page + PAGE] = content[-PAGE:]
    path.write_bytes(content)
    kept = readable(path, sample)
    start(path)
    assert ids_of(path) >= kept
    if salvage.damaged_files(path):
        check_that_the_box_goes_on(path, all_tickets(sample))
