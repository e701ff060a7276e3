"""The administrator's accounts and invitations, and the auditor's trail."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine

from command_center.staff.roles import Role
from command_center.store.database import reading
from command_center.store.staff import staff_accounts
from tests.support.city_staff import PASSWORD, Officer, a_center, logged_in
from tests.unit.command_center.city import received

LPS = "LPS-14.71.07.1005"


@pytest.fixture
def app(engine: Engine) -> Flask:
    return a_center(engine)


@pytest.fixture
def admin(app: Flask, engine: Engine) -> Officer:
    return logged_in(app, engine, Role.ADMIN)


def post_of(engine: Engine, name: str) -> tuple[str, str | None, str | None]:
    with reading(engine) as connection:
        found = staff_accounts.find(connection, name)
    assert found
    return found.role.value, found.agency, found.unit


def test_a_code_given_on_the_page_makes_an_officer_who_sees_what_waits(
    admin: Officer, app: Flask, engine: Engine
) -> None:
    waiting = received(engine, agency="DLHK", category="sampah")
    form = {"role": "officer", "place": "DLHK", "do": "invite"}
    page = admin.post("/akun", data=form).text
    code = re.search(r"Kode undangan: ([A-Z0-9]{5} [A-Z0-9]{5})", page)
    assert code
    assert "DLHK" in page
    assert code[1] not in admin.get("/akun").text
    assert "Undangan yang belum dipakai" in admin.get("/akun").text
    new = Officer(app)
    new.get("/siapkan")
    chosen = {"name": "sri", "password": PASSWORD, "again": PASSWORD, "code": code[1].lower()}
    assert new.post("/siapkan", data=chosen).location == "/"
    assert waiting.request_id in new.get("/").text
    assert post_of(engine, "sri") == ("officer", "DLHK", None)
    assert "Undangan yang belum dipakai" not in admin.get("/akun").text


def test_an_account_is_made_changed_reset_and_closed(
    admin: Officer, app: Flask, engine: Engine
) -> None:
    form = {"role": "subunit", "place": f"DLHK/{LPS}", "do": "account", "name": "tuti"}
    password = re.search(r"Kata sandi pertama: (\S+?)<", admin.post("/akun", data=form).text)
    assert password
    tuti = Officer(app)
    tuti.get("/masuk")
    tuti.post("/masuk", data={"name": "tuti", "password": password[1]})
    assert tuti.get("/").location == "/sandi"
    assert post_of(engine, "tuti") == ("subunit", "DLHK", LPS)
    admin.post("/akun/tuti/peran", data={"role": "auditor", "place": ""})
    assert post_of(engine, "tuti") == ("auditor", None, None)
    assert tuti.get("/").location == "/masuk", "with another role one logs in again"
    assert "Kata sandi pertama" in admin.post("/akun/tuti/sandi").text
    assert admin.post("/akun/tuti/tutup").status_code == 303
    assert "Ditutup" in admin.get("/akun").text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"role": "officer", "place": ""}, "memerlukan dinas"),
        ({"role": "subunit", "place": "DLHK"}, "memerlukan dinas"),
        ({"role": "subunit", "place": "DLHK/NONE"}, "memerlukan dinas"),
        ({"role": "king", "place": ""}, "memerlukan dinas"),
        ({"role": "officer", "place": "NONE"}, "memerlukan dinas"),
        ({"role": "officer", "place": "NONE", "do": "invite"}, "memerlukan dinas"),
        ({"role": "auditor", "name": "uji-admin"}, "sudah dipakai"),
        ({"role": "auditor", "name": "1"}, "huruf kecil"),
    ],
)
def test_what_cannot_be_made_is_told(admin: Officer, fields, problem: str) -> None:
    answer = admin.post("/akun", data={"do": "account", "name": "sri", **fields})
    assert answer.status_code == 422
    assert problem in answer.text


def test_a_post_at_an_agency_that_there_is_not_is_told(admin: Officer) -> None:
    answer = admin.post("/akun/uji-admin/peran", data={"role": "officer", "place": "NONE"})
    assert answer.status_code == 422
    assert "memerlukan dinas" in answer.text


def test_an_administrator_neither_closes_nor_demotes_herself(admin: Officer) -> None:
    for act in ("sandi", "tutup"):
        assert admin.post(f"/akun/uji-admin/{act}").status_code == 403
    answer = admin.post("/akun/uji-admin/peran", data={"role": "auditor", "place": ""})
    assert "satu-satunya admin" in answer.text
    assert admin.get("/akun/nobody").status_code == 404


def test_the_auditor_reads_who_has_opened_a_case_and_what_was_tried(
    app: Flask, engine: Engine, admin: Officer
) -> None:
    case, other = received(engine), received(engine)
    verifikator = logged_in(app, engine)
    verifikator.get(f"/permohonan/{case.request_id}")
    verifikator.post(f"/permohonan/{case.request_id}", data={"status": "nothing"})
    verifikator.get(f"/permohonan/{other.request_id}")
    auditor = logged_in(app, engine, Role.AUDITOR)
    page = auditor.get(f"/catatan?tiket={case.ticket}").text
    assert page.count("uji-verifikator</td>") == 2
    assert "laporan dibuka" in page
    assert "status diubah" in page
    assert other.request_id not in page
    assert case.text not in page
    assert "uji-verifikator</td>" not in auditor.get("/catatan?akun=uji-admin").text
    assert "Belum ada catatan" in auditor.get("/catatan?tiket=1").text
    assert "masuk</td>" in auditor.get("/catatan?apa=log_in&sebelum=99").text
