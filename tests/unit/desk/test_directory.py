"""The directory of officials at the desk."""

import sqlite3
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.actions.officials import directory
from appliance.desk import official_forms
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn
from appliance.domain.staff.accounts import Role
from appliance.store.database import transaction
from appliance.store.officials import directory as officials
from appliance.store.staff import staff_log
from tests.conftest import at
from tests.unit.desk.conftest import LoggedIn

Desk = Callable[[Role], LoggedIn]
PHONE, SHOWN = Msisdn("+6281234567890"), "0812-3456-7890"
HEAD = Official(agency="DLHK", rank=1, phone=PHONE, name="Ibu Kadis")
FORM = {"agency": "DLHK", "rank": "1", "name": "Ibu Kadis", "phone": "0812 3456 7890"}


def noted(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    entries = staff_log.page(db, by="", subject="DLHK/1", before=None, limit=9)
    return [(entry.by, entry.what, entry.subject) for entry in entries]


@pytest.mark.parametrize("role", Role)
def test_a_number_is_masked_until_asked_for_and_that_is_noted(
    desk: Desk, db: sqlite3.Connection, role: Role
) -> None:
    directory.put(db, HEAD, at())
    who = desk(role)
    page = who.get("/pejabat").text
    assert ("Ibu Kadis" in page, PHONE.masked in page) == (True, True)
    assert not any(number in page for number in (SHOWN, PHONE.e164))
    assert noted(db)[0][1] == "official_put"
    assert SHOWN in who.post("/pejabat/nomor", agency="DLHK").text
    assert noted(db)[0] == (f"uji-{role}", "official_phone", "DLHK/1")
    assert SHOWN not in who.get("/pejabat").text


def test_the_numbers_of_one_agency_are_not_those_of_another(desk: Desk, db) -> None:
    directory.put(db, HEAD, at())
    other = Official(agency="DISHUB", rank=1, phone=Msisdn("+6281300000001"), name="Pak Kadis")
    directory.put(db, other, at())
    page = desk(Role.OPERATOR).post("/pejabat/nomor", agency="DISHUB").text
    assert ("0813-0000-0001" in page, SHOWN in page) == (True, False)
    assert desk(Role.CAMAT).post("/pejabat/nomor", agency="X").status_code == 404


def test_an_administrator_enters_changes_and_removes(desk: Desk, db: sqlite3.Connection) -> None:
    admin = desk(Role.ADMIN)
    assert admin.post("/pejabat/isi", **FORM).status_code == 303
    form = admin.get("/pejabat/isi?agency=DLHK&rank=1&valid_from=").text
    assert ("Ibu Kadis" in form, SHOWN in form, PHONE.masked in form) == (True, False, True)
    admin.post("/pejabat/isi", **{**FORM, "phone": "", "valid_until": "2026-12-31"})
    [entry] = officials.every(db)
    assert (entry.official.phone, entry.official.valid_until) == (PHONE, date(2026, 12, 31))
    admin.post("/pejabat/hapus", agency="DLHK", rank="1", valid_from="")
    assert officials.every(db) == []
    assert [what for _, what, _ in noted(db)] == [
        "official_removed",
        "official_put",
        "official_put",
    ]


def test_a_successor_is_entered_and_removed_without_her_predecessor(desk: Desk, db) -> None:
    admin = desk(Role.ADMIN)
    admin.post("/pejabat/isi", **FORM)
    later = {**FORM, "name": "Pak Baru", "valid_from": "2027-01-01"}
    page = admin.post("/pejabat/isi", **later)
    assert (page.status_code, "sudah ada orang lain" in page.text) == (422, True)
    admin.post("/pejabat/isi", **{**FORM, "valid_until": "2026-12-31"})
    assert admin.post("/pejabat/isi", **later).status_code == 303
    admin.post("/pejabat/hapus", agency="DLHK", rank="1", valid_from="2027-01-01")
    assert [entry.official.name for entry in officials.every(db)] == ["Ibu Kadis"]


def test_what_the_city_has_published_is_only_read(desk: Desk, db: sqlite3.Connection) -> None:
    with transaction(db):
        officials.replace(db, "city", [HEAD], at().wall)
    admin = desk(Role.ADMIN)
    assert "/pejabat/isi?" not in admin.get("/pejabat").text
    assert admin.get("/pejabat/isi?agency=DLHK&rank=1&valid_from=").status_code == 404
    assert admin.post("/pejabat/hapus", agency="DLHK", rank="1", valid_from="").status_code == 404
    assert admin.post("/pejabat/isi", **{**FORM, "name": "Lain"}).status_code == 303
    assert "Tidak dipakai" in admin.get("/pejabat").text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("agency", "XYZ", "Pilih salah satu dinas"),
        ("rank", "10", "Urutan 1 sampai 9"),
        ("rank", "²", "Urutan 1 sampai 9"),
        ("name", " ", "Isi nama"),
        ("post", "x" * 81, "Paling banyak 80"),
        ("phone", "0761 123", "bukan telepon rumah"),
        ("valid_from", "1-1-2027", "Tulis tanggal"),
        ("valid_until", "2020-13-01", "Tulis tanggal"),
        ("quiet_hours", "malam", "Tulis jam"),
    ],
)
def test_mistakes_are_told_beside_their_field(
    desk: Desk, field: str, typed: str, words: str
) -> None:
    page = desk(Role.ADMIN).post("/pejabat/isi", **{**FORM, field: typed})
    assert (page.status_code, words in page.text) == (422, True)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(official_forms.FIELDS), st.text(max_size=30)))
def test_any_form_is_an_official_or_a_list_of_mistakes(form: dict[str, str]) -> None:
    result = official_forms.parse({**FORM, **form}, {"DLHK"}, None)
    if isinstance(result, Official):
        assert (
            official_forms.parse(
                {**official_forms.shown(result), "phone": ""}, {"DLHK"}, result.phone
            )
            == result
        )
    else:
        assert set(result) <= set(official_forms.FIELDS)
