"""Logging in at the city: who gets in, who waits, what ends a session, who makes accounts."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

import command_center
from appliance.domain.errors import BadInput
from command_center.app import create_app
from command_center.staff import accounts, guard, logging_in
from command_center.staff.accounts import LastAdmin
from command_center.staff.guard import COOKIE
from command_center.staff.roles import Post, Role
from command_center.store.database import reading
from command_center.store.staff import staff_accounts, staff_log
from tests.conftest import START
from tests.support.city_staff import HASHING, PASSWORD, Officer, a_post, an_account, logged_in
from tests.unit.command_center.city import Run, received
from web.security import UntaggedEndpoint, staff

TEMPLATES = sorted(Path(command_center.__file__).parent.glob("**/templates/**/*.html"))


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def app(engine: Engine, time: Time) -> Flask:
    return create_app(engine, place="Kota Pekanbaru", now=time, hashing=HASHING)


@pytest.fixture
def browser(engine: Engine, app: Flask) -> Officer:
    """A browser at a city that has an administrator named budi."""
    an_account(engine, "budi")
    return Officer(app)


def log_in(client: Officer, name: str, password: str = PASSWORD, **fields: str):
    client.get("/masuk")
    return client.post("/masuk", data={"name": name, "password": password, **fields})


def trail(engine: Engine) -> list[tuple[str, str, str | None]]:
    with reading(engine) as connection:
        found = staff_log.page(connection, limit=100)
    return [(entry.by, entry.what, entry.request_id) for entry in found[::-1]]


def test_a_log_in_opens_the_page_that_was_asked_for(browser: Officer) -> None:
    assert browser.get("/?page=2").location == "/masuk?kembali=/?page%3D2"
    assert log_in(browser, " Budi ", kembali="/data-pribadi").location == "/data-pribadi"
    assert log_in(browser, "budi", kembali="//evil.example").location == "/"
    assert "budi (Admin)" in browser.get("/").text


def test_the_log_in_brings_a_new_id_that_the_database_does_not_hold(
    browser: Officer, engine: Engine, app: Flask
) -> None:
    browser.set_cookie(COOKIE, "planted-by-a-stranger")
    log_in(browser, "budi")
    held = browser.get_cookie(COOKIE)
    assert held
    assert held.value != "planted-by-a-stranger"
    with reading(engine) as connection:
        kept = connection.exec_driver_sql("SELECT * FROM staff_sessions").all()
    assert held.value not in str(kept)


@pytest.mark.parametrize("name", ["budi", "nobody", "x" * 100, "'; --"])
def test_guessing_costs_ever_more_time_and_tells_nothing_about_names(
    browser: Officer, time: Time, name: str
) -> None:
    answers = []
    for _ in range(7):
        page = log_in(browser, name, "wrong password")
        minutes = re.search(r"dalam (\d+) menit", page.text)
        answers.append((page.status_code, minutes and int(minutes[1])))
        assert ("Retry-After" in page.headers) == (page.status_code == 429)
        time.now += timedelta(seconds=1)
    assert answers == [(403, None)] * 5 + [(429, 1)] * 2
    time.now += timedelta(seconds=31)
    assert log_in(browser, name).status_code == (303 if name == "budi" else 403)


def test_one_address_that_tries_many_names_or_codes_waits(browser: Officer) -> None:
    tried = [log_in(browser, f"nama{n}", "wrong password").status_code for n in range(20)]
    assert tried == [403] * 20
    form = {"code": "ABCDE23456", "name": "sri", "password": PASSWORD, "again": PASSWORD}
    assert "Terlalu banyak percobaan" in browser.post("/siapkan", data=form).text


def test_a_session_ends_without_use_and_after_a_day_of_work(browser: Officer, time: Time) -> None:
    log_in(browser, "budi")
    for _ in range(5):
        time.now += timedelta(minutes=14)
        assert browser.get("/").status_code == 200
    time.now += timedelta(minutes=16)
    assert browser.get("/").status_code == 303
    log_in(browser, "budi")
    began = time.now
    while time.now - began < timedelta(hours=11, minutes=50):
        time.now += timedelta(minutes=10)
        assert browser.get("/").status_code == 200
    time.now += timedelta(minutes=10)
    assert browser.get("/").status_code == 303


def test_a_page_that_refreshes_itself_keeps_no_session_alive(browser: Officer, time: Time) -> None:
    log_in(browser, "budi")
    for _ in range(7):
        time.now += timedelta(minutes=2)
        assert browser.get("/", headers={"Posko-Background": "1"}).status_code == 200
    time.now += timedelta(minutes=2)
    assert browser.get("/", headers={"Posko-Background": "1"}).status_code == 303


def test_a_wall_stays_logged_in_for_months(engine: Engine, time: Time) -> None:
    wall = an_account(engine, "layar", Post(role=Role.WALL))
    logging_in.open_session(engine, wall, "id", time.now)
    for days, is_there in ((89, True), (91, False)):
        found = logging_in.resume(engine, "id", START + timedelta(days=days), is_use=False)
        assert (found is not None) is is_there


def test_a_form_without_the_token_of_its_browser_changes_nothing(
    app: Flask, engine: Engine, time: Time
) -> None:
    officer = logged_in(app, engine, now=time.now)
    case = received(engine)
    for token in ("", "ü", "f" * 64):
        answer = officer.post(
            f"/permohonan/{case.request_id}", data={"csrf": token, "status": "diproses"}
        )
        assert answer.status_code == 403
    assert officer.post("/keluar", headers={"Origin": "http://evil.example"}).status_code == 403


def test_the_code_of_the_console_makes_the_first_administrator_once(
    app: Flask, engine: Engine, time: Time
) -> None:
    client = Officer(app)
    assert client.get("/masuk").location == "/siapkan"
    assert accounts.offer_setup(engine, "AAAAA22222", time.now)
    assert accounts.offer_setup(engine, "BCDEF23456", time.now), "a restart gives another"
    client.get("/siapkan")
    form = {"name": "sri", "password": PASSWORD, "again": PASSWORD}
    assert client.post("/siapkan", data={**form, "code": "AAAAA 22222"}).status_code == 422
    assert client.post("/siapkan", data={**form, "code": "bcdef 23456"}).location == "/"
    assert "sri (Admin)" in client.get("/").text
    assert not accounts.offer_setup(engine, "AAAAA22222", time.now)
    other = Officer(app)
    other.get("/siapkan")
    again = other.post("/siapkan", data={**form, "name": "eve", "code": "BCDEF23456"})
    assert "tidak berlaku" in again.text


def test_an_invitation_holds_a_week_and_its_owner_sees_the_backlog_at_once(
    app: Flask, engine: Engine, time: Time
) -> None:
    an_account(engine, "budi")
    waiting = received(engine, text="lampu mati", agency="DISHUB")
    received(engine, text="sampah", agency="DLHK")
    for code in ("AAAAA22222", "BBBBB22222"):
        accounts.invite(engine, code, a_post(Role.OFFICER), time.now, by="budi")
    client = Officer(app)
    client.get("/siapkan")
    form = {"code": "AAAAA22222", "name": "budi", "password": PASSWORD, "again": PASSWORD}
    assert "sudah dipakai" in client.post("/siapkan", data=form).text
    assert client.post("/siapkan", data={**form, "name": "sri"}).location == "/"
    page = client.get("/").text
    assert waiting.request_id in page
    assert "sampah" not in page
    time.now += timedelta(days=7)
    late = client.post("/siapkan", data={**form, "code": "BBBBB22222", "name": "tuti"})
    assert "tidak berlaku" in late.text


def test_who_leaves_is_out_at_once_and_comes_back_by_a_new_password(
    engine: Engine, browser: Officer, app: Flask, time: Time
) -> None:
    officer = logged_in(app, engine, now=time.now)
    accounts.disable(engine, "uji-verifikator", time.now, by="budi")
    assert officer.get("/").status_code == 303
    assert log_in(Officer(app), "uji-verifikator").status_code == 403
    accounts.reset(engine, "uji-verifikator", HASHING.of("baru sekali"), time.now, by="budi")
    again = Officer(app)
    assert log_in(again, "uji-verifikator", "baru sekali").status_code == 303
    assert again.get("/").location == "/sandi", "another knows this password"


def test_codes_of_who_is_no_administrator_any_more_make_no_administrators(
    engine: Engine, time: Time
) -> None:
    for name in ("budi", "sri"):
        an_account(engine, name)
    accounts.invite(engine, "AAAAA22222", a_post(Role.ADMIN), time.now, by="sri")
    accounts.set_post(engine, "sri", a_post(Role.AUDITOR), time.now, by="budi")
    assert accounts.accept(engine, "AAAAA22222", "sri-lagi", "hash", time.now) is None


def test_the_last_administrator_stays(engine: Engine, time: Time) -> None:
    an_account(engine, "budi")
    with pytest.raises(LastAdmin):
        accounts.disable(engine, "budi", time.now, by="budi")
    with pytest.raises(LastAdmin):
        accounts.set_post(engine, "budi", Post(role=Role.AUDITOR), time.now, by="budi")


def test_an_officer_belongs_to_an_agency_that_there_is(engine: Engine, time: Time) -> None:
    for role, agency, unit in (
        (Role.OFFICER, None, None),
        (Role.OFFICER, "DISHUB", "UPT"),
        (Role.SUBUNIT, "DISHUB", None),
        (Role.ADMIN, "DISHUB", None),
    ):
        with pytest.raises(BadInput):
            Post(role=role, agency=agency, unit=unit)
    with pytest.raises(BadInput, match="no agency"):
        an_account(engine, "eve", Post(role=Role.OFFICER, agency="DINAS SIHIR"))


@pytest.mark.parametrize("make", [("add", "tuti"), ("invite",)])
def test_a_command_names_the_units_there_are_to_who_names_another(
    engine: Engine, run: Run, make: tuple[str, ...]
) -> None:
    post = ("--role", "subunit", "--agency", "DISHUB", "--unit")
    code, _, problem = run("accounts", *make, *post, "UPT_PARKR")
    assert code == 1
    assert "DISHUB has no unit 'UPT_PARKR': UPT_PARKIR; see `posko-center units DISHUB`" in problem
    with reading(engine) as connection:
        assert (staff_accounts.every(connection), staff_accounts.invites(connection)) == ([], [])
    assert run("accounts", *make, *post, "UPT_PARKIR")[0] == 0


def test_own_password_changes_and_ends_all_other_sessions(browser: Officer, app: Flask) -> None:
    other = Officer(app)
    log_in(other, "budi")
    log_in(browser, "budi")
    new = {"password": "teh manis hangat", "again": "teh manis hangat"}
    assert "lama salah" in browser.post("/sandi", data={"old": "x", **new}).text
    assert browser.post("/sandi", data={"old": PASSWORD, **new}).location == "/"
    assert browser.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_what_is_seen_and_done_leaves_a_trace_before_it_happens(
    engine: Engine, app: Flask, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = logged_in(app, engine, now=time.now)
    case = received(engine).request_id
    officer.get("/")
    for page in ("/", f"/permohonan/{case}"):
        officer.get(page, headers={"Posko-Background": "1"})
    officer.post(f"/permohonan/{case}", data={"status": "diproses"})
    who = "uji-verifikator"
    assert trail(engine)[-4:] == [
        (who, "log_in", None),
        (who, "index", None),
        (who, "show", case),
        (who, "change", case),
    ]

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(staff_log, "add", full)
    app.testing = True
    with pytest.raises(RuntimeError, match="disk is full"):
        officer.get(f"/permohonan/{case}")


def test_an_endpoint_without_roles_stops_the_app_from_being_made(app: Flask) -> None:
    guard.check(app)
    app.view_functions["other"] = staff(lambda: "")
    with pytest.raises(UntaggedEndpoint, match="other"):
        guard.check(app)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    for form in re.findall(r'<form[^>]*method="post"[^>]*>.{,20}', path.read_text(), re.DOTALL):
        assert "csrf_field()" in form, "put {{ csrf_field() }} right behind the tag"


def test_strangers_find_the_public_pages_and_the_way_in(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    page = client.get("/data/")
    assert 'class="plate" href="/rapor"' in page.text
    assert "/masuk" in page.text
    assert "Set-Cookie" not in page.headers
    assert 'href="/rapor"' in client.get("/siapkan").text
