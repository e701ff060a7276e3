"""The archive at the desk: who sees and does what, and what an upload that is refused is told."""

import io
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from appliance.actions.archive import archive_texts, archiving
from appliance.archive.queue import ReadingQueue
from appliance.desk.archive_forms import parse, shown
from appliance.domain.archive.card import LEADERS, STAFF, Access, Card, Kind
from appliance.domain.archive.text import Trouble, failed, found
from appliance.domain.staff.accounts import Role
from appliance.store.archive import archive_documents, archive_index
from appliance.store.database import connect
from appliance.store.staff import staff_log
from tests.builders import a_card
from tests.conftest import at
from tests.support import office_files
from tests.unit.desk.conftest import LoggedIn

Desk = Callable[[Role], LoggedIn]
QUOTA = archiving.Quota(file_max_bytes=1024 * 1024, share_percent=80)
CARD = {"title": "SK Satgas", "number": "188.45/12/2024", "year": "2024", "kind": "sk"}
FORM = {**CARD, "access": "public", "keeping": "kind", "until": ""}
PDF = office_files.pdf("Keputusan")


def put_in(db: sqlite3.Connection, name: str = "d1", **card: object) -> None:
    """A document that an officer has put in."""
    file = io.BytesIO(office_files.pdf(name))
    archiving.put_in(db, file, a_card(**card), QUOTA, at(), document_id=name, by="sri")


def read(db: sqlite3.Connection, db_path: Path, text: str) -> None:
    queue = ReadingQueue(lambda: connect(db_path), lambda *_: found(text), at)
    while queue.turn(db):
        pass


def upload(who: LoggedIn, content: bytes, name: str = "sk.pdf", **fields: str) -> TestResponse:
    return who.post("/arsip/simpan", file=(io.BytesIO(content), name), **{**FORM, **fields})


def version(who: LoggedIn) -> str:
    found = re.search(r'name="version" value="(\w+)"', who.get("/arsip/d1").text)
    assert found
    return found[1]


def noted(db: sqlite3.Connection, subject: str) -> list[str]:
    entries = staff_log.page(db, by="", subject=subject, before=None, limit=20)
    return [entry.what for entry in entries]


def test_a_document_is_put_in_found_and_saved(
    desk: Desk, db: sqlite3.Connection, db_path: Path
) -> None:
    operator = desk(Role.OPERATOR)
    sent = upload(operator, PDF)
    assert sent.status_code == 303
    page = operator.get(sent.location).text
    assert "sedang dibaca" in page
    assert "dokumen disimpan" in page
    read(db, db_path, "gotong royong")
    listed = operator.get("/arsip?cari=gotong").text
    assert "SK Satgas" in listed
    assert "<mark>gotong</mark>" in listed
    with operator.get(f"{sent.location}/berkas") as file:
        assert file.data == PDF
        assert file.headers["Content-Disposition"] == 'attachment; filename="SK Satgas.pdf"'
        assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert file.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<svg onload=alert(1)>", "logo.png", "halaman web atau SVG"),
        (b"<!doctype html><script>", "surat.pdf", "halaman web atau SVG"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x27\x10\0\0\x27\x10", "peta.png", "75 megapiksel"),
        (office_files.zipped({"xl/a.xml": b""}), "surat.docx", "bukan dokumen Word"),
        (office_files.docx_bomb(), "surat.docx", "membengkak"),
        (office_files.pdf_with_script(), "formulir.pdf", "memuat program"),
        (b"MZ\x90\0\x03", "surat.pdf", "Hanya PDF"),
        (b"", "kosong.pdf", "kosong"),
    ],
    ids=["svg", "html", "100 megapixels", "xlsx", "bomb", "script", "program", "empty"],
)
def test_a_hostile_file_is_refused_with_a_sentence(
    desk: Desk, db: sqlite3.Connection, content: bytes, name: str, sentence: str
) -> None:
    page = upload(desk(Role.OPERATOR), content, name)
    assert page.status_code == 400
    assert sentence in page.text
    assert 'value="SK Satgas"' in page.text, "what was typed is kept"
    assert archive_documents.files(db) == set()


