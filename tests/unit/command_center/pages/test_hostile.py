"""What strangers and staff send to the city's pages that no page of ours would."""

import pytest
from sqlalchemy import Engine

from command_center.staff.roles import Role
from tests.support.city_staff import Officer, a_center, logged_in

LARGE = "9" * 25
"""Beyond any column of numbers."""


def test_what_no_database_can_hold_names_nothing(engine: Engine) -> None:
    app = a_center(engine, has_lapor=True)
    officer, admin = (logged_in(app, engine, role) for role in (Role.VERIFIKATOR, Role.ADMIN))
    answers = {
        "/permohonan/%00": officer.get("/permohonan/%00"),
        "/kotak-masuk/%00": officer.get("/kotak-masuk/%00"),
        "/akun/%00": admin.get("/akun/%00"),
        "/alarm": officer.post(f"/alarm/{LARGE}/dilihat"),
        "/lapor": officer.post(f"/lapor/{LARGE}", data={"do": "again"}),
    }
    assert {where: answer.status_code for where, answer in answers.items()} == dict.fromkeys(
        answers, 404
    )
    for where in ("/?status=%00", "/catatan?akun=%00"):
        assert admin.get(where).status_code == 400, where
    marked = {"mark": "pola", "request_id": ["0", "\0"]}
    assert officer.post("/dilihat", data=marked).status_code == 400


@pytest.mark.parametrize(
    ("where", "status"),
    [("/open311/v2/requests/%00.json", 404), ("/open311/v2/requests.json?service_code=%00", 400)],
)
def test_a_stranger_crashes_no_public_page_with_a_nul(
    engine: Engine, where: str, status: int
) -> None:
    assert a_center(engine).test_client().get(where).status_code == status


def test_a_stranger_crashes_no_log_in_with_a_nul(engine: Engine) -> None:
    app = a_center(engine)
    logged_in(app, engine, Role.ADMIN)
    stranger = Officer(app)
    stranger.get("/masuk")
    form = {"name": "bu\0di", "password": "kopi"}
    assert stranger.post("/masuk", data=form).status_code == 400
