"""News, services, questions, the public board and the report card, as anybody reads them."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions.cases import intake, questions
from appliance.actions.public import announcing, board, serving
from appliance.domain.cases.service_request import Kind, ServiceRequest
from appliance.domain.ids import Ticket
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.public.board import Refusal
from appliance.domain.public.service_page import shipped
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime.settings import Portal, Settings, Site
from appliance.store.box import gauges
from appliance.store.cases import answers, requests, ticket_pins
from appliance.store.cases.answers import Answer
from appliance.store.database import connect, transaction
from appliance.store.privacy import consents
from appliance.store.public import publications
from appliance.store.public.announcements import Stored
from captive_portal.app import create_app
from tests.builders import a_draft
from tests.conftest import START, Clock, at

SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")
LONE = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
PHONES = ["10.0.0.9", "10.0.0.10"]
SECRETS = (
    "Zubaidah",
    "81234567890",
    "1471071234567890",
    "BM 4321 XY",
    "dipukul",
    "pelicin",
    "Nurul",
)
ANI = Account(name="ani", role=Role.OPERATOR)
AGREED = (Consent(purpose=Purpose.PUBLISH, language="id"),)


@pytest.fixture
def portal(db_path: Path, new_id: Callable[[], str], clock: Clock) -> FlaskClient:
    settings = Settings(site=SITE, portal=Portal(reports_per_hour=3))
    app = create_app(settings, partial(connect, db_path), now=clock, new_id=new_id)
    return app.test_client()


def told(db: sqlite3.Connection, text: str, **changes: object) -> ServiceRequest:
    draft = a_draft(text, **{"consents": AGREED, "reporter_name": "Siti Zubaidah", **changes})
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def published(db: sqlite3.Connection, text: str, **changes: object) -> int:
    request = told(db, text, **changes)
    assert not isinstance(board.publish(db, request, by="ani", now=at()), Refusal)
    found = publications.of_request(db, request.id)
    assert found
    return found.id


def answered(db: sqlite3.Connection, text: str, answer: str) -> int:
    request = told(db, text, is_question=True)
    with transaction(db):
        answers.put(db, request.id, Answer(text=answer, by="ani", at=START))
    board.publish(db, request, by="ani", now=at())
    found = publications.of_request(db, request.id)
    assert found
    return found.id


def test_nothing_secret_and_no_ticket_gets_out(portal: FlaskClient, db: sqlite3.Connection) -> None:
    """All that could be published is, and all pages are read."""
    everything = [
        told(db, text, location="belakang surau Nurul", kelurahan="14.71.07.1005", **changes)
        for text, changes in (
            ("Sampah menumpuk, kata Bu Zubaidah, hubungi 0812-3456-7890", {}),
            ("Lampu jalan mati di jl Durian, mobil BM 4321 XY menabrak tiangnya", {}),
            ("NIK saya 1471071234567890 belum aktif", {}),
            ("Saya dipukul suami", {}),
            ("Lurah minta uang pelicin", {}),
            ("Kapan KTP 1471071234567890 atas nama Zubaidah jadi?", {"is_question": True}),
            ("Kapan sampah di jl Salak diangkut? hub 0812 3456 7890", {"is_question": True}),
        )
    ]
    for request in everything:
        if request.kind is Kind.INFORMATION:
            with transaction(db):
                answers.put(db, request.id, Answer(text="Senin.", by="ani", at=START))
        board.publish(db, request, by="ani", now=at())
    paths = ["/", "/papan", "/tanya-jawab", "/rapor", "/berita", "/layanan", "/tanya?tentang=6"]
    paths += [f"/papan/{n}" for n in range(1, 12)]
    pages = "".join(portal.get(path).text for path in paths)
    assert "Sampah" in pages
    assert "Senin." in pages
    for secret in SECRETS:
        assert secret not in pages
    for request in everything:
        assert request.ticket.digits not in pages
        assert str(request.ticket) not in pages
        assert request.id not in pages


def test_the_board_shows_topic_place_state_and_support(portal, db) -> None:
    entry = published(db, "Sampah menumpuk di gang Mawar", kelurahan="14.71.07.1005")
    page = portal.get("/papan").text
    for shown in ("Sampah", "Simpang Tiga", "Diterima", "21 November 2026", "gang Mawar"):
        assert shown in page
    portal.post(f"/papan/{entry}/dukung", environ_base={"REMOTE_ADDR": PHONES[0]})
    assert "1 dukungan" in portal.get("/papan").text


def test_a_phone_supports_once_a_day_and_is_told_so(portal, db) -> None:
    entry = published(db, "Sampah menumpuk di gang Mawar")

    def support(address: str) -> str:
        sent = portal.post(f"/papan/{entry}/dukung", environ_base={"REMOTE_ADDR": address})
        assert sent.status_code == 303
        return portal.get(sent.headers["Location"]).text

    assert "Dukungan Anda dihitung" in support(PHONES[0])
    assert "Sudah dihitung hari ini" in support(PHONES[0])
    assert "2 dukungan" in support(PHONES[1])
    assert "Tidak dapat dihitung" in support("127.0.0.1")


def test_a_phone_supports_thirty_entries_a_day(portal, db) -> None:
    answers_ = [
        portal.post(f"/papan/{n}/dukung", environ_base={"REMOTE_ADDR": PHONES[0]})
        for n in range(31)
    ]
    assert "too_many" in answers_[-1].headers["Location"]
    assert "too_many" not in answers_[-2].headers["Location"]


def test_the_board_has_pages(portal, db) -> None:
    for n in range(12):
        street = "Abcdefghijkl"[n] * 6
        published(db, f"Sampah menumpuk di jl {street}", reporter_phone=None)
    first = portal.get("/papan").text
    older = re.search(r'href="(/papan\?sebelum=\d+)"', first)
    assert older
    rest = portal.get(older[1]).text
    assert (first.count("<article"), rest.count("<article")) == (10, 2)
    assert "/papan?sebelum=" not in rest


@pytest.mark.parametrize(
    "path",
    ["/papan?sebelum=x", "/papan?sebelum=99999999999999999999", "/papan?sebelum=-1",
     "/papan/0", "/papan/999999999", "/tanya?tentang=x", "/layanan/..%2f", "/layanan?cari=%00",
     "/papan/1?dukung=zzz", "/layanan/nope"],
)  # fmt: skip
def test_odd_addresses_get_a_page(portal, path: str) -> None:
    page = portal.get(path)
    assert page.status_code in (200, 404)
    assert "Kecamatan Bukit Raya" in page.text


def test_a_question_is_a_request_with_a_ticket_and_its_own_consent(portal, db) -> None:
    form = {"text": "Apa syarat pindah alamat?", "publish": "yes"}
    sent = portal.post("/tanya", data=form)
    assert sent.status_code == 303
    found = re.search(r"/tiket/(\d{8})", sent.headers["Location"])
    assert found
    request = requests.by_ticket(db, Ticket(found[1]))
    assert request is not None
    assert request.kind is Kind.INFORMATION
    [consent] = consents.of_request(db, request.id)
    assert consent.text_version == "1-tanya"
    slip = portal.get(sent.headers["Location"]).text
    assert "5 hari kerja" in slip
    assert "60 hari" not in slip.split("<footer")[0]


def test_a_cry_for_help_in_the_form_for_questions_is_an_emergency(portal, db) -> None:
    sent = portal.post("/tanya", data={"text": "tolong cepat rumah kebakaran di jl Durian"})
    assert "Telepon 112 sekarang" in portal.get(sent.headers["Location"]).text


def test_a_question_with_a_mistake_keeps_its_words(portal, db) -> None:
    page = portal.post("/tanya", data={"text": "Apa syaratnya?", "phone": "12"})
    assert page.status_code == 400
    assert "Apa syaratnya?" in page.text
    assert requests.counts_by_status(db) == {}


def test_too_many_questions_are_refused_like_reports(portal) -> None:
    client = {"REMOTE_ADDR": PHONES[0]}
    codes = [
        portal.post("/tanya", data={"text": f"Apa syarat {n}?"}, environ_base=client).status_code
        for n in range(31)
    ]
    assert codes[-1] == 429


def test_a_question_goes_on_from_another(portal, db) -> None:
    entry = answered(db, "Kapan sampah di jl Salak diangkut?", "Senin dan Kamis.")
    page = portal.get("/tanya-jawab").text
    assert "Senin dan Kamis." in page
    assert f"/tanya?tentang={entry}" in page
    assert f"Menyambung tanya jawab no. {entry}" in portal.get(f"/tanya?tentang={entry}").text


def test_a_question_is_no_entry_of_a_report(portal, db) -> None:
    client = {"REMOTE_ADDR": PHONES[0]}
    portal.post("/lapor", data={"text": "Sampah menumpuk di jl Durian"}, environ_base=client)
    portal.post("/tanya", data={"text": "Sampah di jl Durian kapan diangkut"}, environ_base=client)
    assert sorted(request.kind for request in requests.every(db)) == [
        Kind.COMPLAINT,
        Kind.INFORMATION,
    ]


def test_news_has_paragraphs_and_no_markup(portal, db, new_id) -> None:
    written = Stored(
        id=new_id(),
        title="Posyandu",
        body="Jumat <b>pagi</b>.\n\nBawa buku KIA.",
        from_day="2026-11-21",
        until_day=None,
    )
    announcing.save(db, written, by="ani", now=at())
    announcing.save(db, replace(written, id=new_id(), title="Nanti", from_day="2026-12-01"),
                    by="ani", now=at())  # fmt: skip
    page = portal.get("/berita").text
    assert "Jumat &lt;b&gt;pagi&lt;/b&gt;.\n\nBawa buku KIA." in page
    assert "Nanti" not in page
    assert "Posyandu" in portal.get("/").text


def test_services_are_found_and_drafts_are_not_shown(portal, db) -> None:
    assert "KTP-el hilang" in portal.get("/layanan?cari=ktp hilang").text
    assert portal.get("/layanan/sktm").status_code == 404
    serving.save(db, shipped()["sktm"].page, is_shown=True, by="ani", now=at())
    assert "pengantar RT" in portal.get("/layanan/sktm").text
    assert "79A" in portal.get("/layanan/ktp").text


def test_the_report_card_is_kept_for_a_minute(portal, db, clock) -> None:
    assert "Belum ada laporan" in portal.get("/rapor").text
    told(db, "Sampah menumpuk di gang Mawar")
    assert "DLHK" not in portal.get("/rapor").text
    clock.forward(seconds=61)
    page = portal.get("/rapor").text
    assert "DLHK" in page
    assert "1 laporan" in page


def test_the_first_page_says_when_the_internet_is_gone(portal, db) -> None:
    def is_told(process: str, **gauge: str) -> bool:
        with transaction(db):
            gauges.set_many(db, process, gauge, START)
        page = portal.get("/").text
        return 0 <= page.find("Internet sedang putus") < page.index('href="/lapor"')

    assert not is_told("sync", link="up")
    assert is_told("sync", link="down")
    assert not is_told("gate", internet="up")
    assert is_told("gate", internet="down")


def test_the_first_page_with_all_it_loads_is_below_50_kb(portal, db, new_id) -> None:
    for n in range(3):
        written = Stored(id=new_id(), title="x" * 80, body="kata " * 800, from_day="2026-11-21",
                         until_day=None)  # fmt: skip
        announcing.save(db, written, by="ani", now=at(seconds=n))
    page = portal.get("/")
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    sizes = []
    for asset in assets:
        with portal.get(asset) as loaded:
            sizes.append(len(loaded.data))
    assert len(assets) >= 2
    assert len(page.data) + sum(sizes) < 50_000


def test_the_answer_is_read_by_number_and_pin(portal, db) -> None:
    sent = portal.post("/tanya", data={"text": "Kapan sampah di jl Salak diangkut?"})
    number = re.search(r"/tiket/(\d{8})", sent.headers["Location"])
    assert number
    request = requests.by_ticket(db, Ticket(number[1]))
    assert request
    questions.answer(db, request.id, "Senin dan Kamis.", action_id=LONE, by=ANI, now=at(minutes=1))
    assert "Senin dan Kamis." not in portal.get(f"/tiket/{number[1]}").text
    known = ticket_pins.of(db, request.id)
    assert known
    page = portal.post(f"/tiket/{number[1]}/pin", data={"pin": known.pin})
    assert "Senin dan Kamis." in page.text
