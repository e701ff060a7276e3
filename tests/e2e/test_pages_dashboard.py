"""The dashboard, the wall and the boxes as their screens show them, fresh without a reload."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from command_center.dashboard import raising
from command_center.staff.roles import PEOPLE, Role
from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support import full_city
from tests.support.axe import is_clean
from tests.support.browser import overflow, served
from tests.support.city_staff import a_center, cookies
from tests.unit.command_center.city import change, received
from tests.unit.command_center.dashboard.outbreak import dengue

pytestmark = pytest.mark.slow

NOW = START + timedelta(minutes=5)
WALL, DESK, PHONE = (1920, 1080), (1280, 800), (390, 844)
LEAST_WALL_PX = 24
"""Of text, on a screen of 55 inches: what is read from three metres."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A city with four hundred requests and fifteen boxes, of which three are not heard."""
    path = tmp_path_factory.mktemp("city") / "center.db"
    made = database.connect(f"sqlite:///{path}")
    migrate.ensure(made, SITE.city, lambda: CITY_EPOCH, START)
    full_city.fill(made, 400, days=40, now=NOW)
    full_city.boxes_report(made, NOW)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """Where its pages are served."""
    with served(a_center(engine, now=NOW)) as port:
        yield f"http://localhost:{port}"


def screen(
    browser: Browser,
    engine: Engine,
    address: str,
    size: tuple[int, int],
    role: Role,
    now: datetime = NOW,
) -> Page:
    """A screen before which somebody of that role has logged in."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, base_url=address)  # type: ignore[arg-type]
    held = cookies(engine, role, now=now)
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in held.items()])
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


def test_a_complaint_appears_on_the_open_wall_without_a_reload(
    browser: Browser, engine: Engine, address: str, tmp_path: Path
) -> None:
    page = screen(browser, engine, address, WALL, Role.WALL)
    page.goto("/dinding")
    page.evaluate("window.isTheSamePage = true")
    today = page.locator("#live-numbers dd").first
    before = int(today.inner_text())
    received(engine, category="sampah", agency="DLHK", kelurahan="14.71.07.1006")
    expect(today).to_have_text(str(before + 1), timeout=15_000)
    dengue(engine, 3)
    raising.raise_new(engine, NOW)
    expect(page.locator("#live-alarms")).to_contain_text("Gugus DBD: Tangkerang Selatan")
    assert page.evaluate("window.isTheSamePage"), "nothing was loaded anew"
    expect(page.locator("#live-boxes")).to_contain_text("12 dari 15 terhubung")
    assert overflow(page) == (0, 0)
    assert _smallest_text_px(page) >= LEAST_WALL_PX
    is_clean(page)
    page.context.close()


def test_the_wall_of_a_bad_day_fits_its_screen(browser: Browser, tmp_path: Path) -> None:
    """Alarms everywhere, no box heard, one since two days, and numbers of five digits."""
    made = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(made, SITE.city, lambda: CITY_EPOCH, START)
    full_city.fill(made, 20, days=1, now=NOW)
    full_city.boxes_report(made, NOW)
    for topic in ("pju", "pohon_taman", "air_bersih", "jalan_rusak"):
        for _ in range(15):
            received(made, category=topic)
    raising.raise_new(made, NOW)
    change(made, "UPDATE daily_counts SET number = number * 1000")
    later = NOW + timedelta(days=2)
    with served(a_center(made, now=later)) as port:
        page = screen(browser, made, f"http://localhost:{port}", WALL, Role.WALL, now=later)
        page.goto("/dinding")
        expect(page.locator("#live-boxes")).to_contain_text("0 dari 15 terhubung")
        expect(page.locator("#live-alarms")).to_contain_text("lagi")
        assert overflow(page) == (0, 0)
        heights = page.locator(".wall-number").evaluate_all("all => all.map(e => e.offsetHeight)")
        assert len(set(heights)) == 1, "each number stands on one line"
        assert _smallest_text_px(page) >= LEAST_WALL_PX
        page.context.close()
    made.dispose()


def test_the_desk_view_stays_where_its_reader_is(
    browser: Browser, engine: Engine, address: str
) -> None:
    for size in (PHONE, DESK):
        page = screen(browser, engine, address, size, Role.VERIFIKATOR)
        page.goto("/dasbor")
        assert overflow(page)[0] == 0, size
        is_clean(page)
        page.locator("#places summary").click()
        shown = page.locator("#live-places tr", has_text="Agrowisata")
        expect(shown).to_be_visible()
        before = page.locator("#live-numbers dd").first.inner_text()
        received(engine, category="pju")
        expect(page.locator("#live-numbers dd").first).not_to_have_text(before)
        expect(shown).to_be_visible()
        page.goto("/kotak")
        assert overflow(page)[0] == 0, size
        is_clean(page)
        page.context.close()


def test_fifteen_boxes_stand_on_one_screen(browser: Browser, engine: Engine, address: str) -> None:
    page = screen(browser, engine, address, DESK, Role.LEADER)
    page.goto("/kotak")
    rows = page.locator(".fleet tbody tr")
    assert rows.count() == 15
    bottom = rows.last.bounding_box()
    assert bottom is not None
    assert bottom["y"] + bottom["height"] <= DESK[1]
    wide = page.evaluate(
        "(e => e.scrollWidth - e.clientWidth)(document.getElementById('live-fleet'))"
    )
    assert wide <= 0
    assert "belum terhubung" in page.locator(".fleet-away").first.inner_text()
    page.context.close()


def _smallest_text_px(page: Page) -> float:
    """Of what the wall shows; in the drawing as it is scaled."""
    found: float = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('body *')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(e => !e.closest('.visually-hidden, noscript, script, title'))
            .filter(e => e.getClientRects().length)
            .map(e => parseFloat(getComputedStyle(e).fontSize)
                * (e.ownerSVGElement ? e.getScreenCTM().a : 1)))"""
    )
    return found


def test_the_menu_of_every_role_is_one_line_and_its_groups_open(
    browser: Browser, engine: Engine, address: str
) -> None:
    for role in PEOPLE:
        page = screen(browser, engine, address, DESK, role)
        page.goto("/")
        row = page.locator(".desk-row")
        tops = (
            row.locator("ul")
            .first.locator("> li")
            .evaluate_all("items => items.map(item => item.getBoundingClientRect().top)")
        )
        assert max(tops) - min(tops) < 10, role
        for group in row.locator("details").all():
            group.locator("summary").click()
            expect(group.get_by_role("link").first).to_be_visible()
            assert overflow(page)[0] == 0, role
        if role is Role.AUDITOR:  # who has most of them
            is_clean(page)
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.locator(".desk-menu > summary").click()
        expect(page.locator(".desk-menu").get_by_role("link").first).to_be_visible()
        expect(page.get_by_role("button", name="Keluar")).to_be_visible()
        assert overflow(page)[0] == 0, role
        page.context.close()
