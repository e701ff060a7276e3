"""Telling by voice in a real browser with a microphone that beeps: from the kiosk to the desk."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.staff import staffing
from appliance.desk.app import create_app as create_desk
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.kiosk.app import create_app as create_kiosk
from appliance.runtime import clock, ids
from appliance.runtime.kiosk_settings import Kiosk
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.cases import recordings
from appliance.store.database import connect
from tests.e2e.kiosk_screens import SCREEN, begin, fits, press, touch
from tests.support.axe import is_clean
from tests.support.browser import launched, served
from tests.unit.desk.conftest import CHEAP, PASSWORD, SITE
from web.hashing import Hashing

pytestmark = pytest.mark.slow

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
KEPT = "sessionStorage.getItem('recording')"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("voice") / "posko.db"
    migrate.ensure(made, SITE.site_code, ids.new_epoch)
    db = connect(made)
    hashed = passwords.derive(PASSWORD, b"salt" * 4, CHEAP)
    staffing.add(db, Account(name="budi", role=Role.ADMIN), hashed, clock.now(), by="test")
    db.close()
    return made


@pytest.fixture(scope="module")
def addresses(path: Path) -> Iterator[tuple[str, str]]:
    settings, opened = Settings(site=SITE, kiosk=Kiosk(microphone=True)), partial(connect, path)
    apps = (create_kiosk(settings, opened), create_desk(settings, opened, hashing=Hashing(CHEAP)))
    with ExitStack() as stack:
        kiosk, desk = (f"http://127.0.0.1:{stack.enter_context(served(app))}" for app in apps)
        yield kiosk, desk


@pytest.fixture(scope="module")
def hearing(browser: Browser) -> Iterator[Browser]:
    """A browser with a microphone; the flag that grants it is for tests alone."""
    with launched(browser.browser_type, *MICROPHONE) as found:
        yield found


def act(page: Page, name: str) -> None:
    page.click(f"[data-act={name}]")


def record(page: Page) -> None:
    begin(page)
    press(page, "[name=choose][value=sampah]")
    page.locator("[data-records]").wait_for()
    fits(page)
    press(page, "[data-records]")
    act(page, "record")
    page.get_by_text("0:01").wait_for()
    fits(page)
    is_clean(page, is_enhanced=True)
    act(page, "stop")
    page.locator("[data-act=play]").wait_for()
    fits(page)


def test_a_voice_is_recorded_sent_heard_and_written_down(
    hearing: Browser, addresses: tuple[str, str], path: Path
) -> None:
    kiosk, desk = addresses
    page = hearing.new_page(viewport=SCREEN, base_url=kiosk, locale="en-GB")
    record(page)
    act(page, "play")
    act(page, "erase")
    assert page.evaluate(KEPT) is None
    press(page, "[value=next]")
    assert page.locator(".field-error:visible").count() == 1
    record(page)
    press(page, "[value=next]")
    for touched in ("[name=place]", "[value=next]", "[value=next]", "[name=agree][value=no]"):
        press(page, touched)
    assert page.locator(".ticket").is_visible()
    assert page.evaluate(KEPT) is None
    page.context.close()

    page = hearing.new_page(base_url=desk)
    page.goto("/masuk")
    page.fill("[name=name]", "budi")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto("/rekaman")
    page.click("main .document")
    is_clean(page)
    heard = page.evaluate(
        """async () => { const sound = document.querySelector("audio"); await sound.play();
        return new Promise((done) => {
            sound.ontimeupdate = () => sound.currentTime > 0 && done(true) }) }"""
    )
    assert heard
    page.fill("[name=words]", "Sampah di gang Mawar")
    page.click("main form button")
    assert "Sampah di gang Mawar" in page.inner_text("main")
    page.context.close()
    db = connect(path)
    assert recordings.waiting(db, 9) == []
    db.close()


def test_whoever_leaves_leaves_nothing(hearing: Browser, addresses: tuple[str, str]) -> None:
    page = hearing.new_page(viewport=SCREEN, base_url=addresses[0])
    record(page)
    press(page, "[value=next]")
    press(page, "[value=back]")
    page.locator("[data-records]").wait_for()
    fits(page)
    assert page.evaluate(KEPT)
    page.goto("/")
    assert page.evaluate(KEPT) is None
    page.context.close()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_where_nothing_can_record_there_is_no_button(
    hearing: Browser, addresses: tuple[str, str], has_scripts: bool
) -> None:
    context = hearing.new_context(
        viewport=SCREEN, base_url=addresses[0], java_script_enabled=has_scripts
    )
    page = context.new_page()
    page.add_init_script("delete window.MediaRecorder")
    page.goto("/lapor")
    touch(page, "main [name=lang][value=id]")
    touch(page, "[name=choose][value=sampah]")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-records]").count() == 1
    assert not page.locator("[data-records]").is_visible()
    context.close()


def test_whoever_speaks_for_a_minute_is_not_idle(
    hearing: Browser, addresses: tuple[str, str]
) -> None:
    page = hearing.new_page(viewport=SCREEN, base_url=addresses[0])
    page.clock.install()
    begin(page)
    touch(page, "[name=choose][value=sampah]")
    touch(page, "[data-records]")
    act(page, "record")
    page.locator("[data-act=stop]").wait_for()
    page.clock.run_for(61_000)
    page.locator("[data-act=stop]").wait_for(state="hidden")
    page.clock.run_for(60_000)
    assert not page.locator("[data-ask]").is_visible()
    page.clock.run_for(31_000)
    assert page.locator("[data-ask]").is_visible()
    page.context.close()
