"""What each role may make of a case: the table, and the pages that follow it."""

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from command_center.handling import powers
from command_center.staff.roles import Role
from command_center.store.cases import requests
from tests.conftest import START
from tests.support.city_staff import AGENCY, UNIT, an_officer
from tests.unit.command_center.about_cases import lines
from tests.unit.command_center.city import commit, going_down, received, request
from tests.unit.command_center.page_text import page

AGENCYS = {"diproses", "selesai", "butuh_kelengkapan", "ditunda"}


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.VERIFIKATOR, {status.value for status in Status}),
        (Role.OFFICER, AGENCYS | {"bukan_wewenang"}),
        (Role.SUBUNIT, AGENCYS),
        *((role, set()) for role in (Role.OPERATOR, Role.AUDITOR, Role.LEADER, Role.ADMIN)),
    ],
)
def test_each_role_may_set_its_statuses_only(role: Role, statuses: set[str]) -> None:
    assert {status.value for status in Status if powers.may_set(role, status)} == statuses


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUBUNIT])
def test_an_agency_moves_its_cases_and_archives_none(engine: Engine, role: Role) -> None:
    case = received(engine, agency=AGENCY)
    commit(engine, requests.set_unit, case.request_id, UNIT, START)
    browser = an_officer(engine, role)
    here = f"/permohonan/{case.request_id}"
    assert 'value="diarsipkan"' not in page(browser, here)
    archived = {"status": "diarsipkan", "message": "tidak jelas"}
    assert browser.post(here, data=archived).status_code == 403
    assert request(engine, case.request_id).status == Status.RECEIVED
    assert browser.post(here, data={"status": "diproses"}).status_code == 303
    assert lines(engine, case)[-1][0] == f"uji-{role}"


def test_archiving_needs_a_reason(engine: Engine) -> None:
    case = received(engine)
    answer = an_officer(engine).post(
        f"/permohonan/{case.request_id}", data={"status": "diarsipkan", "message": " "}
    )
    assert answer.status_code == 409
    assert "alasan" in answer.text
    assert request(engine, case.request_id).status == Status.RECEIVED


def test_a_matter_of_others_is_closed_with_its_destination(engine: Engine) -> None:
    case = received(engine)
    form = {"status": "bukan_wewenang", "destination": "pln"}
    assert an_officer(engine).post(f"/permohonan/{case.request_id}", data=form).status_code == 303
    now = request(engine, case.request_id)
    assert (now.status, now.destination) == ("bukan_wewenang", "pln")
    assert lines(engine, case)[-1][2].startswith("Maaf, urusan ini ditangani PLN: telepon 123")
    assert "ditangani PLN" in going_down(engine)[-1].payload


def test_an_officers_own_words_go_before_those_of_the_destination(engine: Engine) -> None:
    case = received(engine)
    form = {"status": "bukan_wewenang", "destination": "pln", "message": "Hubungi PLN di 123."}
    assert an_officer(engine).post(f"/permohonan/{case.request_id}", data=form).status_code == 303
    assert lines(engine, case)[-1][2] == "Hubungi PLN di 123."


def test_a_destination_that_does_not_fit_changes_nothing(engine: Engine) -> None:
    case, browser = received(engine), an_officer(engine)
    for form in (
        {"status": "diproses", "destination": "pln"},
        {"status": "bukan_wewenang", "destination": "nowhere"},
        {"status": "bukan_wewenang"},
    ):
        answer = browser.post(f"/permohonan/{case.request_id}", data=form)
        assert answer.status_code == 409, form
    now = request(engine, case.request_id)
    assert (now.status, now.destination) == (Status.RECEIVED, None)


def test_a_unit_that_gives_a_case_back_is_led_to_its_inbox(engine: Engine) -> None:
    case = received(engine, agency=AGENCY)
    commit(engine, requests.set_unit, case.request_id, UNIT, START)
    browser = an_officer(engine, Role.SUBUNIT)
    answer = browser.post(
        f"/permohonan/{case.request_id}/kembalikan", data={"reason": "bukan jalan kami"}
    )
    assert (answer.status_code, answer.location) == (303, "/kotak-masuk")
    page(browser, f"/permohonan/{case.request_id}", 404)
    assert lines(engine, case)[-1][0] == "uji-subunit"
