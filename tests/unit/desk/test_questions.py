"""Staff answer residents' questions, and let everybody read them."""

import sqlite3
from dataclasses import replace
from uuid import uuid4

import pytest

from appliance.actions.cases import intake, questions
from appliance.actions.privacy import erasing
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.public.board import Section
from appliance.domain.staff.accounts import Account, Role
from appliance.store.cases import requests
from appliance.store.database import transaction
from appliance.store.public import publications
from appliance.store.sms import texts
from appliance.store.staff import staff_actions, staff_log
from tests.builders import a_draft
from tests.conftest import at

ANI = Account(name="ani", role=Role.OPERATOR)
AGREED = (Consent(purpose=Purpose.PUBLISH, language="id"),)


def asked(db: sqlite3.Connection, text: str = "Kapan sampah di jl Salak diangkut?", **changes):
    draft = a_draft(text, **{"is_question": True, "consents": AGREED, **changes})
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def answer(db: sqlite3.Connection, request: ServiceRequest, text: str = "Senin pagi.") -> None:
    questions.answer(db, request.id, text, action_id=str(uuid4()), by=ANI, now=at(minutes=1))


def sent(db: sqlite3.Connection) -> list[str]:
    return [text.body for text in texts.every(db) if "jawaban" in text.body]


def shown(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(e.text, e.answer) for e in publications.shown(db, Section.QUESTIONS, limit=9)]


def test_a_question_is_answered_and_shown_to_everybody(desk, db) -> None:
    number = asked(db).ticket.digits
    operator = desk(Role.OPERATOR)
    assert "Belum dijawab" in operator.get("/tanya").text
    assert "Jawab dulu" in operator.get(f"/tanya/{number}").text
    assert operator.post(f"/tanya/{number}", answer="Senin dan Kamis.").status_code == 303
    assert "Senin dan Kamis." in operator.get(f"/tanya/{number}").text
    operator.post(f"/tanya/{number}/umum", text="Kapan sampah di jl Salak diangkut?")
    assert shown(db) == [("Kapan sampah di jl Salak diangkut?", "Senin dan Kamis.")]
    assert "Tampil untuk umum" in operator.get("/tanya").text
    operator.post(f"/tanya/{number}/umum", hide="1")
    assert shown(db) == []
    acts = [one.what for one in staff_log.page(db, by="", subject="", before=None, limit=99)]
    assert {"questions", "question", "answer", "publish", "hide"} <= set(acts)


def test_without_consent_it_is_answered_and_never_shown(desk, db) -> None:
    request = asked(db, consents=())
    answer(db, request)
    page = desk(Role.OPERATOR).post(f"/tanya/{request.ticket.digits}/umum", text="x")
    assert page.status_code == 422
    assert "tidak mengizinkan" in page.text
    assert shown(db) == []


def test_an_empty_answer_is_told_and_the_old_one_stays(desk, db) -> None:
    request = asked(db)
    page = desk(Role.OPERATOR).post(f"/tanya/{request.ticket.digits}", answer="  ")
    assert page.status_code == 422
    assert "Jawaban berisi" in page.text


def test_the_answer_comes_by_sms_once_and_a_changed_one_again(db) -> None:
    request = asked(db)
    answer(db, request)
    answer(db, request)
    assert sent(db) == [f"Tiket {request.ticket}, jawaban kecamatan: Senin pagi."]
    answer(db, request, "Kata " * 60)
    assert "Lengkapnya" in sent(db)[-1]
    asked_without_phone = asked(db, "Jam berapa kantor buka?", reporter_phone=None)
    answer(db, asked_without_phone)
    assert len(sent(db)) == 2


@pytest.mark.parametrize("text", ["Saya dipukul suami, harus ke mana?", "Sampah di jl Salak"])
def test_what_is_no_open_question_has_no_page(desk, db, text: str) -> None:
    request = asked(db, text, is_question="dipukul" in text)
    operator = desk(Role.ADMIN)
    assert operator.get(f"/tanya/{request.ticket.digits}").status_code == 404
    assert text not in operator.get("/tanya").text
    with pytest.raises(BadInput):
        answer(db, request)


def test_an_erased_question_keeps_no_answer(db) -> None:
    request = asked(db)
    answer(db, request)
    erasing.erase(db, request, at(minutes=2), by="ani")
    assert db.execute("SELECT count(*) FROM answers").fetchone()[0] == 0
    with pytest.raises(BadInput):
        answer(db, request)


@pytest.mark.parametrize("number", ["1", "07123456", "abc", "00000000"])
def test_an_unknown_number_is_not_found(desk, db, number: str) -> None:
    assert desk(Role.OPERATOR).get(f"/tanya/{number}").status_code == 404


def test_the_city_is_told_once_that_a_question_is_answered(db) -> None:
    request = asked(db)
    answer(db, request)
    answer(db, request, "Senin dan Kamis.")
    [act] = staff_actions.of_request(db, request.id)
    assert (act.wish.changes, act.is_waiting) == ({"status": "selesai"}, True)


def test_a_camat_reads_no_question_about_bribes_at_the_kecamatan(desk, db) -> None:
    request = asked(db, "Kenapa camat minta uang pelicin untuk surat pindah?")
    with transaction(db):
        requests.correct(db, replace(request, sensitivity=Sensitivity.PUBLIC))
    for role, status in ((Role.CAMAT, 404), (Role.ADMIN, 200)):
        staff_desk = desk(role)
        assert staff_desk.get(f"/tanya/{request.ticket.digits}").status_code == status
        assert ("pelicin" in staff_desk.get("/tanya").text) is (status == 200)
