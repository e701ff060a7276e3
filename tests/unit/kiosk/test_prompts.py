"""Recorded prompts: a button where there is a recording, and nothing else of the folder."""

from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.kiosk.app import create_app
from appliance.runtime.kiosk_settings import Kiosk
from appliance.runtime.settings import Settings, Site
from appliance.store.database import connect
from tests.conftest import Clock

SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "prompts"
    found.mkdir()
    for name in ("bahasa.id.ogg", "mulai.id.wav", "status.en.mp3", "secret.txt", "x.xx.ogg"):
        (found / name).write_bytes(b"sound")
    (tmp_path / "outside.id.ogg").write_bytes(b"outside")
    return found


@pytest.fixture
def kiosk(db_path: Path, folder: Path) -> FlaskClient:
    settings = Settings(site=SITE, kiosk=Kiosk(prompts=folder))
    return create_app(settings, partial(connect, db_path), now=Clock()).test_client()


def test_a_screen_with_a_recording_plays_it_and_has_a_button(kiosk: FlaskClient) -> None:
    page = kiosk.get("/lapor").text
    assert '<audio src="/suara/bahasa.id.ogg" data-prompt autoplay>' in page
    assert "data-play" in page
    with kiosk.get("/suara/bahasa.id.ogg") as sound:
        assert sound.data == b"sound"


def test_the_idle_screen_plays_only_when_asked(kiosk: FlaskClient) -> None:
    assert '<audio src="/suara/mulai.id.wav" data-prompt>' in kiosk.get("/").text


def test_a_screen_without_one_in_its_language_has_no_button(kiosk: FlaskClient) -> None:
    assert "data-play" not in kiosk.get("/status").text
    assert "data-play" in kiosk.get("/status?lang=en").text


@pytest.mark.parametrize(
    "name", ["secret.txt", "x.xx.ogg", "nothing.id.ogg", "..%2Foutside.id.ogg", "%00.id.ogg"]
)
def test_nothing_else_is_served(kiosk: FlaskClient, name: str) -> None:
    assert kiosk.get(f"/suara/{name}").status_code == 404


def test_without_a_folder_nothing_is_played(db_path: Path) -> None:
    bare = create_app(Settings(site=SITE), partial(connect, db_path), now=Clock()).test_client()
    assert "data-play" not in bare.get("/lapor").text
    assert bare.get("/suara/bahasa.id.ogg").status_code == 404
