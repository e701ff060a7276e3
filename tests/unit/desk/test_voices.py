"""Recordings at the desk: heard, noted, written down."""

import sqlite3
from collections.abc import Callable

import pytest

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.staff.accounts import Role
from appliance.store import blob_files
from appliance.store.cases import recordings, requests
from tests.support.voices import a_voice, spoken
from tests.unit.desk.conftest import LoggedIn, case_of, seen

Desk = Callable[[Role], LoggedIn]


def test_staff_listen_and_it_is_noted_once(db: sqlite3.Connection, desk: Desk) -> None:
    who, request = desk(Role.OPERATOR), spoken(db, "lampu")
    path = f"/laporan/{request.ticket.digits}"
    assert f"{path}/rekaman" in who.get("/rekaman").text
    assert f"{path}/suara" in who.get(f"{path}/rekaman").text
    whole = who.get(f"{path}/suara", buffered=True)
    assert (whole.data, whole.mimetype) == (a_voice("lampu"), "audio/webm")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    rest = who.get(f"{path}/suara", headers={"Range": "bytes=4-"}, buffered=True)
    assert (rest.status_code, rest.data) == (206, a_voice("lampu")[4:])
    assert [what for what, _ in seen(db)].count("voice") == 1
    assert seen(db)[-1] == ("voice", request.id)


def test_what_staff_write_is_the_text_of_the_case(db: sqlite3.Connection, desk: Desk) -> None:
    who, request = desk(Role.OPERATOR), spoken(db)
    path = f"/laporan/{request.ticket.digits}/rekaman"
    assert who.post(path, words="").status_code == 409
    assert who.post(path, words="Sampah di gang Mawar").status_code == 303
    assert "Sampah di gang Mawar" in case_of(who, request)
    assert "Tidak ada rekaman" in who.get("/rekaman").text
    again = who.post(path, words="Lain")
    assert again.status_code == 409
    assert "sudah ditulis" in again.text


def test_a_recording_that_is_gone_is_said_to_be(db: sqlite3.Connection, desk: Desk) -> None:
    who, request = desk(Role.OPERATOR), spoken(db)
    voice = recordings.of(db, request.id)
    assert voice is not None
    blob_files.of(db).remove(voice.sha256)
    assert who.get(f"/laporan/{request.ticket.digits}/suara").status_code == 404
    assert "Rekaman hilang" in who.get(f"/laporan/{request.ticket.digits}/rekaman").text


@pytest.mark.parametrize("path", ["rekaman", "suara"])
def test_what_has_become_confidential_is_heard_by_nobody(
    db: sqlite3.Connection, desk: Desk, path: str
) -> None:
    who, request = desk(Role.ADMIN), spoken(db)
    db.execute("UPDATE requests SET sensitivity = ?", (Sensitivity.CONFIDENTIAL,))
    found = requests.by_id(db, request.id)
    assert found is not None
    assert who.get(f"/laporan/{request.ticket.digits}/{path}").status_code == 404
    assert request.ticket.digits not in who.get("/rekaman").text
