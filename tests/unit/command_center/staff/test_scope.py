"""Which cases a role sees, and what of them: lists, pages, photos and what hangs on a case."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from command_center.cases import casework, correcting, linking
from command_center.cases.correcting import Wanted
from command_center.handling.disposing import Order, dispose
from command_center.staff import scope
from command_center.staff.roles import PEOPLE, READERS, Account, Post, Role
from command_center.store import database
from command_center.store.cases import case_links, requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading
from tests.conftest import START
from tests.support.city_staff import AGENCY, a_center, an_officer, logged_in
from tests.unit.command_center.city import commit, received, request

NAME, PHONE, WORDS = "Siti Rahmawati", "812-3456-7890", "saya dipukul suami"


def secret(engine: Engine, **more: object) -> CityRequest:
    """A confidential report that no key has sealed."""
    values = {"text": WORDS, "category": "kekerasan", "sensitivity": "rahasia", "agency": AGENCY}
    return received(engine, reporter_name=NAME, location="Gang Mawar 7", **{**values, **more})


def plain(engine: Engine, **more: object) -> CityRequest:
    """Anybody's report, with a number in its words."""
    text = f"lampu mati, hubungi {NAME} di 0812 3456 7890"
    return received(engine, **{"text": text, "reporter_name": NAME, "agency": AGENCY, **more})


@pytest.mark.parametrize("role", PEOPLE)
def test_who_reads_what_of_a_case(engine: Engine, role: Role) -> None:
    open_case, closed_case = plain(engine), secret(engine)
    for case in (open_case, closed_case):
        commit(engine, requests.set_unit, case.request_id, "UPT PJU", START)
    officer = an_officer(engine, role)
    pages = [officer.get(f"/permohonan/{case.request_id}") for case in (open_case, closed_case)]
    assert [page.status_code for page in pages] == [200, 200]
    told = ["0812 3456 7890" in pages[0].text, NAME in pages[0].text, WORDS in pages[1].text]
    reads = role in READERS
    assert told == [reads or role is Role.ADMIN] * 2 + [reads]
    assert ("Gang Mawar" in pages[1].text) is reads
    listed = officer.get("/").text + officer.get(f"/kotak-masuk/{AGENCY}").text
    assert ("0812 3456 7890" in listed) is (reads or role is Role.ADMIN)
    assert WORDS not in listed


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMIN, Role.VERIFIKATOR])
def test_who_may_not_read_where_a_confidential_case_is_does_not_find_it_by_its_place(
    engine: Engine, role: Role
) -> None:
    place = "14.71.07.1005"
    closed_case, open_case = secret(engine, kelurahan=place), plain(engine, kelurahan=place)
    officer = an_officer(engine, role)
    found = officer.get(f"/?kelurahan={place}").text
    assert open_case.request_id in found
    for asked in ("", f"&ticket={closed_case.ticket}"):
        found = officer.get(f"/?kelurahan={place}{asked}").text
        assert (closed_case.request_id in found) is (role in READERS)
    assert closed_case.request_id in officer.get("/").text


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMIN])
def test_what_was_said_of_a_confidential_case_stays_with_who_handles_it(
    engine: Engine, role: Role
) -> None:
    case = secret(engine)
    message = "polisi sudah ke rumahnya"
    casework.change_status(engine, case.request_id, Status.IN_PROGRESS, message, by="x", now=START)
    assert message not in an_officer(engine, role).get(f"/permohonan/{case.request_id}").text
    assert message in an_officer(engine).get(f"/permohonan/{case.request_id}").text


def test_another_agencys_case_does_not_exist_for_an_officer(engine: Engine) -> None:
    mine, other = plain(engine), plain(engine, agency="DLHK", category="sampah")
    officer = an_officer(engine, Role.OFFICER)
    listed = officer.get("/").text
    assert mine.request_id in listed
    assert other.request_id not in listed
    assert other.request_id not in officer.get("/?agency=DLHK").text
    assert other.request_id not in officer.get("/?tenggat=terlambat&agency=DLHK").text
    address = f"/permohonan/{other.request_id}"
    for path in (address, f"{address}/foto"):
        assert officer.get(path).status_code == 404
    assert officer.post(address, data={"status": "diproses"}).status_code == 404
    assert officer.get("/kotak-masuk/DLHK").status_code == 404
    assert "DLHK" not in officer.get("/kotak-masuk").text
    assert request(engine, other.request_id).status == "diterima"


def test_a_subunit_sees_only_what_its_unit_was_given(engine: Engine) -> None:
    given_, not_given = plain(engine), plain(engine)
    commit(engine, requests.set_unit, given_.request_id, "UPT PJU", START)
    unit = an_officer(engine, Role.SUBUNIT)
    assert unit.get(f"/permohonan/{given_.request_id}").status_code == 200
    assert unit.get(f"/permohonan/{not_given.request_id}").status_code == 404


