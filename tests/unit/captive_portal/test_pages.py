"""The portal's pages over a real database."""

import re
import sqlite3
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Status
from appliance.domain.ids import Ticket
from appliance.store import room
from appliance.store.cases import requests
from appliance.store.city import city_tables
from appliance.store.privacy import consents
from tests.conftest import START, Clock
from tests.support.portal_pages import LONE, PAGE_MAX_BYTES, move, submit, ticket_of


def test_the_home_page_leads_to_everything(portal: FlaskClient) -> None:
    page = portal.get("/").text
    assert "Kecamatan Bukit Raya" in page
    assert 'href="/lapor"' in page
    assert 'action="/status"' in page
    for number in ("112", "113", "119", "110"):
        assert f'href="tel:{number}"' in page


@pytest.mark.parametrize("path", ["/", "/lapor", "/status", "/status?tiket=1", "/nowhere"])
def test_pages_are_small_and_need_no_script_and_no_other_host(portal, path: str) -> None:
    page = portal.get(path)
    assert len(page.data) < PAGE_MAX_BYTES
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)


def test_a_report_becomes_a_ticket(portal: FlaskClient, db: sqlite3.Connection) -> None:
    number = ticket_of(submit(portal, phone="081234567890", kelurahan="14.71.07.1005"))
    stored = requests.by_ticket(db, Ticket(number))
    assert stored is not None
    assert (stored.text, stored.channel) == ("Sampah menumpuk di gang", "portal")
    assert stored.kelurahan == "14.71.07.1005"


def test_the_ticket_page_shows_and_says_the_number(portal: FlaskClient) -> None:
    sent = submit(portal)
    number = ticket_of(sent)
    page = portal.get(sent.headers["Location"])
    spans = f"<span>{number[:2]}</span><span>{number[2:5]}</span><span>{number[5:]}</span>"
    assert spans in page.text
    assert "“nol tujuh – nol nol nol – " in page.text
    assert "<svg" in page.text
    assert "3 hari kerja" in page.text
    assert len(page.data) < PAGE_MAX_BYTES


def test_sending_the_same_page_twice_gives_the_same_ticket(portal, db) -> None:
    assert ticket_of(submit(portal)) == ticket_of(submit(portal))
    assert requests.counts_by_status(db) == {"diterima": 1}


def test_going_back_and_writing_another_report_loses_nothing(portal, db) -> None:
    first = ticket_of(submit(portal))
    assert ticket_of(submit(portal, text="Lampu jalan mati")) != first
    assert requests.counts_by_status(db) == {"diterima": 2}


def test_the_form_promises_no_erasure_that_nobody_does(portal: FlaskClient) -> None:
    page = portal.get("/lapor").text
    assert "2 tahun" not in page
    assert "kantor kecamatan" in page


def test_a_mistake_keeps_what_was_typed(portal: FlaskClient, db: sqlite3.Connection) -> None:
    page = submit(portal, phone="123", location="Gg. <Anggrek>", name="Siti")
    assert page.status_code == 400
    assert "Nomor HP tidak terbaca" in page.text
    for kept in (
        "Sampah menumpuk di gang",
        "Gg. &lt;Anggrek&gt;",
        'value="Siti"',
        'value="123"',
        LONE,
    ):
        assert kept in page.text
    assert requests.counts_by_status(db) == {}


def test_switching_the_language_keeps_what_was_typed_and_sends_nothing(portal, db) -> None:
    page = submit(portal, lang="en", location="Gg. Anggrek")
    assert page.status_code == 200
    assert "Write a report" in page.text
    assert "Sampah menumpuk di gang" in page.text
    assert 'value="Gg. Anggrek"' in page.text
    assert 'action="/lapor?lang=en"' in page.text
    assert requests.counts_by_status(db) == {}


def test_a_chosen_language_stays_after_sending(portal: FlaskClient) -> None:
    sent = portal.post("/lapor?lang=en", data={"text": "trash", "submission_id": LONE})
    assert "lang=en" in sent.headers["Location"]
    assert "Your report is saved" in portal.get(sent.headers["Location"]).text


def test_a_full_disk_is_told_as_such_and_nothing_is_lost_silently(
    portal: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "free_bytes", lambda _path: 0)
    page = submit(portal)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "60"
    assert "belum tersimpan" in page.text


def test_reports_from_the_box_itself_are_not_counted(portal: FlaskClient) -> None:
    for n in range(5):
        ticket_of(submit(portal, text=f"Sampah {n}"))


def test_too_many_reports_are_refused_with_the_text_kept(portal: FlaskClient) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    for n in range(30):
        ticket_of(submit(portal, text=f"Sampah {n}"))
    page = submit(portal, text="Sampah lagi")
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Sampah lagi" in page.text
    assert "60 menit" in page.text
    assert "terdengar darurat" not in page.text
    urgent = submit(portal, text="tolong cepat rumah kebakaran").text
    assert urgent.index('href="tel:112"><strong>') < urgent.index("Laporan belum terkirim")


