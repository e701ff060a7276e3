"""Calls at the city: proposed, confirmed, stored once; and what reporters say when they call."""

import html
import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.privacy import sealing
from appliance.domain.privacy.consent import Purpose
from command_center.cases import casework, watching
from command_center.phone import forms
from command_center.phone.forms import Entry, Mistakes
from command_center.staff.roles import Role
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from command_center.store.privacy import consents
from tests.conftest import at
from tests.support.city_staff import an_officer
from tests.unit.command_center.about_cases import lines
from tests.unit.command_center.city import all_requests, received, request, rows
from tests.unit.command_center.page_text import HOSTILE, page, words

CALL = {
    "text": "lampu jalan mati sejak kemarin di jl Rajawali",
    "location": "dekat masjid Al Falah, kelurahan Simpang Tiga",
    "phone": "0812 3456 7890",
    "name": "Siti",
}
OFFICER = "uji-verifikator"
PAGE_ID = "00000000-0000-4000-8000-000000000001"


def press(client: FlaskClient, shown: str, **more: str):
    """Send the page as it is shown, with what the operator has typed since."""
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    return client.post("/telepon", data={**sent, **more})


def proposed(client: FlaskClient, **more: str) -> str:
    answer = press(client, page(client, "/telepon"), **{**CALL, **more})
    assert answer.status_code == 200
    return answer.text


def chosen(text: str) -> dict[str, str]:
    """What the selects of a page stand on."""
    found = {}
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        mark = re.search(r'value="([^"]*)" selected', body)
        found[name] = mark[1] if mark else ""
    return found


def saved(client: FlaskClient, **more: str) -> str:
    """Take a call in; the address of its number."""
    shown = proposed(client, **more)
    answer = press(client, shown, **{**CALL, **chosen(shown), **more})
    assert answer.status_code == 303, words(answer.text)
    return answer.location


def only(engine: Engine) -> CityRequest:
    [found] = all_requests(engine)
    return found


def test_the_first_press_proposes_and_stores_nothing(engine: Engine, client: FlaskClient) -> None:
    shown = proposed(client)
    assert chosen(shown) == {
        "kind": "pengaduan",
        "category": "pju",
        "kelurahan": "14.71.07.1005",
        "agency": "",
    }
    assert "Menurut kategori: Dishub" in words(shown)
    assert all_requests(engine) == []


def test_the_second_press_makes_a_request_of_the_city_by_telephone(
    engine: Engine, client: FlaskClient
) -> None:
    where = saved(client, publish="yes")
    case = only(engine)
    assert (case.channel, case.site_code, case.ticket[:2]) == ("telepon", "14.71.00", "00")
    assert (case.category, case.agency, case.kelurahan) == ("pju", "DISHUB", "14.71.07.1005")
    assert (case.phone, case.name) == ("+6281234567890", "Siti")
    shown = page(client, where)
    assert f"{case.ticket[:2]} {case.ticket[2:5]} {case.ticket[5:]}" in words(shown)
    assert lines(engine, case)[-1][2] == "Dicatat dari telepon."
    assert rows(engine, "SELECT by FROM phone_entries") == [(OFFICER,)]
    assert rows(engine, "SELECT * FROM down_outbox") == []
    with reading(engine) as connection:
        assert consents.holds(connection, case.request_id, Purpose.PUBLISH)


def test_a_page_sent_twice_is_one_report(engine: Engine, client: FlaskClient) -> None:
    shown = proposed(client)
    first, second = (press(client, shown, **{**CALL, **chosen(shown)}) for _ in range(2))
    assert first.location == second.location
    only(engine)


def test_whoever_changes_the_words_sees_a_new_proposal(engine: Engine, client: FlaskClient) -> None:
    shown = proposed(client)
    answer = press(client, shown, **{**CALL, "text": "sampah menumpuk seminggu"})
    assert answer.status_code == 200
    assert all_requests(engine) == []


