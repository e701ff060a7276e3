"""Error pages: in the design, in plain words, without details."""

import pytest
from flask import abort

from web.errors import CODES
from web.face import Plate, new_app
from web.security import public


@public
def fail(code: int) -> str:
    abort(code)


@public
def crash() -> str:
    raise RuntimeError("rahasia dapur")


@pytest.fixture
def client():
    app = new_app(__name__, plate=Plate(name="Posko", place="Kecamatan Uji"))
    app.add_url_rule("/fail/<int:code>", "fail", fail)
    app.add_url_rule("/crash", "crash", crash)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


@pytest.mark.parametrize("code", CODES)
def test_each_error_has_a_title_of_its_own_and_a_way_home(client, code: int) -> None:
    page = client.get(f"/fail/{code}")
    assert page.status_code == code
    assert "Kecamatan Uji" in page.text
    assert "Ke halaman awal" in page.text
    assert "None" not in page.text


def test_other_codes_borrow_the_words_of_their_class(client) -> None:
    assert "tidak lengkap" in client.get("/fail/418").text
    assert client.get("/fail/418").status_code == 418
    assert "gangguan" in client.get("/fail/503").text


def test_a_crash_shows_no_details(client) -> None:
    page = client.get("/crash")
    assert page.status_code == 500
    assert "gangguan" in page.text
    assert "dapur" not in page.text
    assert "Traceback" not in page.text


def test_a_wrong_method_says_which_is_right(client) -> None:
    page = client.delete("/crash")
    assert page.status_code == 405
    assert "GET" in page.headers["Allow"]


def test_errors_speak_the_chosen_language(client) -> None:
    assert "Page not found" in client.get("/nowhere?lang=en").text
