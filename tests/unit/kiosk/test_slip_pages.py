"""The page of a slip: what it says of paper, and what its PIN opens."""

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions.box import printing
from appliance.domain.box.print_job import Outcome, PrintState
from appliance.kiosk.app import create_app
from appliance.kiosk.slips import Slips
from appliance.runtime.settings import Settings
from appliance.store.database import connect
from tests.conftest import Clock
from tests.support.kiosk_pages import SITE, confirmed, touch


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