def test_what_is_missing_is_said_beside_its_field(desk: Desk) -> None:
    operator = desk(Role.OPERATOR)
    page = operator.post("/arsip/simpan", title="", year="24", kind="x", access="restricted").text
    for sentence in (
        "Tulis judulnya",
        "empat angka",
        "Pilih jenisnya",
        "Pilih siapa",
        "Pilih berkasnya",
    ):
        assert sentence in page
    assert "restricted" not in page, "an operator is not even offered what she may not read"


def test_the_same_file_is_named_to_those_who_may_know_it(desk: Desk) -> None:
    assert upload(desk(Role.CAMAT), PDF, access="restricted", title="Gaji").status_code == 303
    page = upload(desk(Role.OPERATOR), PDF)
    assert "sudah ada di arsip" in page.text
    assert "Gaji" not in page.text
    assert "Gaji" in upload(desk(Role.ADMIN), PDF).text


def test_an_operator_neither_sees_nor_touches_what_is_restricted(
    desk: Desk, db: sqlite3.Connection
) -> None:
    put_in(db, access=Access.RESTRICTED, title="Rahasia dapur")
    operator = desk(Role.OPERATOR)
    for path in ("/arsip", "/arsip?cari=rahasia", "/arsip?akses=restricted"):
        assert "Rahasia dapur" not in operator.get(path).text
    for path in ("/arsip/d1", "/arsip/d1/berkas"):
        assert operator.get(path).status_code == 404
    for path in ("", "/tarik", "/pulih", "/baca"):
        assert operator.post(f"/arsip/d1{path}", **FORM).status_code == 404
    assert "Rahasia dapur" in desk(Role.CAMAT).get("/arsip?cari=rahasia").text


@pytest.mark.parametrize(
    ("access", "is_noted"),
    [(Access.PUBLIC, False), (Access.INTERNAL, True), (Access.RESTRICTED, True)],
)
def test_each_download_of_what_is_not_public_is_noted(
    desk: Desk, db: sqlite3.Connection, access: Access, is_noted: bool
) -> None:
    put_in(db, access=access)
    camat = desk(Role.CAMAT)
    for _ in range(2):
        camat.get("/arsip/d1/berkas").close()
    assert noted(db, "d1").count("archive_opened") == 2 * is_noted
    assert ("dokumen dibuka" in camat.get("/arsip/d1").text) == is_noted


def test_a_card_is_corrected_and_a_document_withdrawn_and_put_back(
    desk: Desk, db: sqlite3.Connection
) -> None:
    put_in(db)
    operator = desk(Role.OPERATOR)
    form = {**FORM, "version": version(operator)}
    assert operator.post("/arsip/d1", **{**form, "title": ""}).status_code == 400
    assert operator.post("/arsip/d1", **{**form, "title": "Gotong royong"}).status_code == 303
    assert "Gotong royong" in operator.get("/arsip?cari=royong").text
    operator.post("/arsip/d1/tarik")
    assert "Gotong royong" not in operator.get("/arsip").text
    assert "Gotong royong" in operator.get("/arsip?ditarik=1").text
    operator.post("/arsip/d1/pulih")
    assert "Gotong royong" in operator.get("/arsip").text
    assert noted(db, "d1")[:3] == ["archive_restored", "archive_withdrawn", "archive_corrected"]


def test_a_card_that_was_restricted_meanwhile_is_not_made_public_by_an_old_page(
    desk: Desk, db: sqlite3.Connection
) -> None:
    put_in(db)
    camat, admin = desk(Role.CAMAT), desk(Role.ADMIN)
    seen = version(camat)
    assert admin.post("/arsip/d1", **FORM, version=seen).status_code == 303
    restricted = {**FORM, "access": "restricted", "version": version(admin)}
    assert admin.post("/arsip/d1", **restricted).status_code == 303
    late = camat.post("/arsip/d1", **FORM, version=seen)
    assert (late.status_code, "sudah diubah sejak" in late.text) == (409, True)
    assert '<option value="restricted" selected' in late.text
    assert archive_documents.by_id(db, "d1", tuple(Access)).card.access is Access.RESTRICTED


