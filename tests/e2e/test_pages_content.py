"""What residents read on the portal, as a phone of 360 pixels and as axe-core see it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.actions.cases import intake, questions
from appliance.actions.public import announcing, board
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import clock, ids
from appliance.runtime.settings import Settings, Site
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.public.announcements import Stored
from captive_portal.app import create_app
from tests.builders import a_draft
from tests.support.axe import is_clean
from tests.support.browser import LAN_NAME, fits_a_phone, served

pytestmark = pytest.mark.slow

ANI = Account(name="ani", role=Role.OPERATOR)
AGREED = (Consent(purpose=Purpose.PUBLISH, language="id"),)


def filled(path: Path) -> None:
    """Something of everything that residents may read."""
    db, now = connect(path), clock.now()
    for text, is_question in (
        ("Sampah menumpuk di gang Mawar", False),
        ("KTP saya belum jadi", False),
        ("Kapan sampah di jl Salak diangkut?", True),
    ):
        draft = a_draft(text, consents=AGREED, is_question=is_question, reporter_phone=None)
        receipt = intake.receive(db, draft, now)
        assert isinstance(receipt, intake.Receipt)
        if is_question:
            questions.answer(
                db, receipt.request.id, "Senin.", action_id=ids.new_id(), by=ANI, now=now
            )
        board.publish(db, receipt.request, by="ani", now=now)
    today = now.day.isoformat()
    news = Stored(id=ids.new_id(), title="Posyandu", body="Jumat.", from_day=today, until_day=None)
    announcing.save(db, news, by="ani", now=now)
    db.close()


@pytest.fixture
def phone(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    path = tmp_path / "posko.db"
    settings = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    filled(path)
    app = create_app(settings, partial(connect, path), now=clock.now, new_id=ids.new_id)
    with served(app) as port:
        context = browser.new_context(
            viewport={"width": 360, "height": 640},
            base_url=f"http://{LAN_NAME}:{port}",
            locale="id-ID",
        )
        yield context.new_page()
        context.close()


def is_good(page: Page) -> None:
    fits_a_phone(page)
    is_clean(page)


def test_a_resident_reads_asks_and_supports(phone: Page) -> None:
    """One walk over all pages: each fits, and has no barrier."""
    phone.goto("/")
    is_good(phone)
    phone.get_by_role("link", name="Selengkapnya").click()
    is_good(phone)
    phone.goto("/")
    phone.get_by_role("link", name="Layanan").click()
    is_good(phone)
    phone.get_by_label("Layanan: apa yang perlu dibawa?").fill("ktp hilang")
    phone.get_by_role("button", name="Cari").click()
    phone.get_by_role("link", name="KTP-el hilang").click()
    is_good(phone)
    phone.goto("/")
    phone.get_by_role("link", name="Papan aduan").click()
    is_good(phone)
    phone.get_by_role("button", name="Dukung").first.click()
    phone.wait_for_url("**/papan/*")
    is_good(phone)
    phone.goto("/rapor")
    is_good(phone)
    phone.goto("/")
    phone.get_by_role("link", name="Tanya jawab").click()
    is_good(phone)
    phone.get_by_role("link", name="Ajukan pertanyaan").click()
    is_good(phone)
    phone.get_by_label("Apa yang ingin Anda ketahui?").fill("Jam berapa kantor buka?")
    phone.get_by_role("main").get_by_role("button", name="Kirim pertanyaan").click()
    phone.wait_for_url("**/tiket/*")
    is_good(phone)
    assert phone.get_by_role("heading", name="Pertanyaan Anda tersimpan").is_visible()
    phone.get_by_role("link", name="Tambahkan foto").click()
    is_good(phone)
