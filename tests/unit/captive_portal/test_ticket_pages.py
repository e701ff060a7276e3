"""The page of a ticket: who finds it, and what it tells to whom."""

import re

import pytest
from flask.testing import FlaskClient

from appliance.domain.cases.service_request import Status
from appliance.domain.ids import Ticket
from tests.conftest import Clock
from tests.support.portal_pages import PAGE_MAX_BYTES, move, submit, ticket_of


def test_whoever_tries_many_numbers_has_to_wait(portal: FlaskClient, clock: Clock) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    tried = [Ticket.issue("07", 500 + n).digits for n in range(31)]
    answers = [portal.get(f"/tiket/{number}").status_code for number in tried]
    assert answers == [404] * 30 + [429]
    number = ticket_of(submit(portal))
    refused = portal.get(f"/tiket/{number}")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 600
    assert "10 menit" in refused.text
    assert "112" in refused.text
    clock.forward(minutes=11)
    assert portal.get(f"/tiket/{number}").status_code == 200


def test_looking_up_by_form_counts_once_and_tells_nothing_for_free(portal: FlaskClient) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    number = ticket_of(submit(portal))
    answers = [
        portal.get(f"/status?tiket={number}", follow_redirects=True).status_code for _ in range(31)
    ]
    assert answers == [200] * 30 + [429]
    unused = Ticket.issue("07", 999).digits
    for typed in (number, unused):
        assert portal.get(f"/status?tiket={typed}").status_code == 303


def test_ones_own_fresh_ticket_is_always_shown(portal: FlaskClient) -> None:
    portal.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    for _ in range(31):
        portal.get("/tiket/" + Ticket.issue("07", 999).digits)
    sent = submit(portal)
    for _ in range(3):
        assert portal.get(sent.headers["Location"]).status_code == 200


def test_looking_up_at_the_box_itself_is_not_counted(portal: FlaskClient) -> None:
    number = ticket_of(submit(portal))
    assert {portal.get(f"/tiket/{number}").status_code for _ in range(40)} == {200}


def test_of_a_masked_report_a_number_shows_no_message(portal, db) -> None:
    number = ticket_of(submit(portal, text="KTP belum jadi"))
    move(db, number, Status.DEFERRED, "Blangko untuk Siti habis")
    page = portal.get(f"/tiket/{number}").text
    assert "Ditunda" in page
    assert "Siti" not in page
    assert "ada di bawah" not in page
    assert "tanyakan" in page.lower()


def test_a_number_reveals_state_and_agency_and_its_pin_the_rest_but_nobody(portal, db) -> None:
    sent = submit(
        portal, text="Sampah isi-sendiri", phone="081234567890", name="Siti", location="Gg Anggrek"
    )
    number = ticket_of(sent)
    move(db, number, Status.FORWARDED, "Truk datang Senin")
    page = portal.get(f"/tiket/{number}").text
    assert "Diteruskan ke DLHK" in page
    for secret in ("Truk datang Senin", "isi-sendiri", "Siti", "Anggrek", "3456"):
        assert secret not in page
    pin = re.search(r'class="pin">PIN <strong>(\d{4})<', portal.get(sent.headers["Location"]).text)
    assert pin
    assert portal.post(f"/tiket/{number}/pin", data={"pin": "12"}).status_code == 403
    opened = portal.post(f"/tiket/{number}/pin", data={"pin": pin[1]}).text
    assert "Truk datang Senin" in opened
    assert "isi-sendiri" in opened
    for secret in ("Siti", "Anggrek", "3456"):
        assert secret not in opened


def test_who_joins_a_report_by_typing_its_phone_is_shown_no_pin(portal) -> None:
    phone = "081234567890"
    first = submit(portal, text="Sampah menumpuk di Gg Anggrek 7", phone=phone)
    again = submit(portal, text="Sampah tidak diangkut di Gg Anggrek 7", phone=phone)
    assert ticket_of(first) == ticket_of(again)
    page = portal.get(again.headers["Location"]).text
    assert "keterangan ditambahkan" in page
    assert 'class="pin"' not in page
    assert 'class="pin"' in portal.get(first.headers["Location"]).text


def test_a_confidential_report_has_no_pin(portal) -> None:
    sent = submit(portal, text="Saya dipukul suami di rumah")
    assert 'class="pin"' not in portal.get(sent.headers["Location"]).text
    assert "PIN" not in portal.get(f"/tiket/{ticket_of(sent)}").text
    tried = portal.post(f"/tiket/{ticket_of(sent)}/pin", data={"pin": "1234"})
    assert tried.status_code == 403
    assert "dipukul" not in tried.text


def test_the_city_is_ticked_only_after_its_acknowledgement(portal, db) -> None:
    number = ticket_of(submit(portal))
    city_ticked = re.compile(r'tick-done"><span class="tick-dot">[^∎]{0,600}?Diterima kota')

    def ticks() -> list[str]:
        return re.findall(r'<li class="tick( tick-done)?">', portal.get(f"/tiket/{number}").text)

    assert ticks() == [" tick-done", "", "", "", ""]
    db.execute("UPDATE outbox_lanes SET acked_seq = 1 WHERE lane = 'p1'")
    assert ticks() == [" tick-done", " tick-done", "", "", ""]
    assert city_ticked.search(portal.get(f"/tiket/{number}").text)


@pytest.mark.parametrize(
    "spelling", ["{0} {1} {2}", "{0}.{1}-{2}", "O{0[1]} {1} {2}", " {0}{1}{2} "]
)
def test_a_number_is_found_however_it_is_typed(portal: FlaskClient, spelling: str) -> None:
    number = ticket_of(submit(portal))
    typed = spelling.format(number[:2], number[2:5], number[5:])
    found = portal.get("/status", query_string={"tiket": typed})
    assert (found.status_code, found.headers["Location"]) == (303, f"/tiket/{number}")


@pytest.mark.parametrize("typed", ["07123456", "07123450", "1", "a" * 5000, "\x00", "' OR 1=1 --"])
def test_a_wrong_number_is_not_found_in_plain_words(portal: FlaskClient, typed: str) -> None:
    page = portal.get("/status", query_string={"tiket": typed}, follow_redirects=True)
    assert page.status_code == 404
    assert "tidak ditemukan" in page.text
    assert len(page.data) < PAGE_MAX_BYTES


def test_a_wrong_ticket_address_is_not_found(portal: FlaskClient) -> None:
    assert portal.get("/tiket/07123456").status_code == 404
    assert portal.get("/tiket/%00").status_code == 404
