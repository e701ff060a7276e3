"""The queue, a case and the telephone, as each role sees them."""

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from appliance.actions.cases import intake, photos
from appliance.actions.privacy import sealing
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.quota import Quota
from appliance.domain.staff.accounts import Role
from appliance.store import database
from appliance.store.cases import requests, ticket_pins
from appliance.store.database import transaction
from appliance.store.public import publications
from appliance.store.sms import texts
from appliance.store.staff import staff_actions
from tests.builders import PHONE, a_draft
from tests.conftest import at
from tests.unit.desk.conftest import LoggedIn, case_of, seen

Desk = Callable[[Role], LoggedIn]


SECRET = "saya dipukul suami tiap malam di jl Melati"


BRIBE = "parkir dipungut uang tidak resmi"


def reported(
    db: sqlite3.Connection, text: str = "lampu jalan mati", **changes: object
) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(text, **changes), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def act(who: LoggedIn, request: ServiceRequest, page: str = "", **fields: str) -> tuple[int, str]:
    """Send a form of a case's page, as it is now or as it was."""
    page = page or case_of(who, request)
    sent = {name: hidden(page, name) for name in ("version", "page_id")} | fields
    answer = who.post(f"/laporan/{request.ticket.digits}", **sent)
    return answer.status_code, answer.text


def test_staff_read_the_queue_and_it_is_noted(db: sqlite3.Connection, desk: Desk) -> None:
    request = reported(db)
    page = desk(Role.OPERATOR).get("/laporan").text
    assert str(request.ticket) in page
    assert "lampu jalan mati" in page
    assert ("queue", "") in seen(db)


def test_while_another_writes_for_long_nothing_is_shown_and_one_is_asked_to_come_again(
    db: sqlite3.Connection, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = desk(Role.OPERATOR)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 10)
    with transaction(db):
        page = operator.get("/laporan")
    assert (page.status_code, "Retry-After" in page.headers) == (503, True)


def test_a_ticket_in_the_search_leads_to_its_page(db: sqlite3.Connection, desk: Desk) -> None:
    request = reported(db)
    answer = desk(Role.OPERATOR).get(f"/laporan?q={request.ticket}")
    assert answer.location == f"/laporan/{request.ticket.digits}"


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("q=7890", True),
        ("q=MATI+lampu", True),
        ("q=50%25", False),
        ("q=7891", False),
        ("q=kucing", False),
        ("kategori=pju", True),
        ("kategori=sampah", False),
        ("saluran=portal", True),
        ("saluran=telepon", False),
        ("saya=1", False),
        ("tenggat=terlambat", False),
        ("status=selesai", False),
        ("status=semua", True),
        ("hal=2", False),
        ("hal=x", True),
    ],
)
def test_the_queue_is_narrowed(
    db: sqlite3.Connection, desk: Desk, address: str, *, is_found: bool
) -> None:
    request = reported(db)
    page = desk(Role.OPERATOR).get(f"/laporan?{address}").text
    assert (str(request.ticket) in page) is is_found


def test_what_is_late_is_counted_and_comes_first(
    db: sqlite3.Connection, desk: Desk, clock: Callable[..., object]
) -> None:
    late = intake.receive(db, a_draft("parit tersumbat"), at(days=-20))
    assert isinstance(late, intake.Receipt)
    urgent = reported(db, "kebakaran di gang anggrek, tolong cepat", reporter_phone=None)
    page = desk(Role.OPERATOR).get("/laporan").text
    assert "1 terlambat" in page
    assert page.index(str(late.request.ticket)) < page.index(str(urgent.ticket))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_of_what_is_confidential_staff_see_that_it_exists(
    db: sqlite3.Connection, desk: Desk, role: Role, *, is_sealed: bool
) -> None:
    if is_sealed:
        sealing.configure(db.path, {"*": f"x25519:{'09' + '0' * 62}"})  # type: ignore[attr-defined]
    request, who = reported(db, SECRET, reporter_name="Siti Zubaidah"), desk(role)
    assert bool(request.sealed) is is_sealed
    queue = who.get("/laporan").text.partition('role="status"')[2]
    for page in (case_of(who, request), queue):
        assert str(request.ticket) in page
        for word in ("dipukul", "Siti", "7890", "Kekerasan", "kekerasan", "DP3APM", "Melati"):
            assert word not in page
    for address in ("q=dipukul", "q=7890", "kategori=kekerasan", "saluran=portal", "dinas=DP3APM"):
        assert str(request.ticket) not in who.get(f"/laporan?{address}").text
    answer = who.post(f"/laporan/{request.ticket.digits}", act="status", status="diproses")
    assert answer.status_code == 409
    assert "rahasia" in answer.text
    assert "dipukul" not in answer.text
    assert who.get(f"/laporan/{request.ticket.digits}/foto").status_code == 404
    assert who.post(f"/laporan/{request.ticket.digits}/papan", do="show").status_code == 403
    assert ("case_secret", request.id) in seen(db)


