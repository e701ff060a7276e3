"""The page of a week."""

import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.cases import intake
from appliance.actions.sms import texting
from appliance.domain.staff.accounts import Role
from appliance.store.database import transaction
from appliance.store.wifi import wifi_sessions as wifi
from tests.builders import PHONE, a_draft
from tests.conftest import Clock, at
from tests.unit.desk.conftest import LoggedIn

Desk = Callable[[Role], LoggedIn]


def squeezed(html: str) -> str:
    return " ".join(html.split())


def test_the_page_counts_a_week_and_shows_nothing_of_anybody(
    desk: Desk, db: sqlite3.Connection
) -> None:
    intake.receive(db, a_draft("Sampah menumpuk depan rumah Bu Tuti", location="gang Melati"), at())
    intake.receive(db, a_draft("Saya dipukul suami saya tiap malam", reporter_phone=None), at())
    intake.receive(db, a_draft("Lampu jalan mati", reporter_phone=None), at(days=5))
    texting.send(db, PHONE, "Selamat pagi", at())
    with transaction(db):
        wifi.add(db, a_new_session(), at().wall)
    page = squeezed(desk(Role.CAMAT).get("/ringkasan").text)
    assert "16 November 2026 sampai 22 November 2026" in page
    for words in (
        "<dt>Laporan masuk</dt><dd>2</dd>",
        "<dt>Rahasia</dt><dd>1</dd>",
        '<td>Sampah</td><td class="cell-number cell-end">1</td>',
        '<td>WiFi</td><td class="cell-number cell-end">2</td>',
        "<td>DLHK</td>",
        "<dt>Sesi</dt><dd>1</dd>",
    ):
        assert words in page
    for secret in ("Tuti", "Melati", PHONE.e164, "34567890", "ekerasan", "DP3APM", "Lampu"):
        assert secret not in page


def a_new_session() -> wifi.NewSession:
    return wifi.NewSession(
        id="00000000-0000-7000-8000-000000000009",
        zone="kantor",
        mac="02:00:5e:10:00:01",
        device="d" * 32,
        resume_hash="r" * 64,
        terms_version="1",
        granted_s=60,
        granted_bytes=None,
    )


def test_other_weeks_are_found_from_here_within_a_year(desk: Desk, clock: Clock) -> None:
    operator = desk(Role.OPERATOR)
    page = operator.get("/ringkasan").text
    assert "/ringkasan?minggu=2026-W46" in page
    assert "minggu=2026-W48" not in page
    assert "minggu=2026-W47" in operator.get("/ringkasan?minggu=2026-W46").text
    assert "tidak lengkap" in operator.get("/ringkasan?minggu=2026-W20").text


@pytest.mark.parametrize("week", ["2026-W48", "2025-W40", "x", "", "2026-W99"])
def test_no_other_week_has_a_page(desk: Desk, week: str) -> None:
    assert desk(Role.OPERATOR).get(f"/ringkasan?minggu={week}").status_code == 404
