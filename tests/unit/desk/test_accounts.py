"""Administrators look after the accounts of the others, and see what staff did."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask

from appliance.actions.staff import auditing
from appliance.domain.staff.accounts import Role
from appliance.store.staff import staff_accounts, staff_log
from tests.conftest import at
from tests.unit.desk.conftest import PASSWORD, LoggedIn, an_account, log_in

Desk = Callable[[Role], LoggedIn]


def password_on(page) -> str:
    found = re.search(r"Kata sandi pertama: ([0-9A-Z-]+)", page.text)
    assert found
    return found[1]


def test_a_new_account_logs_in_once_with_the_password_shown(desk: Desk, app: Flask) -> None:
    admin, sri = desk(Role.ADMIN), app.test_client()
    made = admin.post("/akun", name="Sri.Wahyuni", role="operator")
    assert log_in(sri, "sri.wahyuni", password_on(made)).status_code == 303
    assert sri.get("/").location == "/sandi"
    assert password_on(made) not in admin.get("/akun/sri.wahyuni").text


def test_a_name_that_is_taken_or_none_is_refused(desk: Desk, db: sqlite3.Connection) -> None:
    admin = desk(Role.ADMIN)
    an_account(db, "sri", Role.OPERATOR)
    assert "sudah dipakai" in admin.post("/akun", name="sri", role="operator").text
    assert "diawali huruf" in admin.post("/akun", name="Ibu Sri", role="operator").text
    assert admin.post("/akun", name="ana", role="root").status_code == 400


def test_a_locked_account_is_out_at_once_and_back_with_a_new_password(
    desk: Desk, app: Flask, db: sqlite3.Connection
) -> None:
    admin, sri = desk(Role.ADMIN), app.test_client()
    an_account(db, "sri", Role.OPERATOR)
    log_in(sri, "sri", PASSWORD)
    admin.post("/akun/sri/kunci")
    assert sri.get("/").status_code == 303
    assert log_in(sri, "sri", PASSWORD).status_code == 403
    new = password_on(admin.post("/akun/sri/sandi"))
    assert log_in(sri, "sri", new).status_code == 303


def test_another_role_holds_from_the_next_log_in(desk: Desk, app: Flask, db) -> None:
    admin, sri = desk(Role.ADMIN), app.test_client()
    an_account(db, "sri", Role.OPERATOR)
    log_in(sri, "sri", PASSWORD)
    admin.post("/akun/sri/peran", role="admin")
    assert sri.get("/").status_code == 303
    log_in(sri, "sri", PASSWORD)
    assert sri.get("/akun").status_code == 200


def test_the_last_administrator_stays_one(desk: Desk, db: sqlite3.Connection) -> None:
    page = desk(Role.ADMIN).post("/akun/uji-admin/peran", role="operator")
    assert (page.status_code, "satu-satunya admin" in page.text) == (422, True)
    assert staff_accounts.usable_admins(db) == ["uji-admin"]


@pytest.mark.parametrize("act", ["sandi", "kunci"])
def test_nobody_locks_or_resets_herself(desk: Desk, act: str) -> None:
    assert desk(Role.ADMIN).post(f"/akun/uji-admin/{act}").status_code == 403


def test_what_administrators_do_is_noted_with_their_name(desk: Desk, db) -> None:
    admin = desk(Role.ADMIN)
    admin.post("/akun", name="sri", role="operator")
    admin.post("/akun/sri/kunci")
    admin.post("/akun/sri/sandi")
    noted = [(e.by, e.what) for e in staff_log.page(db, by="", subject="sri", before=None, limit=9)]
    assert noted == [
        ("uji-admin", "reset"),
        ("uji-admin", "lock"),
        ("uji-admin", "account_operator"),
    ]


def test_the_log_is_shown_by_account_and_subject_page_by_page(desk: Desk, db) -> None:
    admin = desk(Role.ADMIN)
    for n in range(120):
        auditing.viewed(db, by="uji-admin", what="case", subject=f"perkara-{n}", now=at())
    page = admin.get("/catatan?akun=uji-admin").text
    assert "perkara-119" in page
    assert "perkara-19<" not in page
    older = re.search(r'href="(/catatan\?[^"]*sebelum=\d+)"', page)
    assert older
    assert "perkara-19<" in admin.get(older[1].replace("&amp;", "&")).text
    page = admin.get("/catatan?tentang=perkara-7").text
    assert page.count("perkara-7") == 2, "the field and one row"
    assert admin.get(f"/catatan?sebelum={10**30}").status_code == 200


def test_the_log_cannot_be_changed(db: sqlite3.Connection) -> None:
    auditing.viewed(db, by="sri", what="case", subject="x", now=at())
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE staff_log SET by = 'ana'")
