"""The first setup on the kiosk's screen: from a box without settings to one that serves residents.

Box check 21, its part without qemu: the pages that an image's first boot shows, walked by touch."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.domain.city import enrolment
from appliance.runtime import settings
from appliance.screen.browser_watch import PATH
from appliance.setup.app import create_app
from appliance.setup.draft import Folder
from appliance.setup.installing import Installer, serve_request
from appliance.setup.machine import look
from appliance.setup.site_file import Machine
from tests.sim.running import running_modem
from tests.support.axe import is_clean
from tests.support.browser import overflow, served, small_targets
from tests.support.ports import unused_ports
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

FINGER_PX = 75
"""20 mm at 96 dpi, less what rounding takes."""
_CUT_OFF = """() => [...document.querySelectorAll('main *, footer *')]
    .filter(e => !e.closest('.visually-hidden, .clamp, svg'))
    .filter(e => { const b = e.getBoundingClientRect();
        return b.bottom > innerHeight + .5 || b.right > innerWidth + .5
            || (e.matches('button, a') && e.scrollWidth > e.clientWidth + 1) })
    .map(e => e.outerHTML.slice(0, 80))"""


class Box:
    """A box without settings, its pages, and root that is called by hand."""

    def __init__(self, home: Path) -> None:
        self.folder = Folder(home / "state", home / "run")
        self.config = home / "etc/posko.toml"
        self.is_over = False
        (home / "dev/serial/by-id").mkdir(parents=True)
        self._home = home
        self.installer = Installer(self.config, self.look, services=home / "no-systemd")
        self.installer_of_tests()

    def look(self) -> Machine:
        """This machine's, as if it had a radio and a screen; the office's network is known."""
        network = "192.168.1.0/24"
        return replace(
            look(self._home),
            radio="wlan7",
            driver="mt76x2u",
            has_screen=True,
            office_network=network,
            office_address="192.168.1.10",
        )

    def installer_of_tests(self) -> None:
        """Settings that a city's image brings: here, where the database is."""
        additions = settings.additions(self.config)
        additions.mkdir(parents=True)
        (additions / "00-city.toml").write_text(f'[store]\npath = "{self._home}/posko.db"\n')

    def app(self):
        """The pages, as they start anew."""
        return create_app(self.folder, self.finish, machine=self.look)

    def finish(self) -> None:
        self.is_over = True


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path)
    with running_modem(tmp_path) as modem:
        modem.wait_until_up()
        port = tmp_path / "dev/serial/by-id/usb-SimTech_SIM7600-if02-port0"
        port.symlink_to(tmp_path / "modem")
        yield made


def lives(port: int, since_s: float) -> bool:
    """Whether the page has said so since a moment."""
    asked_s = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}") as answer:
        age_s = json.load(answer)["age_s"]
    return age_s is not None and age_s < asked_s - since_s


def type_on_screen(page: Page, text: str) -> None:
    for char in text:
        page.locator(f"[data-key='{char}']").first.click()


@pytest.mark.parametrize(("width", "height"), [(1024, 600), (1280, 800)])
def test_a_box_is_set_up_by_touch_alone_and_goes_on_after_each_power_cut(
    browser: Browser, box: Box, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID")
    page = context.new_page()

    def fits(*, is_enhanced: bool = True) -> None:
        assert overflow(page) == (0, 0), page.url
        assert small_targets(page, FINGER_PX) == [], page.url
        assert page.evaluate(_CUT_OFF) == [], page.url
        is_clean(page, is_enhanced=is_enhanced)

    def go(selector: str) -> None:
        page.locator(f"{selector}:not(.visually-hidden)").first.click()
        fits()

    with served(box.app()) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.url.endswith("/tempat")
        fits()
        type_on_screen(page, "bukit r")
        go("footer .btn-primary")
        go("button[value='14.71.07']")
        assert page.locator("#f-typed").input_value() == "Posko Bukit Raya"
        go("a[href='/negara']")
        go("[name=country][value=ID]")
        go("footer [value=next]")
    with served(box.app()) as port:  # the power was cut
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.url.endswith("/modem")
        page.locator("main [name=device]").click()
        page.get_by_text("Modem siap dipakai").wait_for(timeout=20_000)
        fits()
        go("footer .btn-primary")
        for digit in "081234567890":
            page.locator(f".pad [value='{digit}']").click()
        go("footer [value=next]")
        page.fill("#f-typed", f"http://127.0.0.1:{unused_ports(1)[0]}")
        go("footer [value=next]")
        type_on_screen(page, "abc")
        go("footer [value=next]")
        assert page.locator(".field-error").is_visible()
        page.fill("#f-typed", str(enrolment.make(b"chance chanc")).lower())
        go("footer [value=next]")
        go("[name=open][value=yes]")
        assert "Bukit Raya, Kota Pekanbaru (14.71.07)" in page.inner_text("main")
    with served(box.app()) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        assert page.url.endswith("/periksa")
        page.locator("footer .btn-primary").click()
        page.get_by_text("Memasang").wait_for()
        since_s = time.monotonic()
        wait_for(lambda: lives(port, since_s), "the page says that it lives while root works")
        serve_request(box.folder, box.installer)
        page.get_by_text("Belum berhasil: mendaftar ke kota").wait_for(timeout=10_000)
        fits()
        go("a[href='/kota']")
        go("footer [value=skip]")
        go("[name=open][value=yes]")
        page.locator("footer .btn-primary").click()
        page.get_by_text("Memasang").wait_for()
        serve_request(box.folder, box.installer)
        page.get_by_text("Kotak siap dipakai").wait_for(timeout=10_000)
        fits()
        assert "http://192.168.1.10:8082/siapkan" in page.inner_text("main")
        assert re.fullmatch(r"[0-9A-Z -]{8,}", page.locator(".setup-code").inner_text())
        go("footer .btn-primary")
    context.close()
    assert box.is_over
    assert not box.folder.answers_file.exists()
    written = settings.load(box.config)
    assert written.site.name == "Bukit Raya"
    assert written.radio.networks[0].ssid == "Posko Bukit Raya"
    assert written.modem.own_numbers == ("+6281234567890",)
    assert written.desk.open_to == ("192.168.1.0/24",)
    assert box.config.stat().st_mode & 0o777 == 0o640
    assert written.store.path.exists()