def test_what_accuses_the_kecamatan_is_hidden_from_its_head_though_the_city_opened_it(
    db: sqlite3.Connection, desk: Desk
) -> None:
    request = reported(db, "pak camat minta uang rokok 50 ribu untuk surat tanah")
    db.execute("UPDATE requests SET sensitivity = 'publik', category = 'lainnya'")
    db.commit()
    operator, camat = desk(Role.OPERATOR), desk(Role.CAMAT)
    assert "uang rokok" in case_of(operator, request)
    assert "uang rokok" not in case_of(camat, request)
    assert "uang rokok" not in camat.get("/laporan").text
    assert str(request.ticket) in operator.get("/laporan?q=rokok").text
    assert str(request.ticket) not in camat.get("/laporan?q=rokok").text
    assert str(request.ticket) not in camat.get("/laporan?kategori=lainnya").text
    assert camat.post(f"/laporan/{request.ticket.digits}", act="status").status_code == 409


def test_a_case_says_why_it_stands_where_it_does(db: sqlite3.Connection, desk: Desk) -> None:
    request = reported(db, "lampu jalan mati di jl Rajawali", reporter_name="Siti")
    page = case_of(desk(Role.OPERATOR), request)
    assert "Usulan triase" in page
    assert "yakin" in page
    assert PHONE.grouped in page
    assert "Tanda terima ke warga: menunggu dikirim" in page
    assert ("case", request.id) in seen(db)


def test_two_keys_correct_a_field_and_the_page_says_that_it_waits(
    db: sqlite3.Connection, desk: Desk
) -> None:
    who, request = desk(Role.OPERATOR), reported(db)
    page = case_of(who, request)
    assert re.search(r'<details class="chooser" data-key="k"><summary accesskey="k">', page)
    assert re.search(r'name="category" value="sampah" data-key="\w"', page)
    assert act(who, request, act="koreksi", category="sampah")[0] == 303
    page = case_of(who, request)
    assert "Menunggu pusat" in page
    assert "menunggu pusat: Sampah" in page
    assert "menunggu pusat: menurut kategori" in page
    assert "Menunggu pusat" in who.get("/laporan").text
    assert str(request.ticket) in who.get("/laporan?saya=1").text
    assert ("act_koreksi", request.id) in seen(db)


def test_a_form_sent_twice_acts_once_and_one_of_an_old_page_is_refused_in_words(
    db: sqlite3.Connection, desk: Desk
) -> None:
    who, request = desk(Role.OPERATOR), reported(db)
    page = case_of(who, request)
    fields = {"act": "status", "status": "diproses", "message": "berangkat"}
    assert act(who, request, page, **fields)[0] == 303
    assert act(who, request, page, **fields)[0] == 303
    assert len(staff_actions.of_request(db, request.id)) == 1
    code, text = act(who, request, page, act="disposisi", agency="DLHK")
    assert (code, "sudah berubah sejak halaman dibuka" in text) == (409, True)
    assert len(staff_actions.of_request(db, request.id)) == 1


def test_a_mistake_keeps_what_was_typed(db: sqlite3.Connection, desk: Desk) -> None:
    who, request = desk(Role.OPERATOR), reported(db)
    code, text = act(who, request, act="status", status="selesai", message="x" * 161)
    assert (code, "Pesan terlalu panjang" in text, "x" * 161 in text) == (409, True, True)
    assert act(who, request, act="gabung", parent="12")[0] == 409
    assert act(who, request, act="x")[0] == 409


def test_what_the_city_refused_is_told_with_its_reason(db: sqlite3.Connection, desk: Desk) -> None:
    who, request = desk(Role.OPERATOR), reported(db)
    act(who, request, act="disposisi", agency="DLHK")
    [one] = staff_actions.of_request(db, request.id)
    staff_actions.settle(db, one.id, request.id, outcome="refused", reason="Dinas itu terlapor.")
    db.commit()
    page = case_of(who, request)
    assert "Ditolak pusat" in page
    assert "Dinas itu terlapor." in page


