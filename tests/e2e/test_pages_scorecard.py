"""The city's public pages as a phone and a desktop see them, and axe-core."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from appliance.domain.cases.service_request import Status
from command_center.cases import casework
from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.axe import is_clean
from tests.support.browser import fits_a_phone, served
from tests.support.city_staff import a_center
from tests.unit.command_center.city import hello, received

pytestmark = pytest.mark.slow


def test_everybody_can_read_the_report_card_at_any_width(browser: Browser, tmp_path: Path) -> None:
    """With a ranked agency, a mass ending, a small one, a secret one and quiet ones."""
    engine = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    hello(engine)
    for n in range(24):
        case = received(
            engine,
            agency="PERKIM" if n > 20 else "DLHK",
            category="sampah",
            created_at=START + timedelta(hours=n),
        )
        if n < 12:
            at = START + timedelta(days=2, seconds=n)
            casework.change_status(engine, case.request_id, Status.RESOLVED, "", by="x", now=at)
    for _ in range(6):
        received(engine, agency="DP3APM", category="kekerasan", sensitivity="rahasia", text="x")
    app = a_center(engine, now=START + timedelta(days=40))
    with served(app) as port:
        for width in (360, 1280):
            context = browser.new_context(
                viewport={"width": width, "height": 800}, base_url=f"http://localhost:{port}"
            )
            page = context.new_page()
            page.goto("/rapor")
            fits_a_phone(page)
            is_clean(page)
            assert page.get_by_text("12 ditutup serentak").is_visible()
            page.get_by_role("link", name="Data terbuka").click()
            fits_a_phone(page)
            is_clean(page)
            context.close()
    engine.dispose()
