"""The logs of the city hold nobody's words, name, number, password or session."""

import logging
import re

import pytest
from sqlalchemy import Engine

from command_center.staff.guard import COOKIE
from command_center.staff.roles import Role
from tests.support.city_staff import PASSWORD, Officer, a_center, an_account, an_officer, logged_in
from tests.unit.command_center.city import break_store, received

NAME, PHONE, WORDS = "Siti Rahmawati", "+6281234567890", "lampu mati di depan rumah saya"


def test_what_a_database_refuses_is_not_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    break_store(engine, "requests", "location")
    client = an_officer(engine, Role.OPERATOR)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    call = {"text": WORDS, "location": "poison", "phone": PHONE, "name": NAME}
    shown = re.search(r'name="shown" value="(\w+)"', client.post("/telepon", data=call).text)
    assert shown
    assert client.post("/telepon", data={**call, "shown": shown[1]}).status_code == 500
    assert "a bug" in caplog.text
    assert [one for one in (NAME, PHONE, PHONE[3:], WORDS) if one in caplog.text] == []


def test_a_day_at_the_pages_leaves_no_personal_data_in_the_logs(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    case = received(engine, text=WORDS, reporter_name=NAME, reporter_phone=PHONE)
    app = a_center(engine)
    an_account(engine, "budi")
    stranger = Officer(app)
    stranger.get("/masuk")
    stranger.post("/masuk", data={"name": "budi", "password": "typed-by-mistake"})
    stranger.post("/masuk", data={"name": "budi", "password": PASSWORD})
    form = {"code": "ABCDE23456", "name": "eve", "password": PASSWORD, "again": PASSWORD}
    stranger.post("/siapkan", data=form)
    for role in Role:
        client = logged_in(app, engine, role)
        page = f"/permohonan/{case.request_id}"
        for path in ("/", page, f"{page}/foto", "/catatan", "/akun", "/api/events"):
            client.get(path)
        client.post(page, data={"status": "diproses", "message": "Bu Siti, kami datang"})
        client.post(f"{page}/koreksi", data={"reason": WORDS})
        client.post("/telepon", data={"text": WORDS, "phone": PHONE, "name": NAME})
    held = stranger.get_cookie(COOKIE)
    assert held
    told = "\n".join(record.getMessage() for record in caplog.records)
    secrets = (NAME, "Siti", PHONE, PHONE[3:], WORDS, PASSWORD, "typed-by-mistake", held.value)
    assert [one for one in (*secrets, "ABCDE23456") if one in told] == []
