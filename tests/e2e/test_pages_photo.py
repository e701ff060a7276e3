"""A photo on a phone without JavaScript; and does a browser still see the same picture?"""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.domain.cases.photo import PHOTO_MAX_BYTES, cleaned
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Site
from appliance.store import blob_files, migrate
from appliance.store.cases import photos
from appliance.store.database import connect
from captive_portal.app import create_app
from tests.support.browser import LAN_NAME, fits_a_phone, served
from tests.support.photos import SECRET, exif

pytestmark = pytest.mark.slow

DRAWN = """type => {
  const canvas = document.createElement('canvas'), pen = canvas.getContext('2d')
  canvas.width = 320; canvas.height = 200
  pen.fillStyle = '#483'; pen.fillRect(0, 0, 320, 200)
  pen.fillStyle = '#fff'; pen.fillRect(20, 20, 90, 40)
  return canvas.toDataURL(type, 0.9).split(',')[1] }"""
SEEN = """async ([type, text]) => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0))
  const picture = await createImageBitmap(new Blob([bytes], {type}))
  const canvas = document.createElement('canvas'), pen = canvas.getContext('2d')
  canvas.width = picture.width; canvas.height = picture.height
  pen.drawImage(picture, 0, 0)
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data
  const sum = pixels.reduce((sum, n) => (sum * 31 + n) % 2147483647, 7)
  return [canvas.width, canvas.height, sum] }"""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def drawn(page: Page, media_type: str) -> bytes:
    """A picture as the browser's own encoder makes it."""
    return base64.b64decode(page.evaluate(DRAWN, media_type))


def seen(page: Page, media_type: str, picture: bytes) -> list[int]:
    """Width, height and a sum of all pixels, as the browser's own decoder shows it."""
    found: list[int] = page.evaluate(SEEN, [media_type, base64.b64encode(picture).decode()])
    return found


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_a_cleaned_photo_looks_the_same(blank: Page, media_type: str) -> None:
    picture = drawn(blank, media_type)
    clean = cleaned(picture)
    assert clean.media_type == media_type
    assert seen(blank, media_type, clean.content) == seen(blank, media_type, picture)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_cleaned_photo_stays_turned_as_the_phone_was_held(blank: Page, orientation: int) -> None:
    picture = drawn(blank, "image/jpeg")
    held = picture[:2] + exif(orientation) + picture[2:]
    clean = cleaned(held).content
    assert SECRET not in clean
    looks = seen(blank, "image/jpeg", clean)
    assert looks == seen(blank, "image/jpeg", held)
    assert (looks[0] < looks[1]) == (orientation in (6, 8))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    migrate.ensure(tmp_path / "posko.db", SETTINGS.site.site_code, ids.new_epoch)
    with closing(connect(tmp_path / "posko.db")) as opened:
        yield opened


SETTINGS = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))


@pytest.fixture(params=[360, 320])
def phone(
    request: pytest.FixtureRequest, browser: Browser, db: sqlite3.Connection, tmp_path: Path
) -> Iterator[Page]:
    database = partial(connect, tmp_path / "posko.db")
    app = create_app(SETTINGS, database, now=clock.now, new_id=ids.new_id)
    with served(app) as port:
        context = browser.new_context(
            viewport={"width": request.param, "height": 640},
            java_script_enabled=False,
            base_url=f"http://{LAN_NAME}:{port}",
            locale="id-ID",
        )
        yield context.new_page()
        context.close()


def test_a_resident_adds_a_photo_without_javascript(
    phone: Page, blank: Page, db: sqlite3.Connection
) -> None:
    picture = drawn(blank, "image/jpeg")
    file = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture + bytes(PHOTO_MAX_BYTES)}
    phone.goto("/lapor")
    phone.get_by_label("Apa masalahnya?").fill("Jalan berlubang")
    phone.get_by_label("Foto").set_input_files(file)
    phone.locator("main button").click()
    phone.wait_for_selector(".field-error")
    fits_a_phone(phone)
    assert phone.get_by_label("Apa masalahnya?").input_value() == "Jalan berlubang"
    phone.get_by_label("Foto").set_input_files({**file, "buffer": picture})
    phone.locator("main button").click()
    phone.wait_for_url("**/tiket/**")
    fits_a_phone(phone)
    assert phone.get_by_text("Foto Anda ikut tersimpan").is_visible()
    [name] = photos.files(db)
    kept = blob_files.of(db).file(name).read_bytes()
    assert seen(blank, "image/jpeg", kept) == seen(blank, "image/jpeg", picture)
    phone.goto("/dokumen")
    fits_a_phone(phone)