def test_duplicates_lead_to_each_other(db: sqlite3.Connection, desk: Desk) -> None:
    who = desk(Role.OPERATOR)
    first, second = reported(db), reported(db, "sampah menumpuk", reporter_phone=None)
    assert act(who, second, act="gabung", parent=first.ticket.digits)[0] == 303
    [one] = staff_actions.of_request(db, second.id)
    staff_actions.settle(db, one.id, second.id, outcome="applied", reason="")
    db.commit()
    assert f"/laporan/{first.ticket.digits}" in case_of(who, second)
    assert f"/laporan/{second.ticket.digits}" in case_of(who, first)


def test_staff_show_on_the_public_board_what_its_reporter_agreed_to(
    db: sqlite3.Connection, desk: Desk
) -> None:
    who = desk(Role.OPERATOR)
    agreed = (Consent(purpose=Purpose.PUBLISH, language="id"),)
    request, other = reported(db, consents=agreed), reported(db, "parit bau", reporter_phone=None)
    path = f"/laporan/{request.ticket.digits}/papan"
    assert who.post(path, do="show", public_text="Lampu mati").status_code == 303
    shown = publications.of_request(db, request.id)
    assert shown is not None
    assert (shown.state, shown.text) == ("shown", "Lampu mati")
    assert who.post(path, do="hide").status_code == 303
    assert ("publish", request.id) in seen(db)
    refused = who.post(f"/laporan/{other.ticket.digits}/papan", do="show")
    assert (refused.status_code, "tidak mengizinkan" in refused.text) == (409, True)


def test_a_photo_is_shown_while_it_is_here(db: sqlite3.Connection, desk: Desk) -> None:
    picture = Photo(content=b"\xff\xd8\xff" + b"x" * 50, media_type="image/jpeg")
    limit = Quota(limit=5, window=timedelta(hours=1))
    staged = photos.stage(db, picture, at(), origin=None, limit=limit)
    assert staged is not None
    receipt = intake.receive(db, a_draft(), at(), photo=staged)
    assert isinstance(receipt, intake.Receipt)
    who, path = desk(Role.OPERATOR), f"/laporan/{receipt.request.ticket.digits}/foto"
    assert path in case_of(who, receipt.request)
    with who.get(path) as answer:
        assert answer.data == picture.content
    assert ("photo", receipt.request.id) in seen(db)


def test_a_complaint_told_by_phone_has_a_ticket_to_read_aloud(
    db: sqlite3.Connection, desk: Desk
) -> None:
    who = desk(Role.OPERATOR)
    form = {
        "page_id": hidden(who.get("/laporan/baru").text, "page_id"),
        "text": "lampu jalan mati",
        "phone": "081234567890",
        "call_back": "yes",
    }
    first, again = who.post("/laporan/baru", **form), who.post("/laporan/baru", **form)
    [request] = requests.every(db)
    assert request.channel == "telepon"
    for page in (first.text, again.text):
        assert f"<span>{request.ticket.digits[2:5]}</span>" in page
        assert "nol tujuh –" in page
        assert PHONE.grouped in page
        pin = ticket_pins.of(db, request.id)
        assert pin is not None
        assert f"<strong>{pin.pin}</strong>" in page
    assert [text.purpose for text in texts.of_request(db, request.id)] == ["receipt"]
    joined = who.post("/laporan/baru", text="lampu jalan mati", phone="081234567890").text
    assert "Sudah ada" in joined
    assert pin.pin not in joined, "who calls from a number may be anybody"
    assert ("phone", request.id) in seen(db)
    assert str(request.ticket) in who.get("/laporan?saluran=telepon").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kebakaran di gang anggrek, tolong cepat", "menelepon 112 sekarang"),
        (SECRET, "jangan bacakan ulang"),
    ],
)
def test_an_emergency_and_a_secret_say_what_to_do(desk: Desk, text: str, words: str) -> None:
    page = desk(Role.OPERATOR).post("/laporan/baru", text=text).text
    assert words in page
    assert text not in page


def test_a_caller_without_words_is_asked_again(db: sqlite3.Connection, desk: Desk) -> None:
    answer = desk(Role.OPERATOR).post("/laporan/baru", text=" ", phone="12", name="Siti")
    assert (answer.status_code, list(requests.every(db))) == (400, [])
    assert "Tulis dulu" in answer.text
    assert 'value="Siti"' in answer.text


@pytest.mark.parametrize("number", ["07123450", "07123456", "x", "0" * 50])
def test_a_number_of_no_request_is_not_found(desk: Desk, number: str) -> None:
    assert desk(Role.OPERATOR).get(f"/laporan/{number}").status_code == 404