def test_over_the_limit_a_report_is_kept_and_an_emergency_hears_112_first(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    for n in range(5):
        ticket_of(submit(portal, text=f"Sampah {n}"))
    assert sorted(Mark.FLOOD in r.marks for r in requests.every(db)) == [False] * 3 + [True] * 2
    sent = submit(portal, text="tolong cepat rumah kebakaran di jl Durian")
    page = portal.get(sent.headers["Location"]).text
    assert page.index("Telepon 112 sekarang") < page.index("Laporan Anda tersimpan")


def test_what_a_device_tells_again_is_an_entry_and_its_page_says_so(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    first = ticket_of(submit(portal, text="Sampah menumpuk di jl Durian"))
    sent = submit(portal, text="Sampah di jl Durian belum diangkut, bau")
    assert ticket_of(sent) == first
    assert "Sudah tercatat, keterangan ditambahkan" in portal.get(sent.headers["Location"]).text
    assert "keterangan ditambahkan" not in portal.get(f"/tiket/{first}").text
    assert len(list(requests.every(db))) == 1


def test_an_emergency_that_joins_shows_112_first(portal: FlaskClient) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    ticket_of(submit(portal, text="tolong cepat kebakaran di jl Durian"))
    sent = submit(portal, text="kebakaran di jl Durian makin besar, tolong cepat")
    page = portal.get(sent.headers["Location"]).text
    calls = re.findall(r'href="tel:(\d+)"><strong>', page)
    assert calls[:2] == ["112", "113"]
    assert page.index("Telepon 112 sekarang") < page.index("Sudah tercatat")


def test_the_page_after_sending_advises_what_residents_can_do(portal: FlaskClient) -> None:
    sent = submit(portal, text="ada jentik di 7 rumah di gang kami")
    page = portal.get(sent.headers["Location"]).text
    assert "PSN 3M: kuras bak" in page
    assert "tidak menutup laporan" in page
    assert "PSN 3M" not in portal.get(f"/tiket/{ticket_of(sent)}").text


def test_a_secret_gets_no_advice_that_would_tell_it(portal: FlaskClient) -> None:
    sent = submit(portal, text="lurah minta uang pelicin seratus ribu")
    page = portal.get(sent.headers["Location"]).text
    assert "dirahasiakan" in page
    assert "kwitansi" not in page


@pytest.mark.parametrize(
    "body",
    [
        b"text=" + b"a" * 1_000_000,
        b"text=%00%01%02%ff%fe&submission_id=" + LONE.encode(),
        b"\x00\xff\xfe" * 1000,
        b"text=%F0%28%8C%28",
        b"text=%ED%A0%80%ED%A0%80%ED%A0%80&submission_id=" + LONE.encode(),
        b"text",
        b"&&&===",
        b"",
    ],
    ids=["1 MB", "control", "binary", "bad utf-8", "surrogates", "no value", "separators", "empty"],
)
def test_garbage_gets_a_sentence_never_a_crash(portal: FlaskClient, body: bytes) -> None:
    page = portal.post("/lapor", data=body, content_type="application/x-www-form-urlencoded")
    # Werkzeug keeps bytes that are no UTF-8 as their percent escapes: odd, but text.
    assert page.status_code == 303 or 400 <= page.status_code < 500
    assert page.status_code == 303 or "Kecamatan Bukit Raya" in page.text


def test_a_broken_multipart_body_gets_a_sentence(portal: FlaskClient) -> None:
    page = portal.post(
        "/lapor", data=b"--x\r\ngarbage", content_type="multipart/form-data; boundary=x"
    )
    assert page.status_code == 400


def test_an_emergency_puts_112_first_but_its_number_alone_does_not_tell(portal) -> None:
    sent = submit(portal, text="Kebakaran, tolong cepat")
    fresh = portal.get(sent.headers["Location"]).text
    main = fresh.index("<main")
    assert fresh.index("112 sekarang", main) < fresh.index("Laporan Anda tersimpan")
    assert "112 sekarang" not in portal.get(f"/tiket/{ticket_of(sent)}").text


def test_a_confidential_report_shows_only_that_it_is_handled(portal, db) -> None:
    sent = submit(portal, text="Saya dipukul suami", phone="081234567890", name="Siti")
    number = ticket_of(sent)
    move(db, number, Status.FORWARDED, "ke UPT PPA")
    assert "dirahasiakan" in portal.get(sent.headers["Location"]).text
    for path in (f"/tiket/{number}", sent.headers["Location"]):
        page = portal.get(path).text
        assert "Sedang ditangani" in page
        for secret in ("dipukul", "UPT PPA", "DP3APM", "Siti", "812", "tick-done"):
            assert secret not in page


@pytest.mark.parametrize("text", ["Kebakaran, tolong cepat", "Saya dipukul suami", "Sampah"])
def test_an_address_does_not_tell_what_its_page_hides(portal: FlaskClient, text: str) -> None:
    address = submit(portal, text=text).headers["Location"]
    assert re.fullmatch(r"/tiket/\d{8}\?baru=[\w.-]+", address)


@pytest.mark.parametrize(
    ("text", "guidance"),
    [("Kebakaran, tolong cepat", "112 sekarang"), ("Saya dipukul suami", "SAPA 129")],
)
def test_what_is_said_after_sending_is_said_for_two_minutes(portal, clock, text, guidance) -> None:
    address = submit(portal, text=text).headers["Location"]
    clock.forward(seconds=119)
    assert guidance in portal.get(address).text
    clock.forward(seconds=2)
    later = portal.get(address).text
    assert guidance not in later
    assert "Laporan Anda tersimpan" not in later
    assert 'class="ticket"' in later


@pytest.mark.parametrize("token", ["", "1", "IjA3MDAwMDI4Ig.AAAA.abc", "%00", "a" * 2000])
def test_a_forged_token_shows_the_ordinary_page(portal: FlaskClient, token: str) -> None:
    number = ticket_of(submit(portal, text="Saya dipukul suami"))
    page = portal.get(f"/tiket/{number}?baru={token}")
    assert page.status_code == 200
    assert "SAPA 129" not in page.text


def test_the_token_of_one_ticket_opens_no_other(portal: FlaskClient) -> None:
    number = ticket_of(submit(portal, text="Saya dipukul suami"))
    token = submit(portal, text="Sampah").headers["Location"].partition("?")[2]
    assert "SAPA 129" not in portal.get(f"/tiket/{number}?{token}").text


def test_a_token_from_before_a_restart_shows_the_ordinary_page(open_portal) -> None:
    address = submit(open_portal(), text="Saya dipukul suami").headers["Location"]
    page = open_portal().get(address)
    assert page.status_code == 200
    assert "SAPA 129" not in page.text
    assert 'class="ticket"' in page.text


def test_the_qr_code_is_the_portals_own_address_whatever_the_client_calls_it(portal, monkeypatch):
    drawn: list[str] = []
    monkeypatch.setattr("web.qr.svg", lambda address: drawn.append(address) or "")
    sent = submit(portal)
    portal.get(sent.headers["Location"], headers={"Host": "evil.example"})
    assert drawn == [f"http://posko.lan/tiket/{ticket_of(sent)}"]


@pytest.mark.parametrize("address", ["unknown", "_hidden", "10.0.0.9:81:2", "x" * 5000, ""])
def test_a_client_without_an_ip_address_is_counted_too_and_loses_nothing(portal, address) -> None:
    portal.environ_base["REMOTE_ADDR"] = address
    for n in range(30):
        ticket_of(submit(portal, text=f"Sampah {n}"))
    assert submit(portal, text="Sampah lagi").status_code == 429


def test_the_language_link_survives_odd_addresses(portal: FlaskClient) -> None:
    page = portal.get("/?a=%22%3E%3Cscript%3E&b=%26")
    assert "<script" not in page.text


def publish(db: sqlite3.Connection, *announcements: dict[str, str]) -> None:
    city_tables.replace(db, "announcements", 1, announcements, START)


def test_the_citys_announcements_are_shown_escaped_until_their_last_day(
    portal: FlaskClient, db: sqlite3.Connection, clock: Clock
) -> None:
    notice = {"id": "1", "title": "Libur & cuti", "body": "<b>Buka</b> Senin"}
    publish(db, notice | {"until": "2026-11-21"}, {"id": "2", "title": "Selalu", "body": ""})
    page = portal.get("/").text
    assert "Libur &amp; cuti" in page
    assert "&lt;b&gt;Buka&lt;/b&gt; Senin" in page
    clock.forward(days=1)
    assert "Libur" not in portal.get("/").text
    assert "Selalu" in portal.get("/").text


def test_the_way_in_stays_open_when_the_store_cannot_be_read(
    portal: FlaskClient, db_path: Path
) -> None:
    db_path.unlink()
    page = portal.get("/")
    assert page.status_code == 200
    assert "112" in page.text


def test_a_ticked_box_is_recorded_with_the_language_of_the_page(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    assert 'name="publish" value="yes">' in portal.get("/lapor").text
    form = {"text": "Lampu mati", "submission_id": LONE, "publish": "yes"}
    assert portal.post("/lapor?lang=en", data=form).status_code == 303
    [request] = requests.every(db)
    [given] = consents.of_request(db, request.id)
    assert (given.purpose, given.language, given.channel) == ("publish", "en", "portal")