def test_what_cannot_be_read_says_why_and_can_be_tried_again(
    desk: Desk, db: sqlite3.Connection
) -> None:
    put_in(db)
    taken = archive_texts.take(db, at())
    assert taken
    archive_texts.settle(db, taken, failed(Trouble.ENCRYPTED), at())
    operator = desk(Role.OPERATOR)
    assert "terkunci kata sandi" in operator.get("/arsip/d1").text
    operator.post("/arsip/d1/baca")
    assert "sedang dibaca" in operator.get("/arsip/d1").text


def test_what_is_over_is_listed_and_destroyed_by_a_leader_only(
    app: Flask, desk: Desk, db: sqlite3.Connection
) -> None:
    put_in(db, retain_until=date(2025, 12, 31))
    put_in(db, "d2", title="Masih berlaku", retain_until=date(2030, 12, 31))
    camat = desk(Role.CAMAT)
    page = camat.get("/arsip/retensi").text
    assert "Pembentukan Satgas" in page
    assert "Masih berlaku" not in page
    assert "Jam kotak ini belum disetel" in page
    assert camat.post("/arsip/d1/musnah").status_code == 409
    assert archiving.destroy(db, _document(db), replace(at(), source="ntp"), by="uji-camat")
    assert "dimusnahkan" in camat.get("/arsip/d1").text
    assert camat.get("/arsip/d1/berkas").status_code == 404
    assert camat.post("/arsip/d1", **FORM).status_code == 409, "the card is evidence now"
    assert "Tidak ada." in camat.get("/arsip/retensi").text


def _document(db: sqlite3.Connection) -> archive_documents.Document:
    document = archive_documents.by_id(db, "d1", LEADERS)
    assert document
    return document


def test_an_administrator_lets_the_index_be_made_anew(
    desk: Desk, db: sqlite3.Connection, db_path: Path
) -> None:
    put_in(db)
    admin = desk(Role.ADMIN)
    admin.post("/arsip/indeks")
    assert "sedang disusun ulang" in admin.get("/arsip").text
    read(db, db_path, "gotong royong")
    assert archive_index.is_whole(db)
    assert "Pembentukan" in admin.get("/arsip?cari=gotong").text


def test_a_hostile_title_is_shown_as_it_is_written(desk: Desk, db: sqlite3.Connection) -> None:
    put_in(db, title='<script>alert("x")</script>')
    admin = desk(Role.ADMIN)
    for path in ("/arsip", "/arsip?cari=script", "/arsip/d1"):
        assert not re.search(r"<script>alert", admin.get(path).text)


KINDS = [Kind(code="sk", name="SK", keep_years=None), Kind(code="se", name="SE", keep_years=5)]


@pytest.mark.parametrize(
    ("keeping", "kind", "until", "expected"),
    [
        ("kind", "se", "", date(2029, 12, 31)),
        ("kind", "sk", "", None),
        ("ever", "se", "", None),
        ("until", "sk", "2031-05-02", date(2031, 5, 2)),
    ],
)
def test_the_last_day_is_chosen_or_follows_from_the_kind(
    keeping: str, kind: str, until: str, expected: date | None
) -> None:
    card = parse({**FORM, "kind": kind, "keeping": keeping, "until": until}, KINDS, STAFF)
    assert isinstance(card, Card)
    assert card.retain_until == expected
    assert parse(shown(card), KINDS, STAFF) == card


@pytest.mark.parametrize(
    ("field", "typed"),
    [("year", "²⁰²⁴"), ("access", "restricted"), ("number", "1;2"), ("title", "x" * 201)],
)
def test_what_a_form_cannot_be_is_said_of_its_field(field: str, typed: str) -> None:
    assert field in dict(parse({**FORM, field: typed}, KINDS, STAFF))  # type: ignore[arg-type]
