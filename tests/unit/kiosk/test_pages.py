"""The kiosk's pages over a real database."""

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions import helping, printing
from appliance.domain.ids import Ticket
from appliance.domain.print_job import Outcome, PrintState
from appliance.domain.report_card import Line
from appliance.kiosk.app import create_app
from appliance.kiosk.slips import Slips
from appliance.runtime.settings import Settings
from appliance.store import city_tables, consents, help_calls, requests
from appliance.store.database import connect
from appliance.ticket_pages.report_cards import Made
from tests.conftest import START, Clock
from tests.support.kiosk_pages import SITE, begun, confirmed, reviewed, ticket_of, touch

ID = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kiosk(db_path: Path, new_id: Callable[[], str], clock: Clock) -> FlaskClient:
    app = create_app(Settings(site=SITE), partial(connect, db_path), now=clock, new_id=new_id)
    return app.test_client()


def test_a_report_by_touch_alone_becomes_a_slip(kiosk, db: sqlite3.Connection) -> None:
    sent = touch(kiosk, confirmed(kiosk), agree="no")
    assert sent.status_code == 303
    stored = requests.by_ticket(db, Ticket(ticket_of(sent)))
    assert stored is not None
    assert (stored.text, stored.category, stored.channel) == ("Sampah menumpuk", "sampah", "kiosk")
    slip = kiosk.get(sent.headers["Location"]).text
    assert 'http-equiv="refresh" content="20; url=/"' in slip
    assert "nol tujuh – nol nol nol" in slip
    assert "Sampah menumpuk" not in slip


def test_sending_twice_is_one_report(kiosk: FlaskClient, db: sqlite3.Connection) -> None:
    page = confirmed(kiosk)
    first, second = touch(kiosk, page, agree="no"), touch(kiosk, page, agree="no")
    assert ticket_of(first) == ticket_of(second)
    assert requests.counts_by_status(db) == {"diterima": 1}


def test_going_back_and_changing_the_text_is_another_report(kiosk, db) -> None:
    page = confirmed(kiosk)
    first = ticket_of(touch(kiosk, page, agree="no"))
    second = ticket_of(touch(kiosk, page, agree="no", text="Sampah dibakar"))
    assert first != second
    assert requests.counts_by_status(db) == {"diterima": 2}


def test_a_long_report_with_line_breaks_is_sent_as_it_was_typed(kiosk, db) -> None:
    # Browsers send every line break of a field, hidden ones too, as CR LF.
    typed = "parit\n" * 650 + "selesai"
    sent = touch(kiosk, confirmed(kiosk), agree="no", text=typed.replace("\n", "\r\n"))
    stored = requests.by_ticket(db, Ticket(ticket_of(sent)))
    assert stored is not None
    assert stored.text == typed


def test_nothing_is_stored_before_it_is_sent(kiosk, db: sqlite3.Connection) -> None:
    confirmed(kiosk, phone="081234567890")
    assert requests.counts_by_status(db) == {}


def test_the_idle_screen_shows_nothing_of_the_one_before(kiosk: FlaskClient) -> None:
    before = kiosk.get("/").text
    touch(kiosk, confirmed(kiosk, phone="081234567890"), agree="no")
    assert kiosk.get("/").text == before
    assert "http-equiv" not in before


def test_every_screen_returns_to_the_start_when_nobody_is_there(kiosk: FlaskClient) -> None:
    page = kiosk.get("/lapor")
    for pressed in (
        {"lang": "id"},
        {"choose": "pju"},
        {"go": "write"},
        {"go": "next", "text": "x"},
        {"go": "write"},
        {"go": "next"},
        {"place": ""},
        {"go": "next"},
        {"go": "next"},
    ):
        assert '<noscript><meta http-equiv="refresh" content="90; url=/">' in page.text
        assert 'name="go" value="back"' in page.text
        page = touch(kiosk, page, **pressed)
    assert "90; url=/" in kiosk.get("/darurat").text


