"""A document's way through the archive, from an officer's screen to a resident's phone."""

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.archive import archive_texts, archiving
from appliance.actions.staff import staffing
from appliance.archive.queue import ReadingQueue
from appliance.desk.app import create_app
from appliance.domain.archive.card import Access
from appliance.domain.archive.text import Trouble, failed, found
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings
from appliance.store import migrate
from appliance.store.database import connect
from captive_portal import app as portal_app
from tests.builders import a_card
from tests.support import office_files
from tests.support.axe import is_clean
from tests.support.browser import fits_a_phone, served
from tests.unit.desk.conftest import CHEAP, PASSWORD, SITE
from web.hashing import Hashing

pytestmark = pytest.mark.slow

SIZES = [{"width": 1280, "height": 800}, {"width": 360, "height": 740}]
QUOTA = archiving.Quota(file_max_bytes=1024 * 1024, share_percent=80)
CARDS = [
    {"title": "Pembentukan Satuan Tugas Kebersihan", "number": "188.45/12/2024"},
    {"title": "Jam Pelayanan Selama Ramadan", "number": "005/77/2026", "year": 2026, "kind": "se"},
    {
        "title": "Evaluasi Kinerja Pegawai",
        "year": 2025,
        "kind": "laporan",
        "access": Access.RESTRICTED,
    },
]
TEXT = (
    "Menimbang bahwa dalam rangka kebersihan lingkungan perlu dibentuk satuan tugas. "
    "Satuan tugas bergotong royong setiap Sabtu bersama RT dan RW di seluruh kelurahan."
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("archive") / "posko.db"
    migrate.ensure(made, SITE.site_code, ids.new_epoch)
    db = connect(made)
    hashed = passwords.derive(PASSWORD, b"salt" * 4, CHEAP)
    staffing.add(db, Account(name="budi", role=Role.ADMIN), hashed, clock.now(), by="test")
    for number, card in enumerate(CARDS):
        file, name = io.BytesIO(office_files.pdf(str(number))), ids.new_id()
        archiving.put_in(db, file, a_card(**card), QUOTA, clock.now(), document_id=name, by="budi")
        taken = archive_texts.take(db, clock.now())
        assert taken
        reading = failed(Trouble.ENCRYPTED) if number == 2 else found(TEXT)
        archive_texts.settle(db, taken, reading, clock.now())
    db.close()
    return made


@pytest.fixture(scope="module")
def address(path: Path) -> Iterator[str]:
    app = create_app(Settings(site=SITE), partial(connect, path), hashing=Hashing(CHEAP))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def portal(path: Path) -> Iterator[str]:
    with served(portal_app.create_app(Settings(site=SITE), partial(connect, path))) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=SIZES, ids=lambda size: str(size["width"]))
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=request.param, base_url=address, locale="id")
    page = context.new_page()
    page.goto("/masuk")
    page.get_by_label("Nama akun").fill("budi")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    yield page
    context.close()


def test_a_document_is_put_in_searched_and_read_by_a_resident(
    page: Page, path: Path, portal: str
) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    if width < 640:
        page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Arsip", exact=True).click()
    page.get_by_label("Cari").fill("gotong royong")
    page.get_by_role("button", name="Cari").click()
    assert page.locator("mark").first.inner_text() == "bergotong"
    looks_right(page)

    page.get_by_role("link", name="Simpan dokumen").click()
    page.get_by_role("button", name="Simpan").click()
    assert page.locator(".field-error").count() >= 3
    looks_right(page)
    title = f"Lomba kelurahan {width}"
    page.get_by_label("Judul").fill(title)
    page.get_by_label("Jenis").select_option("surat")
    page.get_by_label("Siapa boleh").select_option("public")
    pdf = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": office_files.pdf(title)}
    page.get_by_label("Berkas").set_input_files(pdf)  # type: ignore[arg-type]
    page.get_by_role("button", name="Simpan").click()
    assert page.get_by_role("heading", level=1).inner_text() == title
    looks_right(page)
    db = connect(path)
    ReadingQueue(lambda: connect(path), lambda *_: found("hadiah piala camat"), clock.now).turn(db)
    db.close()

    page.goto("/arsip?akses=restricted")
    page.get_by_role("link", name="Evaluasi").click()
    assert page.get_by_text("terkunci kata sandi").is_visible()
    page.goto("/arsip/retensi")
    looks_right(page)

    page.goto(f"{portal}/dokumen")
    page.get_by_role("searchbox").fill("piala")
    page.get_by_role("button", name="Cari").click()
    assert page.get_by_role("link", name=title).is_visible()
    looks_right(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=title).click()
    assert download.value.suggested_filename == f"{title}.pdf"


def looks_right(page: Page) -> None:
    """Whoever holds a phone, and whoever hears the page, can use it."""
    is_clean(page)
    fits_a_phone(page)
