"""The way to the Internet in the small window that a phone opens: no cookies, no JavaScript."""

import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.wifi import wifi_leases
from appliance.runtime import clock, ids
from appliance.runtime.neighbours import Neighbour
from appliance.runtime.settings import Settings, Site
from appliance.runtime.wifi_settings import Wifi, WifiZone
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as wifi
from captive_portal.app import create_app
from tests.support.browser import LAN_NAME, fits_a_phone, served
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:00:11"
APPLE_WINDOW = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posko.db"


@pytest.fixture
def address(path: Path) -> Iterator[str]:
    settings = Settings(
        site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"),
        wifi=Wifi(zones=(WifiZone(name="taman", interface="br", ipv4="10.77.0.1/24"),)),
    )
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    phone = Neighbour(mac=MAC, ip="10.77.0.5", interface="br", state="reachable")
    app = create_app(settings, partial(connect, path), look_up=lambda _ip: phone)
    app.after_request(_without_cookies)
    with served(app) as port:
        yield f"http://{LAN_NAME}:{port}"


def _without_cookies(response):
    """The window forgets them."""
    response.headers.pop("Set-Cookie", None)
    return response


@pytest.fixture(params=[360, 320])
def window(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": request.param, "height": 640},
        java_script_enabled=False,
        user_agent=APPLE_WINDOW,
        base_url=address,
        locale="id-ID",
    )
    yield context.new_page()
    context.close()


def let_in(path: Path) -> None:
    """The gate's part: it lets the session through that the portal wants."""
    with closing(connect(path)) as db:
        live = wait_for(lambda: wifi.live_by_mac(db, MAC), "a session is wanted")
        wifi_leases.take_up(db, {live.id: 1}, clock.now())


def test_one_tap_and_a_full_page_later_the_phone_is_online(window: Page, path: Path) -> None:
    """WiFi check 32."""
    window.goto("/")
    fits_a_phone(window)
    gate = threading.Thread(target=let_in, args=(path,))
    gate.start()
    window.get_by_role("button", name="Sambungkan ke Internet").click()
    window.wait_for_url("**/wifi?kode=*")
    gate.join()
    fits_a_phone(window)
    assert window.get_by_role("heading", name="Internet tersambung").is_visible()
    assert window.context.cookies() == []
    code = window.locator(".ticket-number").inner_text()
    assert len(code.replace(" ", "")) == 10
    window.get_by_role("button", name="Putuskan").click()
    window.wait_for_url("**/wifi")
    fits_a_phone(window)
    assert window.get_by_role("button", name="Sambungkan ke Internet").is_visible()


def test_the_terms_are_plain_and_reporting_asks_for_none(window: Page) -> None:
    """WiFi check 32: and no file is asked for where none can be sent."""
    window.goto("/")
    window.get_by_role("link", name="ketentuan dan privasi").click()
    fits_a_phone(window)
    assert window.get_by_text("Melapor tidak memerlukan persetujuan ini").is_visible()
    window.goto("/lapor")
    fits_a_phone(window)
    assert window.locator("input[type=file]").count() == 0