def test_back_from_the_first_screen_is_the_start(kiosk: FlaskClient) -> None:
    page = touch(kiosk, kiosk.get("/lapor"), go="back")
    assert (page.status_code, page.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("path", ["/", "/lapor", "/status"])
def test_a_browser_of_another_language_greets_in_indonesian(kiosk: FlaskClient, path: str) -> None:
    page = kiosk.get(path, headers={"Accept-Language": "en-US,en;q=0.9"})
    assert '<html lang="id">' in page.text


def test_the_language_button_keeps_the_conversation(kiosk: FlaskClient) -> None:
    page = touch(kiosk, touch(kiosk, begun(kiosk), choose="pju"), go="write")
    english = touch(kiosk, page, lang="en", text="sedang saya ketik")
    assert "in your own words" in english.text
    assert "sedang saya ketik" in english.text
    english = touch(kiosk, english, go="back", text="sedang saya ketik")
    assert 'value="Lampu jalan mati"' in english.text
    assert "Street light is out" in english.text
    assert touch(kiosk, english, go="wipe").headers["Location"] == "/", "the next one is asked anew"


def test_the_emergency_screen_asks_nothing(kiosk: FlaskClient) -> None:
    page = kiosk.get("/darurat").text
    assert "<input" not in page
    assert 'name="go" value="back"' not in page
    assert '<p class="big-call">112</p>' in page


def test_an_urgent_report_is_told_to_call_before_anything_else(kiosk: FlaskClient) -> None:
    sent = touch(kiosk, confirmed(kiosk, phrase="Rumah terbakar"), agree="no")
    page = kiosk.get(sent.headers["Location"]).text
    assert page.index("telepon 112 sekarang") < page.index("Laporan Anda tersimpan")


def test_an_urgent_and_confidential_report_gets_both_advices(kiosk: FlaskClient) -> None:
    sent = touch(kiosk, reviewed(kiosk, phrase="Tolong cepat, saya dipukul suami"), go="next")
    page = kiosk.get(sent.headers["Location"]).text
    assert "telepon 112 sekarang" in page
    assert "SAPA 129" in page


def test_an_old_address_of_a_slip_is_the_ordinary_page(kiosk, clock) -> None:
    sent = touch(kiosk, confirmed(kiosk, phrase="Rumah terbakar"), agree="no")
    clock.forward(minutes=3)
    page = kiosk.get(sent.headers["Location"]).text
    assert "112 sekarang" not in page
    assert 'class="ticket"' in page


def test_a_confidential_report_shows_no_ticks_and_no_agency(kiosk: FlaskClient) -> None:
    review = reviewed(kiosk, phrase="Saya dipukul suami")
    assert "dirahasiakan" in review.text
    assert "<dd>Saya dipukul" not in review.text
    sent = touch(kiosk, review, go="next")
    address = sent.headers["Location"]
    assert "dirahasiakan" in kiosk.get(address).text
    plain = kiosk.get(address.partition("?")[0]).text
    assert "Sedang ditangani" in plain
    for secret in ("tick-done", "DP3APM", "DLHK", "dipukul"):
        assert secret not in plain


def test_the_number_pad_works_without_scripts(kiosk: FlaskClient) -> None:
    page = kiosk.get("/status?tiket=071&key=2").text
    assert 'value="0712"' in page
    assert 'value="071"' in kiosk.get("/status?tiket=0712&key=del").text


def test_a_number_is_found_or_plainly_not(kiosk: FlaskClient) -> None:
    sent = touch(kiosk, confirmed(kiosk), agree="no")
    number = ticket_of(sent)
    assert kiosk.get(f"/status?tiket={number}").headers["Location"] == f"/tiket/{number}"
    missing = kiosk.get("/status?tiket=07123456")
    assert missing.status_code == 404
    assert "tidak ditemukan" in missing.text


def test_the_address_of_a_slip_is_found_as_its_number_is(kiosk: FlaskClient) -> None:
    typed = {"tiket": "http://posko.kecamatan-bukit-raya.pekanbaru.go.id/tiket/07123450"}
    assert kiosk.get("/status", query_string=typed).headers["Location"] == "/tiket/07123450"


def test_the_idle_screen_has_a_report_card_once_enough_was_answered(kiosk, db, monkeypatch) -> None:
    assert "Rapor" not in kiosk.get("/").text
    line = Line(
        agency="DLHK", count=20, answered=12, in_time=9, median_days=None, overdue=0,
        not_ours=0, is_onboarded=True,
    )  # fmt: skip
    made = Made([line, line], Clock()(), 1000)
    monkeypatch.setattr("appliance.ticket_pages.report_cards._made", lambda _now: made)
    restarted = create_app(Settings(site=SITE), lambda: db, now=Clock()).test_client()
    assert "40 laporan setahun ini, 75 dari 100 dijawab tepat waktu" in restarted.get("/").text


def test_the_qr_code_leads_to_the_portal_not_to_the_kiosk(kiosk, monkeypatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("web.qr.svg", lambda address: drawn.append(address) or "")
    sent = touch(kiosk, confirmed(kiosk), agree="no")
    kiosk.get(sent.headers["Location"])
    assert drawn == [f"http://posko.lan{sent.headers['Location'].partition('?')[0]}"]


@pytest.mark.parametrize("body", [b"", b"step=kirim", b"\xff\x00", b"step=izin&agree=yes"])
def test_a_made_up_page_leads_to_the_start(kiosk: FlaskClient, body: bytes) -> None:
    page = kiosk.post("/lapor", data=body, content_type="application/x-www-form-urlencoded")
    assert (page.status_code, page.headers["Location"]) == (303, "/")


def test_every_ready_sentence_fits_its_category(kiosk: FlaskClient) -> None:
    for category in (
        "pju",
        "sampah",
        "jalan_rusak",
        "banjir_drainase",
        "adminduk",
        "kesehatan",
        "",
    ):
        page = touch(kiosk, begun(kiosk), choose=category)
        assert len(re.findall(r'name="phrase"', page.text)) == 4


def test_the_idle_screen_has_room_for_one_announcement(kiosk, db: sqlite3.Connection) -> None:
    rows = [{"id": str(n), "title": f"Kabar {n}", "body": ""} for n in (1, 2)]
    city_tables.replace(db, "announcements", 1, rows, START)
    page = kiosk.get("/").text
    assert "Kabar 1" in page
    assert "Kabar 2" not in page


@pytest.mark.parametrize(("answer", "purposes"), [("yes", ["publish"]), ("no", [])])
def test_either_answer_about_publishing_sends_and_is_kept(
    kiosk: FlaskClient, db: sqlite3.Connection, answer: str, purposes: list[str]
) -> None:
    page = confirmed(kiosk)
    assert page.text.count('<button class="tile" name="agree"') == 2
    sent = touch(kiosk, page, agree=answer)
    stored = requests.by_ticket(db, Ticket(ticket_of(sent)))
    assert stored is not None
    given = consents.of_request(db, stored.id)
    assert [consent.purpose for consent in given] == purposes
    assert {(consent.language, consent.channel) for consent in given} <= {("id", "kiosk")}


def test_who_calls_an_officer_is_told_and_the_officer_is_noted_with_the_report(
    kiosk: FlaskClient, db: sqlite3.Connection, clock: Clock
) -> None:
    page = touch(kiosk, begun(kiosk), go="help")
    page = touch(kiosk, page, go="help")
    assert "Petugas sudah dipanggil" in page.text
    assert help_calls.open_since(db)
    helping.answer(db, clock(), by="budi")
    for pressed in ({"choose": "pju"}, {"phrase": "Lampu mati"}, {"place": ""}, {"go": "next"}):
        page = touch(kiosk, page, **pressed)
    sent = touch(kiosk, touch(kiosk, page, go="next"), agree="no")
    stored = requests.by_ticket(db, Ticket(ticket_of(sent)))
    assert stored is not None
    [noted] = db.execute("SELECT request_id, officer FROM assisted_entries").fetchall()
    assert tuple(noted) == (stored.id, "budi")


def test_nobody_is_noted_where_nobody_came(kiosk, db: sqlite3.Connection) -> None:
    page = touch(kiosk, confirmed(kiosk, call="77"), agree="no")
    assert page.status_code == 303
    assert db.execute("SELECT count(*) FROM assisted_entries").fetchone()[0] == 0


def test_confidential_words_leave_the_screen_before_an_officer_comes(kiosk, db) -> None:
    page = touch(kiosk, touch(kiosk, begun(kiosk), choose=""), go="write")
    page = touch(kiosk, page, go="back", text="Saya dipukul suami")
    assert "dipukul" in page.text
    page = touch(kiosk, page, go="help")
    assert "dipukul" not in page.text
    assert "sudah dihapus dari layar" in page.text
    assert help_calls.open_since(db)


def test_a_secret_story_is_not_told_on_this_screen(kiosk) -> None:
    page = touch(kiosk, begun(kiosk), go="whisper").text
    assert "SAPA" in page
    assert "<textarea" not in page
    assert "WiFi Posko" in page


def test_no_screen_but_those_with_the_button_calls_an_officer(kiosk, db) -> None:
    touch(kiosk, reviewed(kiosk), go="help")
    touch(kiosk, kiosk.get("/lapor"), go="help")
    assert help_calls.open_since(db) is None


@pytest.fixture
def printing_kiosk(db_path: Path, new_id: Callable[[], str], clock: Clock) -> FlaskClient:
    """A kiosk with a printer whose queue nobody works off but the test."""
    app = create_app(
        Settings(site=SITE),
        partial(connect, db_path),
        now=clock,
        new_id=new_id,
        slips=Slips(wake=lambda: None, now=clock),
    )
    return app.test_client()


def settle_slip(db: sqlite3.Connection, clock: Clock, state: PrintState) -> None:
    job = printing.take(db, clock())
    assert job
    assert printing.settle(db, job, Outcome(state=state), clock())


def slip_page(kiosk: FlaskClient):
    return kiosk.get(touch(kiosk, confirmed(kiosk), agree="no").headers["Location"])


def touch_print_again(kiosk: FlaskClient, page):
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return kiosk.post("/cetak", data=fields)


def test_without_a_printer_no_page_speaks_of_paper(kiosk) -> None:
    page = slip_page(kiosk)
    assert "Struk" not in page.text
    assert "20; url=/" in page.text
    assert kiosk.post("/cetak").status_code == 404


def test_the_number_is_shown_while_the_slip_is_being_printed(printing_kiosk, db, clock) -> None:
    page = slip_page(printing_kiosk)
    assert "Nomor laporan" in page.text
    assert "Struk sedang dicetak" in page.text
    assert '<noscript><meta http-equiv="refresh" content="3">' in page.text
    assert "Cetak lagi" not in page.text
    settle_slip(db, clock, PrintState.PRINTED)
    page = printing_kiosk.get(page.request.full_path)
    assert "Struk sudah dicetak" in page.text
    assert "20; url=/" in page.text
    assert "Cetak lagi" not in page.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PrintState.FAILED, "Struk tidak tercetak. Catat nomornya"),
        (PrintState.UNCERTAIN, "Struk tidak keluar? Catat nomornya"),
    ],
)
def test_a_slip_not_known_to_be_printed_can_be_asked_for_once_more(
    printing_kiosk, db, clock, state: PrintState, words: str
) -> None:
    page = slip_page(printing_kiosk)
    settle_slip(db, clock, state)
    page = printing_kiosk.get(page.request.full_path)
    assert words in page.text
    for _ in range(2):
        again = touch_print_again(printing_kiosk, page)
        assert again.status_code == 303
    assert "Struk sedang dicetak" in printing_kiosk.get(again.headers["Location"]).text
    settle_slip(db, clock, PrintState.PRINTED)
    assert printing.take(db, clock()) is None
    assert "Struk sudah dicetak" in printing_kiosk.get(again.headers["Location"]).text


