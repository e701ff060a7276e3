"""A morning at the desk with the keyboard alone, on its screen and on an officer's phone."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.cases import intake
from appliance.actions.staff import staffing
from appliance.desk.app import create_app
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.staff import staff_actions
from tests.builders import a_draft
from tests.support.axe import is_clean
from tests.support.browser import fits_a_phone, served
from tests.unit.desk.conftest import CHEAP, PASSWORD, SITE
from web.hashing import Hashing

pytestmark = pytest.mark.slow

SIZES = [{"width": 1280, "height": 800}, {"width": 360, "height": 740}]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("desk") / "posko.db"
    migrate.ensure(made, SITE.site_code, ids.new_epoch)
    return made


@pytest.fixture(scope="module")
def reported(path: Path) -> ServiceRequest:
    db = connect(path)
    for name, role in (("budi", Role.ADMIN), ("rina", Role.OPERATOR)):
        hashed = passwords.derive(PASSWORD, b"salt" * 4, CHEAP)
        staffing.add(db, Account(name=name, role=role), hashed, clock.now(), by="test")
    receipt = intake.receive(db, a_draft("lampu jalan mati di depan masjid"), clock.now())
    intake.receive(db, a_draft("saya dipukul suami tiap malam"), clock.now())
    db.close()
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


@pytest.fixture(scope="module")
def address(path: Path) -> Iterator[str]:
    app = create_app(Settings(site=SITE), partial(connect, path), hashing=Hashing(CHEAP))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=SIZES, ids=lambda size: str(size["width"]))
def page(
    request: pytest.FixtureRequest, browser: Browser, address: str, reported: ServiceRequest
) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, base_url=address)
    page = context.new_page()
    page.goto("/masuk")
    page.fill("[name=name]", "rina")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    yield page
    context.close()


def looks_right(page: Page) -> None:
    fits_a_phone(page)
    is_clean(page)


def test_staff_work_the_queue_with_keys(page: Page, path: Path, reported: ServiceRequest) -> None:
    page.goto("/laporan")
    looks_right(page)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/laporan/{reported.ticket.digits}")
    looks_right(page)
    db = connect(path)
    before = len(staff_actions.of_request(db, reported.id))
    page.keyboard.press("k")
    is_clean(page)
    kept = page.locator("details.chooser[open] button").nth(before + 1)
    word = kept.inner_text().split(maxsplit=1)[1]
    page.keyboard.press(str(before + 2))
    page.locator(".banner", has_text="Menunggu pusat").wait_for()
    assert word in page.locator(".waiting").inner_text()
    assert len(staff_actions.of_request(db, reported.id)) == before + 1
    db.close()
    looks_right(page)


def test_a_call_is_taken_and_its_number_read_aloud(page: Page) -> None:
    page.goto("/laporan")
    page.keyboard.press("n")
    page.wait_for_url("**/laporan/baru")
    looks_right(page)
    page.keyboard.type("pohon tumbang menutup jalan n j k /")
    page.click("text=Simpan dan tampilkan nomor")
    page.locator(".ticket").wait_for()
    looks_right(page)
    page.click("text=Buka laporan")
    assert "pohon tumbang menutup jalan n j k /" in page.inner_text("main")
    looks_right(page)


def test_keys_can_be_switched_off(page: Page) -> None:
    page.goto("/laporan")
    page.keyboard.press("?")
    page.click("text=Matikan pintasan")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.click("text=Nyalakan pintasan")
    assert page.url.endswith("/laporan")
    looks_right(page)
