"""The command center's pages in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from command_center.staff.roles import Role
from tests.conftest import at
from tests.support import city_staff
from tests.support.browser import overflow, served
from tests.support.city_staff import a_center
from tests.unit.command_center.city import received, request

pytestmark = pytest.mark.slow


@pytest.fixture
def page(engine: Engine, browser: Browser) -> Iterator[Page]:
    """The first page; its console must stay silent."""
    now = at(minutes=10).wall
    app = a_center(engine, now=now)
    held = city_staff.cookies(engine, Role.VERIFIKATOR, now=now)
    problems: list[str] = []
    with served(app) as port:
        address = f"http://127.0.0.1:{port}"
        made = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900})
        made.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in held.items()]
        )
        made.on("console", lambda message: problems.append(message.text))
        made.on("pageerror", lambda error: problems.append(str(error)))
        made.goto("/")
        yield made
        made.close()
    assert problems == []


def test_a_new_request_appears_without_a_reload(engine: Engine, page: Page) -> None:
    page.get_by_label("Nomor tiket").fill("07")
    received(engine, text="lampu jalan mati")
    expect(page.locator("tbody tr")).to_have_count(1, timeout=15_000)
    expect(page.locator(".box")).to_contain_text("1 laporan hari ini")
    expect(page.get_by_label("Nomor tiket")).to_have_value("07")


def test_an_officer_moves_a_request(engine: Engine, page: Page) -> None:
    case = received(engine)
    page.reload()
    page.locator("tbody a").click()
    page.get_by_label("Status baru").select_option(label="Diproses")
    page.get_by_label("Pesan untuk warga").fill("Petugas di jalan.")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".messages li").first).to_contain_text("Petugas di jalan.")
    assert request(engine, case.request_id).status == "diproses"


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_the_window(engine: Engine, page: Page, width: int) -> None:
    case = received(engine, text="x" * 4000)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", f"/permohonan/{case.request_id}"):
        page.goto(path)
        assert overflow(page)[0] == 0