def test_who_only_knows_a_number_can_print_nothing(printing_kiosk, db, clock) -> None:
    page = slip_page(printing_kiosk)
    settle_slip(db, clock, PrintState.FAILED)
    page = printing_kiosk.get(page.request.full_path)
    clock.forward(minutes=3)
    touch_print_again(printing_kiosk, page)
    number = re.search(r"/tiket/(\d{8})", page.request.path)[1]
    printing_kiosk.post("/cetak", data={"tiket": number, "baru": "", "copy": "1"})
    assert printing.take(db, clock()) is None


@pytest.mark.parametrize(
    "fields",
    [{}, {"tiket": "07"}, {"tiket": "07123456", "copy": "1"}, {"tiket": "07123450", "copy": "x"}],
)
def test_print_requests_that_no_page_makes_are_refused(printing_kiosk, fields: dict) -> None:
    assert printing_kiosk.post("/cetak", data=fields).status_code == 400


def test_a_slip_that_cannot_be_queued_takes_nothing_from_the_number(
    printing_kiosk, db, clock
) -> None:
    db.execute("ALTER TABLE print_jobs RENAME TO elsewhere")
    sent = touch(printing_kiosk, confirmed(printing_kiosk), agree="no")
    assert sent.status_code == 303
    db.execute("ALTER TABLE elsewhere RENAME TO print_jobs")
    page = printing_kiosk.get(sent.headers["Location"])
    assert "Struk tidak tercetak. Catat nomornya, atau cetak lagi." in page.text
    touch_print_again(printing_kiosk, page)
    assert printing.take(db, clock())


