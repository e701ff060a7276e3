"""An administrator makes a code, sees the boxes, and takes a credential back; others may not."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city import enrolment
from command_center.fleet import revoking
from command_center.fleet.authority import Authority
from command_center.fleet.office import Office
from command_center.staff.roles import Role
from command_center.store.database import reading, writing
from command_center.store.fleet import barred, credentials
from mqtt_link import openssl
from tests.conftest import SITE, START
from tests.support.city_staff import NOW, Officer, an_officer

SURE = {"reason": "dicuri semalam", "sure": "yes", "box": "lost"}


@pytest.fixture
def admin(city: Engine, office: Office) -> Officer:
    """Somebody who runs the center."""
    return an_officer(city, Role.ADMIN, office=office)


@pytest.fixture
def given(city: Engine, authority: Authority) -> None:
    """The box has a certificate."""
    csr = openssl.request(openssl.new_key(), SITE.site)
    with writing(city) as connection:
        credentials.add(connection, authority.sign(csr, SITE, START))


def is_revoked(engine: Engine) -> bool:
    with reading(engine) as connection:
        return barred.since(connection, SITE) == NOW


def test_a_code_is_shown_once_with_what_to_type(admin: Officer) -> None:
    shown = admin.post("/armada/kode", data={"site": "14.71.01"})
    assert shown.status_code == 200
    code = shown.text.split('class="code-aloud">')[1].split("<")[0]
    assert str(enrolment.parse(code)) == code
    assert "posko enrol --city https://posko.pekanbaru.go.id" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    again = admin.get("/armada").text
    assert code not in again
    assert "Ditunggu" in again


@pytest.mark.parametrize("typed", ["", "14.72.01", "Bukit Raya", "<b>"])
def test_a_site_that_is_none_is_asked_for_again(admin: Officer, typed: str) -> None:
    answer = admin.post("/armada/kode", data={"site": typed})
    assert answer.status_code == 400
    assert "bukan kode kecamatan" in answer.text


def test_a_city_that_cannot_enrol_says_where_to_read(city: Engine, office: Office) -> None:
    closed = an_officer(city, Role.ADMIN, office=replace(office, authority=None, files=None))
    answer = closed.post("/armada/kode", data={"site": "147101"})
    assert answer.status_code == 409
    assert "deploy/README.md" in answer.text


def test_a_box_is_shown_with_what_is_to_be_done_when_it_is_gone(
    admin: Officer, given: None
) -> None:
    shown = admin.get("/armada/147107").text
    for words in ("Kotak Bukit Raya", "Berlaku", "Sertifikat", "nomor telepon berbeda"):
        assert words in shown
    assert admin.get("/armada/147207").status_code == 404


def test_revoking_takes_a_reason_and_a_tick(admin: Officer, city: Engine, given: None) -> None:
    for missing, status in (("sure", 400), ("reason", 409)):
        form = {key: value for key, value in SURE.items() if key != missing}
        assert admin.post("/armada/147107/cabut", data=form).status_code == status
        assert not is_revoked(city)


def test_revoking_holds_at_the_city_even_where_the_broker_cannot_be_asked(
    admin: Officer, city: Engine, given: None
) -> None:
    answer = admin.post("/armada/147107/cabut", data=SURE)
    assert answer.status_code == 502
    assert "broker belum" in answer.text
    assert is_revoked(city)
    assert "3 x 24 jam" in answer.text


def test_a_revoked_box_is_shown_with_hour_and_reason(
    admin: Officer, city: Engine, given: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revoking, "shut_out", lambda *_: None)
    answer = admin.post("/armada/147107/cabut", data={**SURE, "reason": "<b>dicuri</b>"})
    assert answer.status_code == 303
    shown = admin.get(answer.location).text
    assert "Dicabut" in shown
    assert "&lt;b&gt;dicuri&lt;/b&gt;" in shown


def test_an_auditor_looks_and_changes_nothing(city: Engine, office: Office, given: None) -> None:
    auditor = an_officer(city, Role.AUDITOR, office=office)
    assert "Buat kode" not in auditor.get("/armada").text
    assert "Ya, saya yakin" not in auditor.get("/armada/147107").text
    assert auditor.post("/armada/147107/cabut", data=SURE).status_code == 403


def test_no_file_of_the_authority_is_named_on_any_page(
    admin: Officer, given: None, authority: Authority, tmp_path: Path
) -> None:
    for page in ("/armada", "/armada/147107"):
        shown = admin.get(page).text
        assert str(authority.key) not in shown
        assert "PRIVATE" not in shown
