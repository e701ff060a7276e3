"""What printer and panel add to the kiosk's screens, in Chromium, lying and standing."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.actions.box import printing
from appliance.domain.box.print_job import Outcome, PrintState
from appliance.kiosk.app import create_app
from appliance.kiosk.panel_news import PanelNews
from appliance.kiosk.slips import Slips
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Site
from appliance.store import migrate
from appliance.store.database import connect
from tests.e2e.kiosk_screens import MOST_KELURAHAN, SMALL, agree_to_nothing, begin
from tests.support.browser import overflow, served, small_targets

pytestmark = pytest.mark.slow

SIZES = {"lying": {"width": 1024, "height": 600}, "standing": {"width": 600, "height": 1024}}
Settle = Callable[[PrintState], None]


@pytest.fixture(scope="module")
def news() -> PanelNews:
    return PanelNews()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kiosk") / "posko.db"


@pytest.fixture(scope="module")
def address(path: Path, news: PanelNews) -> Iterator[str]:
    code, name = MOST_KELURAHAN
    settings = Settings(site=Site(code=code, name=name, city="Pekanbaru"))
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    slips = Slips(wake=lambda: None, now=clock.now)
    app = create_app(settings, partial(connect, path), slips=slips, panel=news)
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def nobody_called(news: PanelNews) -> None:
    news.help_is_called(False)


@pytest.fixture
def settle(path: Path) -> Settle:
    def settle(state: PrintState) -> None:
        db = connect(path)
        job = printing.take(db, clock.now())
        assert job
        printing.settle(db, job, Outcome(state=state), clock.now())
        db.close()

    return settle


@pytest.fixture(params=["id-ID", "en-GB"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=SIZES)
def screen(
    request: pytest.FixtureRequest, browser: Browser, address: str, language: str
) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[request.param], base_url=address, locale=language)
    yield context.new_page()
    context.close()


def fits(page: Page) -> None:
    assert overflow(page) == (0, 0), page.url
    assert small_targets(page, SMALL.finger_px) == [], page.url


def report(page: Page, words: str) -> None:
    begin(page)
    page.click("[name=choose][value='']")
    page.click("[value=write]")
    page.fill("#f-text", words)
    for touched in ("[value=next]", "[name=place][value='']", "[value=next]", "[value=next]"):
        page.locator(f"{touched}:not(.visually-hidden)").first.click()
    agree_to_nothing(page)
    page.wait_for_url("**/tiket/**")


@pytest.mark.parametrize(
    "words",
    ["Parit tersumbat", "Banyak jentik nyamuk", "Tolong cepat, saya dipukul suami"],
    ids=["plain", "advised", "warned"],
)
def test_the_screen_tells_of_the_slip_and_prints_again(
    screen: Page, settle: Settle, words: str
) -> None:
    report(screen, words)
    pending = screen.locator("[data-waits]")
    expect(pending).to_be_visible()
    fits(screen)
    settle(PrintState.UNCERTAIN)
    again = screen.locator("form[action^='/cetak'] button")
    expect(again).to_be_visible()
    fits(screen)
    shown = screen.url
    screen.goto(shown.partition("?")[0])
    expect(screen.locator(".printout")).to_be_visible()
    fits(screen)
    screen.goto(shown)
    again.click()
    expect(pending).to_be_visible()
    expect(again).to_have_count(0)
    settle(PrintState.PRINTED)
    expect(screen.locator(".printout .icon")).to_be_visible()
    expect(again).to_have_count(0)
    fits(screen)


def test_without_script_the_slip_is_told_of_too(
    browser: Browser, address: str, settle: Settle
) -> None:
    context = browser.new_context(base_url=address, locale="id-ID", java_script_enabled=False)
    page = context.new_page()
    report(page, "Sampah menumpuk")
    expect(page.get_by_text("Struk sedang dicetak")).to_be_visible()
    settle(PrintState.FAILED)
    expect(page.get_by_text("Struk tidak tercetak")).to_be_visible(timeout=10_000)
    context.close()


def test_the_start_button_leads_to_the_first_screen_and_leaves_nothing(
    screen: Page, news: PanelNews
) -> None:
    begin(screen)
    screen.click("[name=choose][value=sampah]")
    screen.click("[value=write]")
    screen.fill("#f-text", "Rahasia saya")
    news.started()
    screen.wait_for_url("**/")
    assert "Rahasia" not in screen.content()


def test_who_called_for_help_sees_it_until_it_comes(screen: Page, news: PanelNews) -> None:
    screen.goto("/lapor")
    banner = screen.locator(".kiosk-help")
    expect(banner).to_be_hidden()
    news.help_is_called(True)
    expect(banner).to_be_visible()
    fits(screen)
    screen.goto("/")
    expect(banner).to_be_visible()
    news.help_is_called(False)
    expect(banner).to_be_hidden()