def test_words_of_danger_show_112_before_anything_else_is_asked(kiosk) -> None:
    page = touch(kiosk, begun(kiosk), choose="")
    page = touch(kiosk, page, go="next", text="tolong cepat rumah kebakaran")
    assert "Terdengar darurat: telepon 112 / 113 sekarang" in page.text
    page = touch(kiosk, page, place="14.71.07.1005")
    assert "telepon 112" in page.text
    page = touch(kiosk, touch(kiosk, page, go="next"), go="next")
    slip = kiosk.get(touch(kiosk, page, agree="no").headers["Location"])
    assert slip.text.index("telepon 112 sekarang") < slip.text.index("Laporan Anda tersimpan")


def test_ordinary_words_show_how_far_one_is(kiosk) -> None:
    page = touch(kiosk, touch(kiosk, begun(kiosk), choose=""), go="next", text="got mampet")
    assert "Terdengar darurat" not in page.text


def test_the_slip_advises_and_says_when_it_joins(kiosk, db: sqlite3.Connection) -> None:
    def sent(phrase: str):
        page = confirmed(kiosk, phrase, phone="0812 3456 7890")
        return touch(kiosk, page, agree="no")

    first, again = sent("Sampah menumpuk"), sent("Sampah tidak diangkut")
    assert ticket_of(again) == ticket_of(first)
    assert "Letakkan sampah terikat" in kiosk.get(first.headers["Location"]).text
    assert "keterangan ditambahkan" in kiosk.get(again.headers["Location"]).text
    assert len(list(requests.every(db))) == 1


