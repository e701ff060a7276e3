"""Staff keep announcements and services."""

import re
import sqlite3

import pytest

from appliance.domain.public.service_page import shipped
from appliance.domain.staff.accounts import Role
from appliance.store.public import announcements, service_pages


@pytest.fixture
def operator(desk):
    return desk(Role.OPERATOR)


def typed(operator, **changes: str) -> dict[str, str]:
    found = re.search(r'name="id" value="([^"]+)"', operator.get("/pengumuman").text)
    assert found
    fields = {"id": found[1], "title": "Posyandu", "body": "Jumat.\n\nGratis.",
              "from_day": "2026-11-21", "until_day": ""}  # fmt: skip
    return fields | changes


def test_an_announcement_is_written_changed_and_deleted(operator, db: sqlite3.Connection) -> None:
    assert operator.post("/pengumuman", **typed(operator)).status_code == 303
    [one] = announcements.every(db)
    assert one.body == "Jumat.\n\nGratis."
    assert "Tampil" in operator.get("/pengumuman").text
    operator.post("/pengumuman", **typed(operator, id=one.id, title="Posyandu balita"))
    assert [each.title for each in announcements.every(db)] == ["Posyandu balita"]
    assert "Posyandu balita" in operator.get(f"/pengumuman/{one.id}").text
    operator.post(f"/pengumuman/{one.id}/hapus")
    assert announcements.every(db) == []


@pytest.mark.parametrize("changes", [{"title": ""}, {"from_day": "x"}, {"id": ""}, {"id": "../x"}])
def test_a_mistake_keeps_what_was_typed(operator, db, changes) -> None:
    page = operator.post("/pengumuman", **typed(operator, body="Kata saya", **changes))
    assert page.status_code == 422
    assert "Kata saya" in page.text
    assert announcements.every(db) == []


def test_a_draft_is_confirmed_by_saving_it(operator, db) -> None:
    assert "Draf: belum tampil" in operator.get("/layanan").text
    assert "Seluruh halaman ini" in operator.get("/layanan/sktm").text
    operator.post("/layanan", slug="sktm", title="SKTM", requirements="KTP\nKK", fee="Gratis")
    assert service_pages.every(db)["sktm"].is_shown
    operator.post("/layanan", slug="ktp", title="KTP", hide="1")
    assert not service_pages.every(db)["ktp"].is_shown
    operator.post("/layanan/ktp/kembalikan")
    assert "ktp" not in service_pages.every(db)


def test_a_service_of_their_own_takes_no_others_place(operator, db) -> None:
    assert operator.post("/layanan", slug="", title="Izin parkir").status_code == 303
    assert list(service_pages.every(db)) == ["izin-parkir"]
    for title in ("Izin parkir", "KTP", "!!"):
        page = operator.post("/layanan", slug="", title=title)
        assert page.status_code == 422
        assert title in page.text
    assert list(service_pages.every(db)) == ["izin-parkir"]


def test_all_that_is_shipped_opens(operator) -> None:
    assert all(operator.get(f"/layanan/{slug}").status_code == 200 for slug in shipped())
    assert operator.get("/layanan-baru").status_code == 200
    assert operator.get("/layanan/nope").status_code == 404
