"""A photo on the portal's form, and the city's documents on the portal's pages."""

import io
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from appliance.actions.cases import photos
from appliance.actions.public import documents
from appliance.domain.blobs import Manifest
from appliance.domain.cases.photo import PHOTO_MAX_BYTES
from appliance.domain.cases.service_request import Kind
from appliance.domain.events.files import DocumentWithdrawn
from appliance.domain.ids import Ticket
from appliance.runtime.settings import Portal, Settings, Site
from appliance.store import blob_files
from appliance.store.cases import photos as stored_photos
from appliance.store.cases import requests, ticket_pins
from appliance.store.database import connect, transaction
from appliance.store.public import documents as stored_documents
from appliance.store.public.documents import Document
from captive_portal.app import create_app
from captive_portal.forms import FORM_MAX_BYTES
from tests.conftest import START, Clock, at
from tests.support.photos import SECRET, exif, jpeg, png

SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")
PHONE = {"REMOTE_ADDR": "10.0.0.9"}


@pytest.fixture
def portal(db_path: Path, new_id: Callable[[], str], clock: Clock) -> FlaskClient:
    settings = Settings(site=SITE, portal=Portal(photos_per_hour=2, reports_per_hour=4))
    app = create_app(settings, partial(connect, db_path), now=clock, new_id=new_id)
    return app.test_client()


def submit(
    portal: FlaskClient, photo: bytes | None, *, cut: str | None = None, **changes: str
) -> TestResponse:
    """Send the form; `cut` is why its end was dropped, as the server says it (web.bodies)."""
    form: dict[str, object] = {"text": "Sampah menumpuk di gang", **changes}
    if photo is not None:
        form["photo"] = FileStorage(io.BytesIO(photo), "../../IMG_0001.exe")
    boundary, body = encode_multipart(form)
    content_type = f"multipart/form-data; boundary={boundary}"
    environ = PHONE | ({"HTTP_POSKO_BODY_CUT": cut} if cut else {})
    return portal.post("/lapor", data=body, content_type=content_type, environ_base=environ)


def slip(portal: FlaskClient, sent: TestResponse) -> str:
    """The page a resident sees after sending."""
    assert sent.status_code == 303, sent.text
    return portal.get(sent.headers["Location"]).text


def kept(db: sqlite3.Connection) -> list[bytes]:
    folder = blob_files.of(db)
    return [folder.file(name).read_bytes() for name in stored_photos.files(db)]


def test_a_photo_is_kept_without_what_the_camera_wrote(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    page = slip(portal, submit(portal, jpeg(exif())))
    assert "Foto Anda ikut tersimpan" in page
    assert kept(db) == [jpeg()]
    assert SECRET not in kept(db)[0]
    leftover = [file.name for file in blob_files.of(db).path.iterdir() if file.suffix]
    assert leftover == []


@pytest.mark.parametrize("empty", [None, b""], ids=["no field", "nothing chosen"])
def test_a_form_without_a_photo_is_a_report_all_the_same(
    portal: FlaskClient, db: sqlite3.Connection, empty: bytes | None
) -> None:
    page = slip(portal, submit(portal, empty))
    assert "Foto" not in page
    assert kept(db) == []


def test_a_form_as_old_browsers_send_it_is_a_report_all_the_same(portal: FlaskClient) -> None:
    assert portal.post("/lapor", data={"text": "Sampah menumpuk"}).status_code == 303


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (jpeg(pixels=bytes(PHOTO_MAX_BYTES)), "lebih besar dari 5 MB"),
        (b"%PDF-1.7", "bukan foto"),
        (jpeg()[:-2], "bukan foto"),
        (b"<svg onload=alert(1)>", "bukan foto"),
    ],
    ids=["too large", "pdf", "cut off", "svg"],
)
def test_a_wrong_photo_is_told_in_place_and_what_was_typed_stays(
    portal: FlaskClient, db: sqlite3.Connection, photo: bytes, words: str
) -> None:
    refused = submit(portal, photo, location="Gang Melati")
    assert refused.status_code == 400
    assert words in refused.text
    assert "tanpa foto" in refused.text, "the way out is named"
    assert "Sampah menumpuk di gang" in refused.text
    assert 'value="Gang Melati"' in refused.text
    assert list(requests.every(db)) == []
    [again] = re.findall(r'name="submission_id" value="([^"]+)"', refused.text)
    assert submit(portal, None, submission_id=again).status_code == 303


@pytest.mark.parametrize("cut", [None, "large"])
def test_an_emergency_does_not_wait_for_a_better_photo(
    portal: FlaskClient, db: sqlite3.Connection, cut: str | None
) -> None:
    sent = submit(portal, b"%PDF-1.7", text="tolong ada kebakaran di pasar", cut=cut)
    assert "Foto tidak ikut tersimpan" in slip(portal, sent)
    assert [request.kind for request in requests.every(db)] == [Kind.EMERGENCY]


