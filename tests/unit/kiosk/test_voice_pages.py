"""Telling by voice, as the kiosk's pages take it."""

import io
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.domain.cases.recording import NOT_KEPT, PLACEHOLDER
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.ids import Ticket
from appliance.kiosk.app import create_app
from appliance.runtime.kiosk_settings import Kiosk
from appliance.runtime.settings import Settings
from appliance.store.cases import recordings, requests
from appliance.store.database import connect
from tests.conftest import Clock
from tests.support.kiosk_pages import SITE, begun, ticket_of, touch
from tests.support.voices import a_voice


@pytest.fixture
def kiosk(db_path: Path, new_id: Callable[[], str]) -> FlaskClient:
    settings = Settings(site=SITE, kiosk=Kiosk(microphone=True))
    return create_app(settings, partial(connect, db_path), now=Clock(), new_id=new_id).test_client()


def sent(kiosk: FlaskClient, db: sqlite3.Connection, content: bytes | None) -> ServiceRequest:
    """A report by voice whose last screen brings these bytes."""
    page = begun(kiosk)
    for pressed in ({"choose": "sampah"}, {"go": "record"}, {"go": "next", "recorded": "12"}):
        page = touch(kiosk, page, **pressed)
    for pressed in ({"place": "14.71.07.1005"}, {"go": "next"}, {"go": "next"}):
        page = touch(kiosk, page, **pressed)
    assert 'enctype="multipart/form-data"' in page.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    file = {} if content is None else {"recording": (io.BytesIO(content), "suara.webm")}
    answer = kiosk.post("/lapor", data={**fields, "agree": "no", **file})
    found = requests.by_ticket(db, Ticket(ticket_of(answer)))
    assert found is not None
    return found


def test_a_voice_comes_with_the_last_screen(kiosk: FlaskClient, db: sqlite3.Connection) -> None:
    request = sent(kiosk, db, a_voice())
    voice = recordings.of(db, request.id)
    assert voice is not None
    assert (request.text, request.category, voice.seconds) == (PLACEHOLDER, "sampah", 12)


@pytest.mark.parametrize("content", [None, b"", b"<html>"])
def test_whatever_comes_instead_the_report_is_stored(
    kiosk: FlaskClient, db: sqlite3.Connection, content: bytes | None
) -> None:
    request = sent(kiosk, db, content)
    assert request.text == NOT_KEPT
    assert recordings.of(db, request.id) is None


def test_only_a_kiosk_with_a_microphone_lets_its_pages_use_it(
    kiosk: FlaskClient, db_path: Path
) -> None:
    deaf = create_app(Settings(site=SITE), partial(connect, db_path)).test_client()
    for client, granted in ((kiosk, "microphone=(self)"), (deaf, "microphone=()")):
        page = touch(client, begun(client), choose="sampah")
        assert f"camera=(), {granted}" in page.headers["Permissions-Policy"]
        assert ("data-records" in page.text) is (client is kiosk)


def test_confidential_words_are_offered_no_microphone(kiosk: FlaskClient) -> None:
    page = touch(kiosk, begun(kiosk), choose="")
    page = touch(kiosk, page, phrase="saya dipukul suami tiap malam")
    assert "data-records" not in touch(kiosk, page, go="back").text
