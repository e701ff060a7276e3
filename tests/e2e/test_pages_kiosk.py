"""The kiosk as its screens show it: nothing scrolls, every target is 20 mm, axe-core is content."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.cases import intake
from appliance.domain.ids import Ticket
from appliance.domain.public import announcement
from appliance.domain.public.announcement import TITLE_MAX_CHARS
from appliance.kiosk.app import create_app
from appliance.runtime import clock, ids
from appliance.runtime.kiosk_settings import Kiosk
from appliance.runtime.settings import Settings, Site
from appliance.store import migrate
from appliance.store.city import city_tables
from appliance.store.database import connect
from tests.builders import a_draft
from tests.conftest import START
from tests.e2e.kiosk_screens import (
    LARGE,
    MOST_KELURAHAN,
    SCREEN,
    SMALL,
    UPRIGHT,
    Size,
    agree_to_nothing,
    begin,
    fits,
    language_of,
    press,
    touch,
)
from tests.support.axe import is_clean
from tests.support.browser import served

pytestmark = pytest.mark.slow


LONG_WORDS = 98_879
"""The number of the ticket before: those that follow are the longest in words."""


PHONES = itertools.count(1001)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Size, str]]:
    path: Path = tmp_path_factory.mktemp("kiosk") / "posko.db"
    code, name = MOST_KELURAHAN
    site = Site(code=code, name=name, city="Pekanbaru")
    migrate.ensure(path, site.site_code, ids.new_epoch)
    longest = {"id": "1", "title": "W" * TITLE_MAX_CHARS, "body": "panjang " * 50}
    db = connect(path)
    city_tables.replace(db, announcement.TABLE, 1, [longest], START)
    intake.receive(db, a_draft(), clock.now())
    db.execute(f"UPDATE box SET block = {LONG_WORDS // 1000}")
    last = Ticket.issue(site.site_code.ticket_prefix, LONG_WORDS)
    db.execute("UPDATE requests SET ticket = ?", (int(last.digits),))
    db.close()
    with ExitStack() as stack:
        found = {}
        for size in (SMALL, LARGE, UPRIGHT):
            settings = Settings(site=site, kiosk=Kiosk(screen_mm=size.screen_mm))
            app = create_app(settings, partial(connect, path))
            found[size] = f"http://127.0.0.1:{stack.enter_context(served(app))}"
        yield found


@pytest.fixture(scope="module")
def address(addresses: dict[Size, str]) -> str:
    return addresses[SMALL]


@pytest.fixture(params=["id-ID", "en-GB"])
def screen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREEN, base_url=address, locale=request.param)
    yield context.new_page()
    context.close()


def type_digits(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f".pad [value='{digit}']").click()


@pytest.mark.parametrize(
    ("size", "locale"),
    [(SMALL, "id-ID"), (SMALL, "en-GB"), (LARGE, "en-GB"), (UPRIGHT, "id-ID")],
    ids=str,
)
def test_every_screen_of_the_conversation_fits_and_has_no_barriers(
    browser: Browser, addresses: dict[Size, str], size: Size, locale: str
) -> None:
    viewport = {"width": size.width, "height": size.height}
    context = browser.new_context(viewport=viewport, base_url=addresses[size], locale=locale)
    page = context.new_page()

    def go(selector: str) -> None:
        touch(page, selector)
        fits(page, size)
        is_clean(page, is_enhanced=True)

    page.goto("/")
    go(".kiosk-start")
    go(f"main [name=lang][value={locale[:2]}]")
    for aside in ("alarm", "whisper"):
        go(f"[value={aside}]")
        touch(page, "[value=back]")
    go("[name=choose][value=sampah]")
    go("[value=write]")
    for key in ("[data-key='s']", "[data-key=' ']", "[data-key=layer]", "[data-key='7']"):
        page.locator(key).click()
    assert page.locator("#f-text").input_value() == "s 7"
    go("[value=back]")
    go("[name=phrase]")
    go("[value=write]")
    page.fill("#f-location", "dekat masjid")
    go("[value=next]")
    go("[name=place]")
    phone = f"0812-3456-{next(PHONES)}"  # the same one would join the report before
    type_digits(page, phone.replace("-", ""))
    assert page.locator("#f-phone").input_value() == phone
    go("[value=next]")
    assert page.get_by_text(phone).is_visible()
    go("[value=next]")
    boxes = [button.bounding_box() for button in page.locator("[name=agree]").all()]
    assert boxes[0]
    assert boxes[1]
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    go("[name=agree][value=yes]")
    pin = page.locator(".pin strong").inner_text()
    page.goto(page.url.partition("?")[0])
    fits(page, size)
    go("footer a[href$='/pin']")
    type_digits(page, pin)
    go("footer .btn-primary")
    assert "s 7" in page.inner_text("main")
    context.close()


def test_a_report_of_rubbish_takes_six_touches_after_the_language(screen: Page) -> None:
    begin(screen)
    touches = (
        "[name=choose][value=sampah]",
        "[name=phrase]",
        "[name=place]",
        "[value=next]",
        "[value=next]",
        "[name=agree][value=no]",
    )
    assert len(touches) <= 6
    for touched in touches:
        press(screen, touched)
    assert "/tiket/" in screen.url
    assert screen.locator(".ticket").is_visible()


def test_a_report_can_be_made_with_a_keyboard_alone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=SCREEN, base_url=address, locale="id-ID")
    page.goto("/")

    def enter(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert page.evaluate(outline) != "none", "what has the focus must be seen"
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                return
        raise AssertionError(f"Tab never reaches {selector}")

    enter(".kiosk-start")
    enter("main [name=lang]")
    enter("[name=choose][value=pju]")
    enter("[value=write]")
    page.keyboard.type("Lampu mati di gang Anggrek")
    enter(".kiosk-foot [value=next]")
    enter("[name=place]")
    page.keyboard.press("Tab")
    enter(".kiosk-foot [value=next]")
    enter(".kiosk-foot [value=next]")
    enter("[name=agree]")
    assert page.locator(".ticket").is_visible()
    page.context.close()


def test_a_scanner_finds_a_ticket_wherever_the_focus_is(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=SCREEN, base_url=address)
    number = Ticket.issue("10", LONG_WORDS).digits
    for path, code in (("/", f"http://posko.lan/tiket/{number}"), ("/status", number)):
        page.goto(path)
        page.keyboard.press("Tab")
        page.keyboard.type(f"{code}\n")
        page.wait_for_url(f"**/tiket/{number}*")
    page.context.close()


def test_an_emergency_shows_112_on_the_next_screen(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=SCREEN, base_url=address)
    page.goto("/")
    page.locator(".tile-danger").click()
    page.get_by_text("112", exact=True).wait_for()
    page.context.close()


def test_the_longest_answers_fit_too(screen: Page) -> None:
    begin(screen)
    screen.locator("[data-ask]").evaluate("ask => ask.showModal()")
    fits(screen)
    is_clean(screen, is_enhanced=True)
    screen.keyboard.press("Escape")
    press(screen, "[name=choose][value=banjir_drainase]")
    press(screen, "[value=help]")
    press(screen, "[value=write]")
    press(screen, "[value=next]")
    assert screen.locator(".field-error").is_visible()
    screen.fill("#f-text", "Parit tersumbat sejak lama sekali. " * 100)
    press(screen, "[value=back]")
    press(screen, "[value=next]")
    press(screen, "[value=write]")
    screen.fill("#f-location", "dekat masjid " * 15)
    press(screen, "[value=next]")
    press(screen, "[name=place]")
    type_digits(screen, "0812")
    press(screen, "[value=next]")
    assert screen.locator(".field-error").is_visible()
    type_digits(screen, "34567890")
    press(screen, "[value=next]")


@pytest.mark.parametrize(
    "words",
    ["Rumah terbakar tolong cepat", "Saya dipukul suami", "Tolong cepat, saya dipukul suami"],
)
def test_slips_with_a_warning_fit(screen: Page, words: str) -> None:
    begin(screen)
    press(screen, "[name=choose][value='']")
    press(screen, "[value=write]")
    screen.fill("#f-text", words)
    press(screen, "[value=next]")
    press(screen, "[name=place][value='']")
    press(screen, "[value=next]")
    press(screen, "[value=next]")
    agree_to_nothing(screen)
    screen.locator(".ticket").wait_for()
    fits(screen)
    assert screen.locator(".banner").is_visible()


def test_other_screens_fit_and_have_no_barriers(screen: Page) -> None:
    language = language_of(screen)
    for path in ("/?", "/darurat?", "/status?", "/status?tiket=07123456&", "/nowhere?"):
        screen.goto(f"{path}lang={language}")
        fits(screen)
        is_clean(screen, is_enhanced=True)


def test_every_category_fits(screen: Page) -> None:
    begin(screen)
    for category in (
        "pju",
        "sampah",
        "jalan_rusak",
        "banjir_drainase",
        "adminduk",
        "kesehatan",
        "",
    ):
        press(screen, f"[name=choose][value='{category}']")
        assert screen.locator("[name=phrase]").count() == 4
        touch(screen, "[value=back]")


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
    question.get_by_role("button").first.click()
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