def test_a_photo_beside_another_mistake_must_be_chosen_again(portal: FlaskClient) -> None:
    refused = submit(portal, png(), text="")
    assert refused.status_code == 400
    assert "Pilih fotonya sekali lagi" in refused.text


def test_the_largest_photo_is_taken_and_only_this_form_takes_so_much(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    largest = jpeg(pixels=bytes(PHOTO_MAX_BYTES - len(jpeg(pixels=b""))))
    assert submit(portal, largest).status_code == 303
    assert kept(db) == [largest]
    beyond = submit(portal, bytes(FORM_MAX_BYTES))
    assert beyond.status_code == 413
    assert "5 MB" in beyond.text
    assert portal.get("/status", data=b"x" * 100_000).status_code == 413


def test_a_report_is_stored_and_told_so_when_its_photo_cannot_be(
    portal: FlaskClient, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "TAKEN_ABOVE_FREE_BYTES", 2**62)
    page = slip(portal, submit(portal, png()))
    assert "Laporan Anda tersimpan" in page
    assert "Foto tidak ikut tersimpan" in page
    assert len(list(requests.every(db))) == 1


def test_a_report_is_stored_when_there_is_no_memory_for_its_photo(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    page = slip(portal, submit(portal, png()[:40], cut="busy"))
    assert "Foto tidak ikut tersimpan" in page
    assert len(list(requests.every(db))) == 1
    assert kept(db) == []


def test_a_photo_of_which_only_the_beginning_came_is_told_as_too_large(portal: FlaskClient) -> None:
    refused = submit(portal, png()[:40], cut="large")
    assert refused.status_code == 400
    assert "lebih besar dari 5 MB" in refused.text
    assert "Sampah menumpuk di gang" in refused.text


def test_who_must_wait_is_told_to_choose_the_photo_again(portal: FlaskClient) -> None:
    sent = [submit(portal, png(), text=f"Sampah {n}") for n in range(41)]
    assert sent[-1].status_code == 429
    assert "Pilih fotonya sekali lagi" in sent[-1].text


def test_all_that_is_typed_comes_before_the_photo(portal: FlaskClient) -> None:
    """Of a large form only the beginning may be kept."""
    fields = re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', portal.get("/lapor").text)
    assert fields[-1] == "photo"


def test_a_device_that_sends_too_many_photos_still_reports(portal: FlaskClient) -> None:
    pages = [slip(portal, submit(portal, png(), text=f"Sampah {n}")) for n in range(3)]
    assert ["Foto tidak ikut tersimpan" in page for page in pages] == [False, False, True]


def test_pressing_twice_makes_one_report_with_one_photo(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    page_id = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
    sent = [submit(portal, png(), submission_id=page_id) for _ in range(2)]
    assert {answer.status_code for answer in sent} == {303}
    assert len(list(requests.every(db))) == 1
    assert kept(db) == [png()]


def test_switching_the_language_does_not_carry_the_photo_over_the_air(portal: FlaskClient) -> None:
    """The browser would send it again each time; the button says not to."""
    page = portal.get("/lapor").text
    [button] = re.findall(r'<button[^>]*name="lang"[^>]*>', page)
    assert 'formenctype="application/x-www-form-urlencoded"' in button


def test_a_photo_of_which_only_the_name_came_is_not_lost_in_silence(portal: FlaskClient) -> None:
    form = {"text": "Sampah menumpuk", "photo": "IMG_0001.jpg"}
    switched = portal.post("/lapor", data={**form, "lang": "en"}).text
    assert "once more" in switched
    assert "once more" not in portal.post("/lapor", data={"lang": "en", "photo": ""}).text
    assert "Foto tidak ikut tersimpan" in slip(portal, portal.post("/lapor", data=form))


def test_a_photo_is_not_to_be_had_at_the_portal(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    page = slip(portal, submit(portal, png()))
    [name] = stored_photos.files(db)
    assert name not in page
    assert portal.get(f"/dokumen/{name}").status_code == 404


def publish(db: sqlite3.Connection, content: bytes, media_type: str, title: str) -> str:
    """A document that has come from the city."""
    folder = blob_files.of(db)
    staged = folder.stage(content)
    folder.keep(staged)
    file = Manifest(sha256=staged.sha256, size_bytes=len(content), media_type=media_type)
    document = Document(
        document_id="d1", title=title, file=file, state="wanted", published_at=START
    )
    with transaction(db):
        stored_documents.add(db, document, START)
    documents.fetched(db, staged.sha256, at(), is_stored=True)
    return staged.sha256


def test_a_document_is_listed_and_served_to_be_kept(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    assert "/dokumen" not in portal.get("/").text
    publish(db, b"%PDF-1.7 x", "application/pdf", "Jadwal Posyandu: Juli/Agustus")
    assert 'href="/dokumen"' in portal.get("/").text
    listed = portal.get("/dokumen").text
    assert "Jadwal Posyandu: Juli/Agustus" in listed
    assert "PDF, 1 kB" in listed
    assert "Dokumen kota" in listed
    with portal.get("/dokumen/d1") as served:
        assert served.data == b"%PDF-1.7 x"
    disposition = served.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="Jadwal Posyandu Juli Agustus.pdf"'
    assert served.headers["Content-Type"] == "application/pdf"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_that_a_browser_would_run_is_not_served(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    publish(db, b"<script>", "text/html", "Halaman")
    assert portal.get("/dokumen/d1").status_code == 404


def test_a_document_whose_file_is_gone_or_taken_back_is_not_found(
    portal: FlaskClient, db: sqlite3.Connection
) -> None:
    name = publish(db, b"halo", "text/plain", "Halo")
    blob_files.of(db).file(name).unlink()
    assert portal.get("/dokumen/d1").status_code == 404
    with transaction(db):
        documents.withdrawn(db, DocumentWithdrawn(document_id="d1"), at())
    taken_back = portal.get("/dokumen/d1")
    assert taken_back.status_code == 404
    assert "Dokumen itu sudah tidak ada" in taken_back.text
    assert "Belum ada dokumen" in portal.get("/dokumen").text


MINI = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36"


def opened(portal: FlaskClient, db: sqlite3.Connection) -> tuple[str, str]:
    """A report that was sent without a photo: its number and PIN."""
    sent = submit(portal, None)
    number = re.search(r"/tiket/(\d{8})", sent.headers["Location"])
    assert number
    request = requests.by_ticket(db, Ticket(number[1]))
    assert request
    known = ticket_pins.of(db, request.id)
    assert known
    return number[1], known.pin


def send_later(portal: FlaskClient, number: str, pin: str, photo: bytes) -> TestResponse:
    form = {"pin": pin, "photo": FileStorage(io.BytesIO(photo), "IMG.jpg")}
    return portal.post(f"/tiket/{number}/foto", data=form, environ_base=PHONE)


def test_a_photo_follows_its_report_by_number_and_pin(portal, db) -> None:
    number, pin = opened(portal, db)
    sent = send_later(portal, number, pin, jpeg(exif()))
    assert sent.status_code == 303
    assert "Foto Anda tersimpan" in portal.get(sent.headers["Location"]).text
    assert kept(db) == [jpeg()]
    again = send_later(portal, number, pin, png())
    assert again.status_code == 409
    assert kept(db) == [jpeg()]


def test_after_a_week_no_photo_is_added(portal, db, clock) -> None:
    number, pin = opened(portal, db)
    clock.forward(days=7)
    assert send_later(portal, number, pin, jpeg()).status_code == 409
    assert kept(db) == []


def test_without_the_pin_no_photo_is_added(portal, db) -> None:
    number, pin = opened(portal, db)
    wrong = "0000" if pin != "0000" else "1111"
    for typed in (wrong, "", "abcd"):
        assert send_later(portal, number, typed, jpeg()).status_code == 403
    assert kept(db) == []


def test_a_file_that_is_no_photo_costs_no_try_of_the_pin(portal, db) -> None:
    number, pin = opened(portal, db)
    for _ in range(6):
        assert send_later(portal, number, "9999", b"%PDF-1.7").status_code == 400
    assert send_later(portal, number, pin, jpeg()).status_code == 303


def test_a_confidential_report_takes_no_photo_by_number(portal, db) -> None:
    sent = submit(portal, None, text="Saya dipukul suami")
    number = re.search(r"/tiket/(\d{8})", sent.headers["Location"])
    assert number
    assert send_later(portal, number[1], "1234", jpeg()).status_code == 403
    assert "Tambahkan foto" not in portal.get(sent.headers["Location"]).text
    assert kept(db) == []


def test_the_slip_leads_to_the_photo_and_a_captive_window_says_where(portal, db) -> None:
    sent = submit(portal, None)
    slip_page = portal.get(sent.headers["Location"]).text
    address = re.search(r'href="(/tiket/\d{8}/foto)"', slip_page)
    assert address
    page = portal.get(address[1], headers={"User-Agent": MINI}).text
    assert 'type="file"' not in page
    assert f"localhost{address[1]}" in page
    assert "/foto" not in portal.get(address[1].removesuffix("/foto")).text
