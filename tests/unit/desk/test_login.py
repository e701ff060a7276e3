"""Logging in at the desk: who gets in, who waits, and what ends a session."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.actions.staff import logging_in, staffing
from appliance.desk.guard import COOKIE
from appliance.domain.staff.accounts import Role
from appliance.domain.wifi import sessions as wifi
from appliance.store.staff import staff_accounts, staff_log
from tests.conftest import Clock, at
from tests.unit.desk.conftest import PASSWORD, LoggedIn, a_desk, an_account, log_in, token_of

CODE = "ABCDE23456"


@pytest.fixture
def browser(app: Flask, db: sqlite3.Connection) -> FlaskClient:
    """A browser at a desk that has an administrator named budi."""
    an_account(db, "budi", Role.ADMIN)
    return app.test_client()


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def test_nothing_is_shown_before_the_log_in_and_the_page_asked_for_after_it(browser) -> None:
    refused = browser.get("/sandi")
    assert (refused.status_code, refused.location) == (303, "/masuk?kembali=/sandi")
    answer = log_in(browser, " Budi ", PASSWORD, kembali="/sandi")
    assert (answer.status_code, answer.location) == (303, "/sandi")
    assert "budi" in browser.get("/sandi").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_the_log_in_leads_nowhere_else(browser: FlaskClient, back: str) -> None:
    assert log_in(browser, "budi", PASSWORD, kembali=back).location == "/"


def test_the_log_in_brings_a_new_id_so_that_one_planted_before_opens_nothing(browser, app) -> None:
    planted = "planted-by-a-stranger"
    browser.set_cookie(COOKIE, planted)
    log_in(browser, "budi", PASSWORD)
    assert cookie(browser) != planted
    stranger = app.test_client()
    stranger.set_cookie(COOKIE, planted)
    assert stranger.get("/").status_code == 303


def test_the_cookie_is_hidden_from_scripts_and_other_sites(browser: FlaskClient) -> None:
    sent = log_in(browser, "budi", PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in sent
    assert "SameSite=Strict" in sent


def test_the_database_does_not_hold_what_the_browser_holds(browser, db) -> None:
    log_in(browser, "budi", PASSWORD)
    assert cookie(browser) not in "\n".join(db.iterdump())


@pytest.mark.parametrize("name", ["budi", "nobody", "x" * 100, "'; --"])
def test_guessing_costs_ever_more_time_and_tells_nothing_about_names(browser, clock, name) -> None:
    answers = []
    for _ in range(8):
        page = log_in(browser, name, "wrong password")
        minutes = re.search(r"dalam (\d+) menit", page.text)
        answers.append((page.status_code, minutes and int(minutes[1])))
        clock.forward(seconds=1)
    assert answers == [(403, None)] * 5 + [(429, 1)] * 3


def test_who_must_wait_is_refused_with_the_right_password_too_and_let_in_later(
    browser: FlaskClient, clock: Clock
) -> None:
    for _ in range(5):
        log_in(browser, "budi", "wrong password")
    refused = log_in(browser, "budi", PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    clock.forward(seconds=31)
    assert log_in(browser, "budi", PASSWORD).status_code == 303
    log_in(browser, "budi", "wrong password")
    assert log_in(browser, "budi", PASSWORD).status_code == 303, "the count began anew"


def test_a_restart_shortens_no_wait_whatever_the_clock_on_the_wall_says(
    browser: FlaskClient, db_path: Path, clock: Clock
) -> None:
    for _ in range(5):
        log_in(browser, "budi", "wrong password")
    clock.set_wall(days=400)
    again = a_desk(db_path, clock).test_client()
    assert log_in(again, "budi", PASSWORD).status_code == 429


def test_a_restart_of_the_desk_ends_no_session(desk, db_path: Path, clock: Clock) -> None:
    held = cookie(desk(Role.OPERATOR).client)
    again = a_desk(db_path, clock).test_client()
    again.set_cookie(COOKIE, held)
    assert again.get("/").status_code == 200


def test_a_restart_of_the_machine_ends_every_session(desk, db_path: Path, clock: Clock) -> None:
    held = cookie(desk(Role.OPERATOR).client)
    again = a_desk(db_path, lambda: replace(clock(), boot_id="another boot")).test_client()
    again.set_cookie(COOKIE, held)
    assert again.get("/").status_code == 303


def test_the_page_leaves_the_screen_when_its_session_has_ended(desk) -> None:
    admin = desk(Role.ADMIN)
    assert admin.get("/sandi?x=1").headers["Refresh"] == "960; url=/sandi?x=1"
    assert admin.get("/akun/%0a€?a=%0a").headers["Refresh"] == "960; url=/akun/%0A%E2%82%AC?a=%0a"
    assert admin.post("/sandi").headers["Refresh"] == "960; url=/masuk"
    assert "Refresh" not in admin.get("/masuk").headers


def test_one_address_that_tries_many_names_waits(browser: FlaskClient) -> None:
    answers = [log_in(browser, f"nama{n}", "wrong password").status_code for n in range(21)]
    assert answers == [403] * 20 + [429]


def test_tries_at_one_time_count_all(db: sqlite3.Connection) -> None:
    an_account(db, "budi", Role.ADMIN)
    looked_at = []

    def another_thread_tries(stored: str | None) -> bool:
        looked_at.append(stored)
        if len(looked_at) < 100:
            logging_in.log_in(db, "budi", "10.0.0.2", another_thread_tries, at())
        return False

    logging_in.log_in(db, "budi", "10.0.0.2", another_thread_tries, at())
    assert len(looked_at) == 5


def test_a_locked_account_is_refused_in_the_words_of_a_wrong_password(browser, db) -> None:
    an_account(db, "sri", Role.OPERATOR)
    staffing.lock(db, "sri", at(), by="budi")
    locked, wrong = log_in(browser, "sri", PASSWORD), log_in(browser, "budi", "wrong password")
    words = "Nama atau kata sandi salah."
    assert (locked.status_code, words in locked.text) == (403, True)
    assert (wrong.status_code, words in wrong.text) == (403, True)


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(desk, clock: Clock) -> None:
    operator = desk(Role.OPERATOR)
    for _ in range(4):
        clock.forward(minutes=14)
        assert operator.get("/").status_code == 200
    clock.forward(minutes=15)
    assert operator.get("/").status_code == 303


def test_a_session_ends_after_twelve_hours_of_use(desk, clock: Clock) -> None:
    operator = desk(Role.OPERATOR)
    statuses = []
    for _ in range(73):
        clock.forward(minutes=10)
        statuses.append(operator.get("/").status_code)
    assert statuses == [200] * 71 + [303] * 2


def test_setting_the_clock_on_the_wall_ends_no_session_and_prolongs_none(desk, clock) -> None:
    operator = desk(Role.OPERATOR)
    clock.set_wall(days=-3000)
    assert operator.get("/").status_code == 200
    clock.forward(minutes=15)
    assert operator.get("/").status_code == 303


def test_logging_out_ends_the_session_for_whoever_holds_its_id(desk, app: Flask) -> None:
    operator = desk(Role.OPERATOR)
    held = cookie(operator.client)
    assert operator.post("/keluar").location == "/masuk"
    thief = app.test_client()
    thief.set_cookie(COOKIE, held)
    assert thief.get("/").status_code == 303


def test_another_password_ends_every_other_session(browser: FlaskClient, app: Flask) -> None:
    elsewhere = app.test_client()
    for client in (browser, elsewhere):
        log_in(client, "budi", PASSWORD)
    new = "empat kuda makan rumput"
    token = token_of(browser.get("/sandi"))
    fields = {"csrf": token, "old": PASSWORD, "password": new, "again": new}
    assert browser.post("/sandi", data=fields).status_code == 303
    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert log_in(elsewhere, "budi", PASSWORD).status_code == 403
    assert log_in(elsewhere, "budi", new).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "empat kuda makan rumput", "empat kuda makan rumput", "lama salah"),
        (PASSWORD, "pendek", "pendek", "Paling sedikit 10"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "Paling sedikit 10"),
        (PASSWORD, "saya-uji-operator-1", "saya-uji-operator-1", "Paling sedikit 10"),
        (PASSWORD, "empat kuda makan rumput", "empat kuda", "tidak sama"),
        (PASSWORD, PASSWORD, PASSWORD, "harus berbeda"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_nor_to_a_weak_one(
    desk: Callable[[Role], LoggedIn], old: str, new: str, again: str, words: str
) -> None:
    page = desk(Role.OPERATOR).post("/sandi", old=old, password=new, again=again)
    assert (page.status_code, words in page.text) == (422, True)


def test_whoever_got_a_password_from_another_chooses_her_own_first(browser, db) -> None:
    stored = staff_accounts.password_hash(db, "budi")
    assert stored
    staffing.reset(db, "budi", stored, at(), by="posko, root")
    log_in(browser, "budi", PASSWORD)
    assert browser.get("/").location == "/sandi"
    new = "empat kuda makan rumput"
    token = token_of(browser.get("/sandi"))
    browser.post("/sandi", data={"csrf": token, "old": PASSWORD, "password": new, "again": new})
    assert browser.get("/").status_code == 200


def test_no_account_has_more_than_five_sessions(browser, app, db, clock) -> None:
    clients = [app.test_client() for _ in range(6)]
    for client in clients:
        log_in(client, "budi", PASSWORD)
        clock.forward(seconds=1)
    assert [client.get("/").status_code for client in clients] == [303] + [200] * 5


def set_up(client: FlaskClient, code: str, name: str = "budi"):
    token = token_of(client.get("/siapkan"))
    fields = {"csrf": token, "code": code, "name": name, "password": PASSWORD, "again": PASSWORD}
    return client.post("/siapkan", data=fields)


def test_the_code_makes_the_first_administrator_once(app: Flask, db: sqlite3.Connection) -> None:
    staffing.offer_setup(db, CODE)
    client = app.test_client()
    assert client.get("/", follow_redirects=True).request.path == "/siapkan"
    assert set_up(client, wifi.shown_code(CODE).lower()).location == "/"
    assert client.get("/").status_code == 200
    assert [a.role for a in staff_accounts.every(db)] == [Role.ADMIN]
    assert app.test_client().get("/siapkan").status_code == 404
    assert not staffing.offer_setup(db, CODE)


def test_the_code_bears_five_tries(app: Flask, db: sqlite3.Connection) -> None:
    staffing.offer_setup(db, CODE)
    client = app.test_client()
    for _ in range(5):
        assert set_up(client, "WRONGCODES").status_code == 422
    assert set_up(client, CODE).status_code == 422
    assert staff_accounts.every(db) == []


def test_a_mistake_in_the_form_uses_no_try_up(app: Flask, db: sqlite3.Connection) -> None:
    staffing.offer_setup(db, CODE)
    client = app.test_client()
    for _ in range(6):
        assert set_up(client, CODE, name="Ibu Sri!").status_code == 422
    assert set_up(client, CODE).status_code == 303


def test_who_logged_in_and_where_somebody_guessed_is_noted(browser, db) -> None:
    log_in(browser, "budi", PASSWORD)
    for _ in range(7):
        log_in(browser, "budi", "wrong password")
    noted = staff_log.page(db, by="", subject="", before=None, limit=10)
    assert [(e.by, e.what) for e in noted][:2] == [("-", "login_wait"), ("budi", "login")]