def test_what_the_operator_knows_better_counts_and_is_logged(
    engine: Engine, client: FlaskClient
) -> None:
    saved(client, kind="aspirasi", agency="PUPR", kelurahan="-")
    case = only(engine)
    assert (case.kind, case.agency, case.kelurahan) == ("aspirasi", "PUPR", None)
    logged = rows(engine, "SELECT field, after FROM corrections ORDER BY field")
    assert logged == [("agency", "PUPR"), ("kind", "aspirasi")]


def test_another_topic_brings_its_own_agency(engine: Engine, client: FlaskClient) -> None:
    saved(client, category="sampah")
    assert (only(engine).category, only(engine).agency) == ("sampah", "DLHK")


def test_an_emergency_is_told_before_anything_else(engine: Engine, client: FlaskClient) -> None:
    proposal = proposed(client, text="tolong rumah tetangga kebakaran sekarang di Rajawali")
    assert " autofocus" not in proposal, "the browser would scroll past it"
    shown = words(proposal)
    assert shown.index("menelepon 112 sekarang") < shown.index("Apa yang dilaporkan")
    where = saved(client, text="tolong rumah tetangga kebakaran sekarang di Rajawali")
    assert only(engine).kind == "darurat"
    assert "menelepon 112 sekarang" in words(page(client, where))


def test_reports_of_the_same_matter_are_shown_and_linked(
    engine: Engine, client: FlaskClient
) -> None:
    there = received(
        engine,
        text="lampu jalan mati di jl Rajawali dekat masjid Al Falah",
        kelurahan="14.71.07.1005",
        reporter_phone="+6281299998888",
    )
    shown = proposed(client)
    assert "Mungkin sudah dilaporkan" in shown
    assert there.ticket[2:5] in shown
    saved(client, parent=there.request_id)
    links = rows(engine, "SELECT parent_id FROM case_links")
    assert links == [(there.request_id,)]


def test_what_the_operator_calls_another_matter_is_not_linked_later(
    engine: Engine, client: FlaskClient
) -> None:
    received(
        engine,
        text="lampu jalan mati di jl Rajawali dekat masjid Al Falah",
        kelurahan="14.71.07.1005",
        reporter_phone="+6281299998888",
    )
    saved(client)
    watching.link(engine, at(hours=4).wall)
    assert rows(engine, "SELECT parent_id FROM case_links WHERE parent_id IS NOT NULL") == []


def test_a_parent_that_was_not_proposed_is_told_on_the_page(
    engine: Engine, client: FlaskClient
) -> None:
    other = received(engine, text="sampah menumpuk", category="sampah")
    shown = proposed(client)
    for parent in ("nobody", other.request_id):
        answer = press(client, shown, **{**CALL, **chosen(shown), "parent": parent})
        assert answer.status_code == 409
        assert "tidak lagi cocok dengan panggilan ini" in words(answer.text)
    assert [one.request_id for one in all_requests(engine)] == [other.request_id]


SECRET_WORDS = "saya dipukul suami setiap malam, tolong"


def test_what_is_confidential_is_sealed_and_compared_with_nothing(engine: Engine) -> None:
    keys = {"*": sealing.public_key(bytes([7]) * 32)}
    client = an_officer(engine, Role.OPERATOR, sealing_keys=keys)
    received(engine, text=SECRET_WORDS, category="kdrt_kekerasan", sensitivity="rahasia")
    shown = proposed(client, text=SECRET_WORDS)
    assert "akan dirahasiakan" in shown
    assert "Mungkin sudah dilaporkan" not in shown
    where = saved(client, text=SECRET_WORDS)
    case = next(one for one in all_requests(engine) if one.channel == "telepon")
    assert case.is_sealed
    assert (case.phone, case.name, case.location, case.kelurahan) == (None, None, None, None)
    for path in (where, f"/permohonan/{case.request_id}", "/"):
        assert SECRET_WORDS not in page(client, path) or path == "/"


def test_a_caller_may_ask_for_secrecy_of_any_matter(engine: Engine, client: FlaskClient) -> None:
    saved(client, secret="yes")
    assert only(engine).sensitivity == "rahasia"


