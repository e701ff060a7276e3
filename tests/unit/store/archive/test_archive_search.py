"""Finding documents: what is found, by whom, in which order, and with a damaged index."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.actions.archive import archive_texts, archiving
from appliance.archive.queue import ReadingQueue
from appliance.domain.archive.card import LEADERS, RESIDENTS, STAFF, Access, TextState
from appliance.domain.archive.query import Asked, Filters, asked
from appliance.domain.archive.text import Reading, found, pieces
from appliance.store import migrate
from appliance.store.archive import archive_documents, archive_index, archive_search
from appliance.store.archive import archive_texts as stored_texts
from appliance.store.archive.archive_documents import File
from appliance.store.database import checkpoint, connect, transaction
from appliance.store.repair import integrity, salvage
from tests.builders import a_card
from tests.conftest import EPOCH, SITE, START, at

FILE = File(sha256="ab" * 32, size_bytes=10, media_type="application/pdf")


def put(db: sqlite3.Connection, document_id: str, text: str = "", **card: object) -> None:
    """A document whose text has been read."""
    with transaction(db):
        archive_documents.add(db, document_id, a_card(**card), FILE, START)
        document = archive_documents.by_id(db, document_id, LEADERS)
        assert document
        stored_texts.settle(db, document.key, found(text), START)


def search(
    db: sqlite3.Connection, text: str, readable: object = LEADERS, **filters: object
) -> list[str]:
    what = Asked(text=text, filters=Filters(**filters), page=1)  # type: ignore[arg-type]
    page, _ = archiving.search(db, what, readable)  # type: ignore[arg-type]
    return [hit.document.document_id for hit in page.hits]


def test_title_comes_before_text_and_the_newest_year_first(db: sqlite3.Connection) -> None:
    put(db, "in-text", "tentang posyandu melati", title="Laporan", year=2026)
    put(db, "old", title="Jadwal posyandu", year=2020)
    put(db, "new", title="Kader Posyandu", year=2025)
    put(db, "form", "perposyanduan", title="Lain", year=2026)
    put(db, "other", "puskesmas", title="Lain")
    assert search(db, "posyandu") == ["new", "old", "in-text", "form"]


def test_a_number_is_found_from_its_beginning_on(db: sqlite3.Connection) -> None:
    put(db, "a", number="188.45/12/2024")
    put(db, "b", number="188.45/3/2024")
    assert search(db, "188.45/12/2024") == ["a"]
    assert search(db, "188.45") == ["b", "a"]


@pytest.mark.parametrize("text", ["anggaran", "", "188.45/12", "an"])
def test_nobody_finds_what_her_class_may_not_read(db: sqlite3.Connection, text: str) -> None:
    for access in Access:
        put(db, access, "anggaran an", access=access)
    assert search(db, text, RESIDENTS) == ["public"]
    assert set(search(db, text, STAFF)) == {"public", "internal"}
    assert set(search(db, text, LEADERS)) == set(Access)
    assert search(db, text, RESIDENTS, access="restricted") == []
    assert archive_search.years(db, ()) == []
    assert archive_documents.by_id(db, "restricted", STAFF) is None


def test_filters_narrow_what_is_found(db: sqlite3.Connection) -> None:
    put(db, "a", year=2020, kind="se")
    put(db, "b", year=2021, kind="sk")
    assert search(db, "satgas", year=2020) == search(db, "", kind="se") == ["a"]
    assert archive_search.years(db, RESIDENTS) == [2021, 2020]


def test_a_withdrawn_document_is_found_among_those_withdrawn(db: sqlite3.Connection) -> None:
    put(db, "a")
    document = archive_documents.by_id(db, "a", LEADERS)
    assert document
    archiving.withdraw(db, document, at(), by="sri")
    assert search(db, "satgas") == []
    assert search(db, "satgas", state="withdrawn") == ["a"]
    archiving.restore(db, document, at(), by="sri")
    assert search(db, "satgas") == ["a"]


def test_a_snippet_shows_the_hit_and_nothing_is_markup(db: sqlite3.Connection) -> None:
    put(db, "a", "awal " * 40 + "<script>izin</script> keramaian " + "akhir " * 40, title="Lain")
    [hit] = archive_search.find(db, asked({"cari": "izin"}).query, RESIDENTS, Filters()).hits
    assert ("izin", True) in pieces(hit.snippet)
    assert len(hit.snippet) < 400


def test_pages_go_on_where_the_one_before_ended(db: sqlite3.Connection) -> None:
    for number in range(20):
        put(db, str(number), "warga", title="Lain")
    query = asked({"cari": "warga"}).query
    pages = [archive_search.find(db, query, RESIDENTS, Filters(), page=n) for n in (1, 2, 3)]
    assert [(len(page.hits), page.has_more) for page in pages] == [
        (15, True),
        (5, False),
        (0, False),
    ]
    assert len({hit.document.document_id for page in pages for hit in page.hits}) == 20


def test_a_changed_card_is_found_by_its_new_words_only(db: sqlite3.Connection) -> None:
    put(db, "a", "isi yang tetap")
    document = archive_documents.by_id(db, "a", LEADERS)
    assert document
    card = a_card(title="Gotong royong", number="5/2")
    archiving.correct(db, document, card, at(), seen=document.card.version, by="sri")
    assert search(db, "satgas") == search(db, "188.45") == []
    assert search(db, "royong") == search(db, "tetap") == ["a"]
    with transaction(db):
        db.execute("INSERT INTO archive_index (archive_index, rank) VALUES ('integrity-check', 1)")


def test_of_a_destroyed_document_no_word_is_left_on_the_disk(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put(db, "kept", "tetap ada")
    put(db, "gone", "xylofonantik " * 50, retain_until=START.date().replace(year=2025))
    queue = ReadingQueue(lambda: connect(db_path), lambda *_: pytest.fail("nothing to read"), at)
    document = archive_documents.by_id(db, "gone", LEADERS)
    assert document
    assert archiving.destroy(db, document, replace(at(), source="ntp"), by="sri")
    while queue.turn(db):
        pass
    checkpoint(db, db_path, is_cut=True)
    assert b"xylofon" not in db_path.read_bytes()
    assert b"tetap" in db_path.read_bytes()
    after = archive_documents.by_id(db, "gone", LEADERS)
    assert after
    assert (after.state, after.text_state) == ("destroyed", TextState.NONE)
    assert search(db, "satgas") == ["kept"]


def damage_index(db: sqlite3.Connection) -> None:
    with transaction(db):
        db.execute("UPDATE archive_index_data SET block = zeroblob(40) WHERE id > 10")


def test_a_damaged_index_is_made_anew_while_complaints_go_on(
    db: sqlite3.Connection, db_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(50):
        put(db, str(number), f"warga {number} " * 30)
    damage_index(db)
    assert len(search(db, "warga")) == 15, "the list stands in for what cannot be searched"
    assert "is damaged" in caplog.text
    _, is_whole = archiving.search(db, asked({"cari": "warga"}), RESIDENTS)
    assert not is_whole
    put(db, "meanwhile", "warga baru")
    queue = ReadingQueue(lambda: connect(db_path), lambda *_: Reading(state=TextState.NONE), at)
    while queue.turn(db):
        pass
    assert archive_index.is_whole(db)
    assert search(db, "baru") == ["meanwhile"]
    assert "31" in search(db, "31")
    with transaction(db):
        db.execute("INSERT INTO archive_index (archive_index, rank) VALUES ('integrity-check', 1)")


def test_a_change_that_meets_the_damage_lets_the_index_be_made_anew(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put(db, "a", "warga " * 30)
    with transaction(db):
        db.execute("UPDATE archive_index_data SET block = zeroblob(40)")
    with transaction(db):
        db.execute("UPDATE archive_documents SET text_state = 'waiting'")
    queue = ReadingQueue(lambda: connect(db_path), lambda *_: found("isi baru"), at)
    queue.stop()
    with pytest.raises(sqlite3.DatabaseError) as error:
        queue.turn(db)
    assert integrity.is_damage(error.value)
    archive_texts.doubt(db)
    while queue.turn(db):
        pass
    assert search(db, "baru") == ["a"]


def test_a_salvaged_database_has_its_documents_texts_and_in_time_its_index(
    db: sqlite3.Connection, db_path: Path
) -> None:
    put(db, "a", "warga bukit raya")
    db.close()
    salvage.set_aside(db_path, "test")
    migrate.ensure(db_path, SITE, lambda: EPOCH)
    again = connect(db_path)
    assert not archive_index.is_whole(again)
    while archive_texts.go_on(again):
        pass
    assert search(again, "warga") == ["a"]
    assert integrity.inspect(db_path) is None
    again.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"malformed inverted index for FTS5 table main.archive_index", True),
        (b"row 3 missing from index archive_documents_by_year", False),
        (b"ok", False),
    ],
)
def test_a_wrong_index_of_words_is_no_reason_to_replace_a_database(
    answer: bytes, expected: bool
) -> None:
    assert integrity.is_of_full_text(answer) is expected


def test_the_index_survives_the_return_of_free_pages(db: sqlite3.Connection, db_path: Path) -> None:
    for number in range(60):
        put(db, str(number), f"kata{number} " * 200)
    with transaction(db):
        for number in range(50):
            document = archive_documents.by_id(db, str(number), LEADERS)
            assert document
            stored_texts.settle(db, document.key, found(""), START)
    while archive_texts.wipe(db):
        pass
    db.executescript("PRAGMA incremental_vacuum")
    checkpoint(db, db_path, is_cut=True)
    copy = db_path.with_name("copy.db")
    shutil.copyfile(db_path, copy)
    assert integrity.inspect(copy) is None
    assert search(db, "kata55") == ["55"]