def test_an_officer_hands_on_within_the_agency_only(engine: Engine) -> None:
    case = plain(engine)
    officer = an_officer(engine, Role.OFFICER)
    page = f"/permohonan/{case.request_id}"
    assert officer.post(f"{page}/disposisi", data={"to": "DLHK"}).status_code == 403
    assert "DLHK" not in officer.get(page).text


def test_cases_of_others_under_a_case_are_neither_shown_nor_moved(engine: Engine) -> None:
    mine, other = plain(engine), plain(engine, agency="DLHK", category="sampah")
    commit(engine, case_links.put, other.request_id, mine.request_id, by="x", now=START)
    officer = an_officer(engine, Role.OFFICER)
    page = f"/permohonan/{mine.request_id}"
    assert other.request_id not in officer.get(page).text
    form = {"status": "diproses", "message": "kami datang", "with_children": "1"}
    assert officer.post(page, data=form).status_code == 303
    assert request(engine, mine.request_id).status == "diproses"
    assert request(engine, other.request_id).status == "diterima"


def test_the_ticket_of_another_agencys_case_is_not_told_by_the_history(engine: Engine) -> None:
    mine, other, third = (
        plain(engine),
        plain(engine, agency="DLHK", category="sampah"),
        plain(engine),
    )
    for parent in (third, other):
        linking.link(engine, mine.request_id, parent.request_id, by="x", now=START)
    page = f"/permohonan/{mine.request_id}"
    told = an_officer(engine, Role.OFFICER).get(page).text
    assert other.ticket not in told
    assert "Digabung ke tiket dinas lain." in told
    assert f"Digabung ke tiket {third.ticket}." in told
    assert f"Digabung ke tiket {other.ticket}." in an_officer(engine).get(page).text


def test_a_note_is_for_the_agency_that_it_was_written_to(engine: Engine) -> None:
    case = plain(engine, agency="DLHK", category="sampah")
    for agency, note in (("DLHK", "untuk yang lama"), (AGENCY, "untuk yang baru")):
        order = Order(agency=agency, note=note)
        dispose(engine, case.request_id, order, {}, by="x", now=START)
    page = f"/permohonan/{case.request_id}"
    told, whole = an_officer(engine, Role.OFFICER).get(page).text, an_officer(engine).get(page).text
    assert ("untuk yang lama" in told, "untuk yang baru" in told) == (False, True)
    assert ("untuk yang lama" in whole, "untuk yang baru" in whole) == (True, True)


def test_the_note_of_the_agency_that_had_a_case_is_not_in_the_inbox_of_the_next(
    engine: Engine,
) -> None:
    case = plain(engine, agency="DLHK", category="sampah")
    order = Order(agency="DLHK", note="untuk yang lama")
    dispose(engine, case.request_id, order, {}, by="x", now=START)
    correcting.correct(engine, case.request_id, Wanted(agency=AGENCY), by="x", now=START)
    shown = an_officer(engine, Role.OFFICER).get(f"/kotak-masuk/{AGENCY}").text
    assert case.request_id in shown
    assert "untuk yang lama" not in shown


def test_a_page_offers_what_its_reader_may_do(engine: Engine) -> None:
    case = plain(engine)
    app = a_center(engine)
    for role, offered in (
        (Role.VERIFIKATOR, {"", "/koreksi", "/gabung", "/disposisi"}),
        (Role.OPERATOR, {"/koreksi"}),
        (Role.AUDITOR, set()),
    ):
        page = logged_in(app, engine, role).get(f"/permohonan/{case.request_id}").text
        base = f'action="/permohonan/{case.request_id}'
        for act in ("", "/koreksi", "/disposisi"):
            assert (f'{base}{act}"' in page) is (act in offered), (role, act)


@given(
    post=st.sampled_from(
        [
            Post(role=Role.VERIFIKATOR),
            Post(role=Role.OFFICER, agency="DLHK"),
            Post(role=Role.SUBUNIT, agency="DLHK", unit="A"),
        ]
    ),
    agency=st.sampled_from(["DLHK", "DISHUB"]),
    unit=st.sampled_from([None, "A", "B"]),
)
def test_the_rule_for_lists_and_for_one_case_is_one(
    shared: tuple[Engine, str], post: Post, agency: str, unit: str | None
) -> None:
    engine, id_ = shared
    commit(engine, requests.change, id_, {"agency": agency, "unit": unit})
    account, case = Account(name="x", post=post), request(engine, id_)
    with reading(engine) as connection:
        listed = requests.page(connection, scope.narrowed(account, Filter()), limit=9)
        is_in = scope.includes(connection, account, id_)
    assert is_in == scope.covers(account, case) == bool(listed)


@pytest.fixture(scope="module")
def shared(empty_city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, str]:
    """A city with one case."""
    path = shutil.copy(empty_city, tmp_path_factory.mktemp("scope") / "center.db")
    engine = database.connect(f"sqlite:///{path}")
    return engine, plain(engine).request_id