def test_what_does_not_fit_is_told_beside_its_field(engine: Engine, client: FlaskClient) -> None:
    for change, problem in (
        ({"text": "  "}, "Tulis dulu"),
        ({"text": "x" * 4001}, "Paling banyak 4000"),
        ({"name": "x" * 81}, "Paling banyak 80"),
        ({"phone": "abc"}, ""),
    ):
        answer = client.post("/telepon", data={**CALL, **change})
        assert answer.status_code == 400, change
        assert problem in words(answer.text), change
        assert 'aria-invalid="true"' in answer.text, change
    assert all_requests(engine) == []


def test_hostile_words_stay_words(engine: Engine, client: FlaskClient) -> None:
    shown = proposed(client, text=HOSTILE, name=HOSTILE, location=HOSTILE)
    assert "<script>alert" not in shown
    assert HOSTILE in html.unescape(shown)


def test_a_number_that_nobody_has_is_not_found(client: FlaskClient) -> None:
    page(client, "/telepon/nobody", 404)


TEXTS = st.text(max_size=60)


@given(sent=st.dictionaries(st.sampled_from([*CALL, "kelurahan", "kind", "entry_id"]), TEXTS))
@settings(max_examples=60, deadline=None)
def test_whatever_is_sent_is_an_entry_or_a_mistake(sent: dict[str, str]) -> None:
    found = forms.entry(sent, "1471", PAGE_ID)
    assert isinstance(found, Entry | Mistakes)
    if isinstance(found, Entry):
        assert found.text
        assert not found.is_confirmed


@pytest.mark.parametrize(
    ("before", "wish", "after"),
    [
        (Status.RESOLVED, "sudah", "ditutup"),
        (Status.RESOLVED, "belum", "dibuka_lagi"),
        (Status.NEEDS_DETAILS, "tambah", "terverifikasi"),
        (Status.IN_PROGRESS, "batal", "diarsipkan"),
    ],
)
def test_a_reporter_who_calls_again_moves_her_report(
    engine: Engine, client: FlaskClient, before: Status, wish: str, after: str
) -> None:
    saved(client)
    case = only(engine)
    casework.change_status(
        engine, case.request_id, before, "karena itu", by="Rina", now=at(hours=3).wall
    )
    form = {"wish": wish, "words": "rumah cat biru"}
    assert client.post(f"/permohonan/{case.request_id}/telepon", data=form).status_code == 303
    assert request(engine, case.request_id).status == after
    said = [(by, message) for by, _, message in lines(engine, case)]
    assert any(message.startswith(f"{wish.upper()} lewat Telepon") for _, message in said)
    assert said[-1] == (OFFICER, "Kata pelapor dicatat dari telepon.")


def test_what_is_said_of_a_box_s_report_goes_to_its_box(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine)
    form = {"wish": "batal"}
    assert client.post(f"/permohonan/{case.request_id}/telepon", data=form).status_code == 303
    kinds = rows(engine, "SELECT kind FROM down_outbox")
    assert kinds == [("service_request.status_changed",)]


def test_the_same_words_sent_twice_are_said_once(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    form = {"wish": "tambah", "words": "rumah cat biru", "seen": "1"}
    for _ in range(2):
        answer = client.post(f"/permohonan/{case.request_id}/telepon", data=form)
        assert answer.status_code == 303
    assert len(rows(engine, "SELECT * FROM follow_ups")) == 1
    assert [by for by, _, _ in lines(engine, case)].count(OFFICER) == 1


def test_what_is_not_said_is_not_noted(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    for form in ({}, {"wish": "hapus"}, {"wish": "tambah", "words": " "}):
        answer = client.post(f"/permohonan/{case.request_id}/telepon", data=form)
        assert answer.status_code == 409, form
    assert rows(engine, "SELECT * FROM follow_ups") == []


def test_words_about_a_confidential_report_are_not_written_down(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine, sensitivity="rahasia")
    form = {"wish": "tambah", "words": "dia datang lagi"}
    answer = client.post(f"/permohonan/{case.request_id}/telepon", data=form)
    assert answer.status_code == 409
    assert rows(engine, "SELECT * FROM follow_ups") == []
