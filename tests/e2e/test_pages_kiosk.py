"""The kiosk as its screen shows it: 1024x600, nothing scrolls, every target 20 mm."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions import intake
from appliance.domain import announcement
from appliance.domain.announcement import TITLE_MAX_CHARS
from appliance.domain.ids import Ticket
from appliance.kiosk.app import create_app
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Site
from appliance.store import city_tables, migrate
from appliance.store.database import connect
from tests.builders import a_draft
from tests.conftest import START
from tests.support.axe import is_clean
from tests.support.browser import overflow, served, small_targets

pytestmark = pytest.mark.slow

SCREEN = {"width": 1024, "height": 600}
FINGER_PX = 76
"""20 mm at 96 dpi."""
LEAST_TEXT_PX = 24
MOST_KELURAHAN = ("14.71.10", "Tenayan Raya")
"""Eight of them: the fullest screen of the city."""
LONG_WORDS = 98_879
"""The number of the ticket before: those that follow are the longest in words."""

_SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(e => !e.closest('.visually-hidden, noscript, script'))
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
_CUT_OFF = """() => [...document.querySelectorAll('main *')]
    .filter(e => !e.closest('.visually-hidden, .clamp, svg'))
    .filter(e => { const b = e.getBoundingClientRect(); return b.bottom > 600.5 || b.right > 1024.5
        || (e.matches('button, a') && e.scrollWidth > e.clientWidth + 1) })
    .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("kiosk") / "posko.db"
    code, name = MOST_KELURAHAN
    settings = Settings(site=Site(code=code, name=name, city="Pekanbaru"))
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    longest = {"id": "1", "title": "W" * TITLE_MAX_CHARS, "body": "panjang " * 50}
    db = connect(path)
    city_tables.replace(db, announcement.TABLE, 1, [longest], START)
    intake.receive(db, a_draft(), clock.now())
    db.execute(f"UPDATE box SET block = {LONG_WORDS // 1000}")
    last = Ticket.issue(settings.site.site_code.ticket_prefix, LONG_WORDS)
    db.execute("UPDATE requests SET ticket = ?", (int(last.digits),))
    db.close()
    app = create_app(settings, partial(connect, path), now=clock.now, new_id=ids.new_id)
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["id-ID", "en-GB"])
def screen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREEN, base_url=address, locale=request.param)
    yield context.new_page()
    context.close()


def fits(page: Page) -> None:
    assert overflow(page) == (0, 0), page.url
    assert small_targets(page, FINGER_PX) == [], page.url
    assert page.evaluate(_SMALLEST_TEXT) >= LEAST_TEXT_PX, page.url
    assert page.evaluate(_CUT_OFF) == [], page.url
    is_clean(page, is_enhanced=True)


def press(page: Page, selector: str) -> None:
    page.locator(f"{selector}:not(.visually-hidden)").first.click()
    fits(page)


def type_digits(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f".pad [value='{digit}']").click()


def test_six_touches_make_a_report_and_every_screen_fits(screen: Page) -> None:
    screen.goto("/")
    fits(screen)
    for touched in (
        ".kiosk-start",
        "[name=choose][value=sampah]",
        "[name=phrase]",
        "[name=place]",
        "[value=next]",
        "[value=send]",
    ):
        press(screen, touched)
    assert "/tiket/" in screen.url
    assert screen.locator(".ticket").is_visible()
    screen.goto(screen.url.partition("?")[0])
    fits(screen)


def test_the_longest_answers_fit_too(screen: Page) -> None:
    screen.goto("/lapor")
    screen.evaluate("document.querySelector('[data-ask]').showModal()")
    fits(screen)
    screen.keyboard.press("Escape")
    press(screen, "[name=choose][value=banjir_drainase]")
    press(screen, "[value=next]")
    assert screen.locator(".field-error").is_visible()
    screen.fill("#f-text", "Parit tersumbat sejak lama sekali. " * 100)
    press(screen, "[value=next]")
    screen.fill("#f-location", "dekat masjid " * 15)
    press(screen, "[name=place]")
    type_digits(screen, "0812")
    press(screen, "[value=next]")
    assert screen.locator(".field-error").is_visible()
    type_digits(screen, "34567890")
    press(screen, "[value=next]")
    assert screen.get_by_text("0812-3456-7890").is_visible()


@pytest.mark.parametrize(
    "words",
    ["Rumah terbakar tolong cepat", "Saya dipukul suami", "Tolong cepat, saya dipukul suami"],
)
def test_slips_with_a_warning_fit(screen: Page, words: str) -> None:
    screen.goto("/lapor")
    press(screen, "[name=choose][value='']")
    screen.fill("#f-text", words)
    press(screen, "[value=next]")
    press(screen, "[name=place][value='']")
    press(screen, "[value=next]")
    press(screen, "[value=send]")
    assert screen.locator(".banner").is_visible()


@pytest.mark.parametrize("path", ["/darurat", "/status", "/status?tiket=07123456", "/nowhere"])
def test_other_screens_fit(screen: Page, path: str) -> None:
    screen.goto(path)
    fits(screen)


def test_every_category_fits(screen: Page) -> None:
    for category in (
        "pju",
        "sampah",
        "jalan_rusak",
        "banjir_drainase",
        "adminduk",
        "kesehatan",
        "",
    ):
        screen.goto("/lapor")
        press(screen, f"[name=choose][value='{category}']")
        assert screen.locator("[name=phrase]").count() == 4


def test_the_number_pad_needs_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=SCREEN, base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/status")
    for digit in "07":
        page.locator(f".pad [value='{digit}']").click()
        page.wait_for_url(f"**key={digit}*")
    assert page.locator("#f-tiket").input_value() == "07"
    context.close()


def test_nobody_there_is_asked_and_then_wiped(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=SCREEN, base_url=address)
    page = context.new_page()
    page.clock.install()
    page.goto("/lapor")
    page.clock.run_for(89_000)
    page.mouse.click(5, 300)
    page.clock.run_for(89_000)
    question = page.locator("[data-ask]")
    assert not question.is_visible(), "a touch must restart the wait"
    page.clock.run_for(2_000)
    question.get_by_role("button").click()
    assert not question.is_visible()
    page.clock.run_for(91_000)
    assert question.is_visible()
    page.clock.run_for(16_000)
    page.wait_for_url(f"{address}/")
    context.close()


def test_a_ticket_is_on_the_screen_for_20_seconds(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=SCREEN, base_url=address)
    page = context.new_page()
    number = Ticket.issue("10", LONG_WORDS)
    page.clock.install()
    page.goto(f"/tiket/{number.digits}")
    page.clock.run_for(19_000)
    page.mouse.click(5, 300)
    page.clock.run_for(19_000)
    assert page.locator(".ticket").is_visible(), "a touch gives 20 seconds more"
    page.clock.run_for(2_000)
    page.wait_for_url(f"{address}/")
    context.close()