def pin_on(page) -> str:
    found = re.search(r'class="pin">PIN <strong>(\d{4})<', page.text)
    assert found
    return found[1]


def test_the_pin_on_the_slip_opens_the_ticket(kiosk) -> None:
    page = slip_page(kiosk)
    ticket = page.request.path
    assert "Sampah menumpuk" not in kiosk.get(ticket).text
    asked = kiosk.get(f"{ticket}/pin")
    assert 'name="pin"' in asked.text
    opened = kiosk.post(f"{ticket}/pin", data={"pin": pin_on(page)})
    assert "Sampah menumpuk" in opened.text
    assert 'data-wipes-after-s="20"' in opened.text


def test_a_wrong_pin_says_so_and_after_five_even_the_right_one_opens_nothing(kiosk) -> None:
    page = slip_page(kiosk)
    wrong = "1111" if pin_on(page) != "1111" else "2222"
    for _ in range(5):
        assert "PIN salah" in kiosk.post(f"{page.request.path}/pin", data={"pin": wrong}).text
    locked = kiosk.post(f"{page.request.path}/pin", data={"pin": pin_on(page)})
    assert locked.status_code == 403
    assert "terlalu sering salah" in locked.text
    assert "Sampah menumpuk" not in locked.text


def test_the_pad_of_the_pin_works_without_scripts(kiosk) -> None:
    page = slip_page(kiosk)
    typed = kiosk.post(f"{page.request.path}/angka", data={"pin": "042", "key": "7"}).text
    assert 'value="0427"' in typed


def test_a_printed_slip_shows_the_pin_and_that_of_who_joins_does_not(
    printing_kiosk, db, clock
) -> None:
    page = slip_page(printing_kiosk)
    job = printing.take(db, clock())
    assert job
    assert job.shows_pin
    printing.settle(db, job, Outcome(state=PrintState.FAILED), clock())
    page = printing_kiosk.get(page.request.full_path)
    touch_print_again(printing_kiosk, page)
    again = printing.take(db, clock())
    assert again
    assert again.shows_pin


def test_after_a_restart_of_the_kiosk_the_page_still_tells_of_the_slip(
    printing_kiosk, db_path: Path, db, clock
) -> None:
    address = slip_page(printing_kiosk).request.full_path
    assert printing.take(db, clock())
    restarted = create_app(
        Settings(site=SITE),
        partial(connect, db_path),
        now=clock,
        slips=Slips(wake=lambda: None, now=clock),
    ).test_client()
    assert "Struk sedang dicetak" in restarted.get(address).text
    printing.recover(db, clock())
    page = restarted.get(address)
    assert "Struk tidak keluar? Catat nomornya." in page.text
    assert "Cetak lagi" not in page.text
    clock.forward(minutes=11)
    assert "Struk" not in restarted.get(address).text
