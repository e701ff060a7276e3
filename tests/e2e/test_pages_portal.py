"""The portal as a phone shows it: 360 and 320 pixels wide, no JavaScript, plain HTTP by name."""

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Site
from appliance.store import migrate
from appliance.store.database import connect
from captive_portal.app import create_app
from tests.support.axe import is_clean
from tests.support.browser import LAN_NAME, fits_a_phone, served

pytestmark = pytest.mark.slow

NUMBERS = itertools.count(1)
"""Another house each time, since the same one would be the same ticket."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("portal") / "posko.db"
    settings = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    app = create_app(settings, partial(connect, path), now=clock.now, new_id=ids.new_id)
    with served(app) as port:
        yield f"http://{LAN_NAME}:{port}"


@pytest.fixture(params=[360, 320])
def phone(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": request.param, "height": 640},
        java_script_enabled=False,
        base_url=address,
        locale="id-ID",
    )
    yield context.new_page()
    context.close()


def test_a_resident_reports_and_sees_the_ticket(phone: Page) -> None:
    phone.goto("/")
    fits_a_phone(phone)
    report = phone.get_by_role("link", name="Lapor", exact=True)
    box = report.bounding_box()
    assert box
    assert box["y"] + box["height"] < 640, "the way to report must be in sight without scrolling"
    report.click()
    fits_a_phone(phone)
    phone.get_by_label("Apa masalahnya?").fill(f"Lampu jalan mati di gang Anggrek {next(NUMBERS)}")
    phone.get_by_label("Kelurahan").select_option(label="Simpang Tiga")
    phone.get_by_label("Nomor HP").fill("0812 3456 7890")
    phone.get_by_role("main").get_by_role("button", name="Kirim laporan").click()
    phone.wait_for_url("**/tiket/*")
    fits_a_phone(phone)
    assert phone.get_by_role("heading", name="Laporan Anda tersimpan").is_visible()
    assert phone.locator(".ticket").is_visible()
    assert phone.locator(".tick-done").count() == 1
    assert phone.locator(".qr svg").is_visible()


def test_a_mistake_keeps_the_text_and_fits(phone: Page) -> None:
    phone.goto("/lapor")
    phone.get_by_label("Apa masalahnya?").fill("Parit tersumbat")
    phone.get_by_label("Nomor HP").fill("12")
    phone.get_by_label("Nomor HP").press("Enter")
    phone.wait_for_selector(".field-error")
    fits_a_phone(phone)
    assert phone.get_by_label("Apa masalahnya?").input_value() == "Parit tersumbat"
    assert phone.locator("html").get_attribute("lang") == "id", "Enter must send, not switch"


def test_the_language_button_keeps_the_text(phone: Page) -> None:
    phone.goto("/lapor")
    phone.get_by_label("Apa masalahnya?").fill("Parit tersumbat")
    phone.get_by_role("button", name="English").click()
    phone.wait_for_selector("html[lang=en]")
    fits_a_phone(phone)
    assert phone.get_by_label("What is wrong?").input_value() == "Parit tersumbat"


def test_a_wrong_number_fits_and_says_so(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_label("Sudah melapor? Lihat keadaannya").fill("07 123 456")
    phone.get_by_role("button", name="Cari").click()
    phone.wait_for_url("**/status*")
    fits_a_phone(phone)
    assert phone.get_by_text("Nomor laporan tidak ditemukan").is_visible()


def test_the_first_page_and_the_form_have_no_barriers(browser: Browser, address: str) -> None:
    page = browser.new_page(base_url=address, locale="id-ID")
    for path in ("/", "/lapor", "/status"):
        page.goto(path)
        is_clean(page)
    page.context.close()


def test_text_of_twice_the_size_stays_in_the_window(phone: Page) -> None:
    """WCAG 2.2, 1.4.4; Android enlarges the text of a portal's window as its owner has set it."""
    for path in ("/", "/lapor", "/status?tiket=1", "/layanan", "/tanya-jawab", "/papan"):
        phone.goto(path)
        assert beside_large_text(phone) == [], path
    phone.goto("/lapor")
    phone.get_by_role("main").get_by_role("button", name="Kirim laporan").click()
    phone.get_by_text("Laporan belum terkirim").wait_for()
    assert beside_large_text(phone) == []
    phone.get_by_label("Apa masalahnya?").fill(f"Lampu jalan mati di gang Melati {next(NUMBERS)}")
    phone.get_by_role("main").get_by_role("button", name="Kirim laporan").click()
    phone.wait_for_url("**/tiket/*")
    assert beside_large_text(phone) == []


def beside_large_text(page: Page) -> list[str]:
    """What reaches out of its window or lies upon the language's button, at 200 per cent."""
    page.wait_for_load_state("load")
    found: list[str] = page.evaluate(
        """() => {
            document.documentElement.style.setProperty('font-size', '200%')
            const lang = document.querySelector('.lang')?.getBoundingClientRect()
            return [...document.querySelectorAll('body *')]
                .filter(e => !e.closest('.visually-hidden, .skip, svg'))
                .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
                .filter(e => {
                    const range = document.createRange()
                    range.selectNodeContents(e)
                    const b = range.getBoundingClientRect()
                    const upon = lang && e.closest('.plate') && b.right > lang.left
                        && b.bottom > lang.top && b.top < lang.bottom
                    const button = e.closest('.btn')?.getBoundingClientRect()
                    const isOut = button && b.right > button.right + .5
                    return b.right > innerWidth + .5 || upon || isOut })
                .map(e => e.outerHTML.slice(0, 80)) }"""
    )
    return found
