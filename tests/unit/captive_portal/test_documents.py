"""The documents that residents read at the portal: searched, filtered by class, harmless."""

import io
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions.archive import archive_texts, archiving
from appliance.actions.archive.archiving import Quota
from appliance.domain.archive.card import Access
from appliance.domain.archive.text import found
from appliance.runtime.settings import Settings, Site
from appliance.store.database import connect
from captive_portal.app import create_app
from tests.builders import a_card
from tests.conftest import Clock, at
from tests.support import office_files

QUOTA = Quota(file_max_bytes=1024 * 1024, share_percent=80)


@pytest.fixture
def portal(db_path: Path, new_id: Callable[[], str]) -> FlaskClient:
    site = Site(code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru")
    opened = partial(connect, db_path)
    return create_app(Settings(site=site), opened, now=Clock(), new_id=new_id).test_client()


def put_in(
    db: sqlite3.Connection, name: str, text: str, content: bytes = b"", **card: object
) -> None:
    """A document whose text has been read."""
    file = io.BytesIO(content or office_files.pdf(name))
    archiving.put_in(db, file, a_card(**card), QUOTA, at(), document_id=name, by="sri")
    taken = archive_texts.take(db, at())
    assert taken
    archive_texts.settle(db, taken, found(text), at())


def test_a_resident_searches_and_sees_where_her_words_stand(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    put_in(db, "a", 'syarat <b onclick="x">izin</b> keramaian', title="Surat <i>edaran</i>")
    put_in(db, "b", "jadwal posyandu", title="Jadwal")
    page = portal.get("/dokumen?cari=keramaian").text
    assert "Surat &lt;i&gt;edaran&lt;/i&gt;" in page
    assert "<mark>keramaian</mark>" in page
    assert "&lt;b onclick" in page
    assert "<b onclick" not in page
    assert "Jadwal" not in page
    assert len(page) < 50_000


def test_a_resident_neither_finds_nor_gets_what_is_not_public(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    put_in(db, "internal", "anggaran", access=Access.INTERNAL, title="Rahasia dapur")
    put_in(db, "restricted", "anggaran", access=Access.RESTRICTED, title="Rahasia dapur")
    assert "/dokumen" not in portal.get("/").text
    for path in ("/dokumen", "/dokumen?cari=anggaran", "/dokumen?akses=internal"):
        assert "Rahasia dapur" not in portal.get(path).text
    for name in ("internal", "restricted"):
        assert portal.get(f"/dokumen/{name}").status_code == 404


@pytest.mark.parametrize("content", [office_files.pdf("x"), office_files.docx("x")])
def test_a_file_is_served_to_be_saved_and_nothing_in_it_runs(
    portal: FlaskClient, db: sqlite3.Connection, content: bytes
) -> None:
    put_in(db, "a", "", content)
    with portal.get("/dokumen/a") as served:
        assert served.data == content
    assert served.headers["Content-Disposition"].startswith("attachment; filename=")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "query",
    ["cari=%22%29+OR+*", "cari=%00", "hal=-1", "hal=99999999", "tahun=x", "cari=" + "a" * 999],
)
def test_whatever_stands_in_the_address_there_is_a_page(
    portal: FlaskClient, db: sqlite3.Connection, query: str
) -> None:
    put_in(db, "a", "posyandu")
    assert portal.get(f"/dokumen?{query}").status_code == 200


def test_with_a_damaged_index_there_is_still_the_list(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    put_in(db, "a", "posyandu")
    db.execute("DELETE FROM archive_index_data WHERE id > 10")
    page = portal.get("/dokumen?cari=posyandu").text
    assert "Pembentukan Satgas" in page
    assert "sedang disusun ulang" in page
