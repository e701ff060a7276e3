"""A call becomes a case that is handed on and told of, as a phone and a desktop see it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from command_center.handling import escalating
from command_center.handling.files import shipped_steps
from command_center.staff.roles import Role
from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.axe import is_clean
from tests.support.browser import fits_a_phone, overflow, served
from tests.support.city_staff import a_center, cookies
from tests.unit.command_center.city import received

pytestmark = pytest.mark.slow
NOW = START + timedelta(days=6)


@pytest.fixture
def engine(tmp_path: Path):
    made = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(made, SITE.city, lambda: CITY_EPOCH, START)
    yield made
    made.dispose()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_call_is_taken_handed_on_and_told_of(
    browser: Browser, engine: Engine, width: int
) -> None:
    received(
        engine,
        text="lampu jalan mati di jl Rajawali dekat masjid Al Falah",
        kelurahan="14.71.07.1005",
        created_at=NOW,
        reporter_phone="+6281299998888",
    )
    received(engine, category="sampah", agency="DLHK")
    escalating.run(engine, shipped_steps(), NOW)
    with served(a_center(engine, now=NOW)) as port:
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, base_url=f"http://localhost:{port}")
        page = context.new_page()
        become(context, engine, Role.OPERATOR, port)
        _take_call(page)
        become(context, engine, Role.VERIFIKATOR, port)
        _hand_on(page)
        page.goto("/eskalasi")
        _is_whole(page)
        expect(page.get_by_text("Telepon kepala dinas")).to_be_visible()
        context.close()


def become(context: BrowserContext, engine: Engine, role: Role, port: int) -> None:
    held = cookies(engine, role, now=NOW)
    context.clear_cookies()
    url = f"http://localhost:{port}"
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in held.items()]
    )


def _take_call(page: Page) -> None:
    """With nothing but keys."""
    page.goto("/telepon")
    fits_a_phone(page)
    is_clean(page)
    page.keyboard.type("lampu jalan mati sejak kemarin di jl Rajawali")
    page.keyboard.press("Tab")
    page.keyboard.type("dekat masjid Al Falah, kelurahan Simpang Tiga")
    page.keyboard.press("Tab")
    page.keyboard.type("0812 3456 7890")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Mungkin sudah dilaporkan")).to_be_visible()
    expect(page.get_by_label("Kelurahan")).to_have_value("14.71.07.1005")
    expect(page.get_by_role("button", name="Simpan dan tampilkan nomor")).to_be_focused()
    _is_whole(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bacakan nomor ini")).to_be_visible()
    fits_a_phone(page)
    is_clean(page)


def _hand_on(page: Page) -> None:
    page.goto("/kotak-masuk/DISHUB")
    _is_whole(page)
    page.get_by_role("link", name="00 000 0").click()
    _is_whole(page)
    page.get_by_label("Kepada").select_option("DISHUB/UPT_PARKIR")
    page.get_by_label("Catatan untuk dinas").fill("tiang di depan masjid")
    page.get_by_role("button", name="Disposisikan").click()
    expect(page.get_by_text("tiang di depan masjid")).to_be_visible()
    page.goto("/kotak-masuk/DISHUB")
    expect(page.get_by_role("link", name="UPT Perparkiran")).to_be_visible()


def _is_whole(page: Page) -> None:
    assert overflow(page)[0] == 0, page.url
    is_clean(page)
