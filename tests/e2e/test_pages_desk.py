"""Every page of the desk in Chromium, on its screen and on an officer's phone."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from appliance.actions.box import health
from appliance.actions.cases import intake
from appliance.actions.officials import directory
from appliance.actions.staff import staffing
from appliance.desk.app import create_app
from appliance.desk.guard import COOKIE
from appliance.domain.officials.official import Official
from appliance.domain.wifi import sessions as wifi
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Store
from appliance.store import migrate
from appliance.store.database import connect
from tests.builders import PHONE, a_draft
from tests.support.axe import is_clean
from tests.support.browser import fits_a_phone, served
from tests.unit.desk.conftest import CHEAP, PASSWORD, SITE
from web.hashing import Hashing

pytestmark = pytest.mark.slow

SIZES = [{"width": 1280, "height": 800}, {"width": 360, "height": 740}]
NAME = "sri.wahyuni"
CODE = "ABCDE23456"
NO_PAGES = {"log_in_form", "setup", "static"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    path: Path = tmp_path_factory.mktemp("desk") / "posko.db"
    migrate.ensure(path, SITE.site_code, ids.new_epoch)
    db, now = connect(path), clock.now()
    staffing.offer_setup(db, CODE)
    intake.receive(db, a_draft(), now)
    head = Official(agency="DLHK", rank=1, phone=PHONE, name="Ibu Kepala Dinas " * 4, post="x" * 80)
    directory.put(db, head, now)
    health.state(db, "modem", {"state": "ready", "signal_dbm": "-107", "advice": "x" * 300}, now)
    health.state(db, "sync", {"link": "down", "link_reason": "dns: unknown"}, now)
    db.close()
    settings = Settings(site=SITE, store=Store(path=path))
    return create_app(settings, partial(connect, path), hashing=Hashing(CHEAP))


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def cookies(browser: Browser, address: str) -> list[dict[str, str]]:
    """Of the first administrator, who has set the desk up on a phone."""
    context = browser.new_context(viewport=SIZES[1], base_url=address)
    page = context.new_page()
    page.goto("/")
    looks_right(page)
    page.fill("[name=code]", wifi.shown_code(CODE))
    page.fill("[name=name]", NAME)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", "different")
    page.click("main button")
    looks_right(page)
    page.fill("[name=code]", CODE)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main button")
    page.get_by_text(f"Selamat bekerja, {NAME}").wait_for()
    kept = context.cookies()
    context.close()
    return kept  # type: ignore[return-value]


@pytest.fixture(params=SIZES, ids=lambda size: str(size["width"]))
def page(
    request: pytest.FixtureRequest, browser: Browser, address: str, cookies: list[dict[str, str]]
) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, base_url=address)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def looks_right(page: Page) -> None:
    """On any screen: what fits a phone's fits an officer's."""
    fits_a_phone(page)
    is_clean(page)


def test_every_page_fits_and_is_open_to_all_who_read_otherwise(app: Flask, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
    for rule in rules:
        if rule.endpoint not in NO_PAGES:
            page.goto(rule.rule)
            fits_a_phone(page)
            if page.viewport_size == SIZES[1]:
                is_clean(page)
    assert complaints == []


def test_the_menu_is_one_line(browser: Browser, address: str, cookies: list) -> None:
    context = browser.new_context(viewport=SIZES[0], base_url=address)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/")
    tops = page.locator(".desk-row li").evaluate_all(
        "items => items.map(item => item.getBoundingClientRect().top)"
    )
    assert len(tops) == 13
    assert len(set(tops)) == 1
    context.close()


def test_an_administrator_gives_an_account_and_looks_a_number_up(page: Page) -> None:
    name = f"petugas{page.viewport_size['width']}"  # type: ignore[index]
    page.goto("/akun")
    page.fill("[name=name]", name)
    page.click("text=Buat akun")
    page.get_by_text("Kata sandi pertama").wait_for()
    looks_right(page)
    page.goto("/pejabat")
    page.click("text=Buka nomor")
    page.get_by_text(PHONE.grouped).wait_for()
    looks_right(page)
    page.goto("/catatan")
    assert page.get_by_text("nomor pejabat dibuka").first.is_visible()


def test_the_summary_is_one_sheet_of_paper(page: Page) -> None:
    page.goto("/ringkasan")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_a_stranger_waits_and_scripts_see_no_cookie(
    browser: Browser, address: str, page: Page
) -> None:
    page.goto("/")
    assert COOKIE not in page.evaluate("document.cookie")
    context = browser.new_context(viewport=SIZES[1], base_url=address)
    stranger = context.new_page()
    for _ in range(6):
        stranger.goto("/masuk")
        stranger.fill("[name=name]", f"tamu{page.viewport_size['width']}")  # type: ignore[index]
        stranger.fill("[name=password]", "salah")
        stranger.click("main button")
    stranger.get_by_text("Terlalu banyak percobaan").wait_for()
    looks_right(stranger)
    context.close()
