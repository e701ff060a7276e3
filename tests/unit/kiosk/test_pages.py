"""The kiosk's pages over a real database."""

import re
import sqlite3

import pytest
from flask.testing import FlaskClient

from appliance.actions.cases import helping
from appliance.domain.ids import Ticket
from appliance.domain.public.report_card import Line
from appliance.kiosk.app import create_app
from appliance.runtime.settings import Settings
from appliance.store.cases import help_calls, requests
from appliance.store.city import city_tables
from appliance.store.privacy import consents
from appliance.ticket_pages.report_cards import Made
from tests.conftest import START, Clock
from tests.support.kiosk_pages import SITE, begun, confirmed, reviewed, ticket_of, touch

ID = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"


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
    assert '<meta name="google" content="notranslate">' in page.text  # else Chromium offers to


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
