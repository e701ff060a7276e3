"""Headers, origins, sizes and tags that every face has."""

from collections.abc import Callable

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from web.bodies import BODY_MAX_BYTES
from web.face import Plate, new_app
from web.security import (
    UntaggedEndpoint,
    accepts_body,
    check_endpoints,
    is_same_origin,
    public,
    staff,
)


@public
def show() -> str:
    return "halo"


@public
def take() -> str:
    return request.form.get("text", "")


@staff
def secret() -> str:
    return "untuk staf"


def a_face(gate: Callable[[], ResponseReturnValue | None] | None = None) -> Flask:
    app = new_app(__name__, plate=Plate(name="Posko", place="Uji"), staff_gate=gate)
    app.add_url_rule("/", "show", show)
    app.add_url_rule("/", "take", take, methods=["POST"])
    return app


def post(headers: dict[str, str]) -> Response:
    return a_face().test_client().post("/", data={"text": "a"}, headers=headers)


def headers_of(client: FlaskClient, path: str) -> Headers:
    with client.get(path) as response:  # closes the static file
        return response.headers


def test_every_answer_carries_the_headers() -> None:
    client = a_face().test_client()
    for path in ("/", "/tidak-ada", "/static/posko.css"):
        headers = headers_of(client, path)
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_never_kept_and_static_files_long() -> None:
    client = a_face().test_client()
    assert headers_of(client, "/")["Cache-Control"] == "no-store"
    assert "immutable" in headers_of(client, "/static/posko.css")["Cache-Control"]
    assert headers_of(client, "/static/none.css")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://posko.lan"}, False),
        ({"Origin": "http://posko.lan"}, True),
        ({"Origin": "HTTP://POSKO.LAN"}, True),
        ({"Origin": "http://posko.lan:8080"}, False),
        ({"Origin": "http://posko.lan.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[broken"}, False),
    ],
)
def test_who_sent_it(headers: dict[str, str], is_ours: bool) -> None:
    environ = EnvironBuilder("/", base_url="http://posko.lan", headers=headers).get_environ()
    assert is_same_origin(Request(environ)) is is_ours


def test_a_foreign_form_is_refused_with_a_page_and_a_foreign_link_is_not() -> None:
    refused = post({"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "halaman lain" in refused.get_data(as_text=True)
    assert a_face().test_client().get("/", headers={"Sec-Fetch-Site": "cross-site"}).text == "halo"


def test_a_body_at_the_limit_passes_and_one_above_gets_a_readable_413() -> None:
    client = a_face().test_client()
    assert client.post("/", data={"text": "a" * (BODY_MAX_BYTES - 5)}).status_code == 200
    refused = client.post("/", data={"text": "a" * BODY_MAX_BYTES})
    assert refused.status_code == 413
    assert "4.000 huruf" in refused.get_data(as_text=True)


def test_a_huge_multipart_body_is_refused_too() -> None:
    parts = {f"f{n}": "x" * 700 for n in range(200)}
    refused = a_face().test_client().post("/", data=parts, content_type="multipart/form-data")
    assert refused.status_code == 413


def test_too_many_small_parts_are_an_answer_not_a_crash() -> None:
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n\r\n' for n in range(1100)
    )
    refused = (
        a_face()
        .test_client()
        .post("/", data=body + "--b--", content_type="multipart/form-data; boundary=b")
    )
    assert refused.status_code == 413


def test_an_untagged_endpoint_stops_the_app() -> None:
    app = a_face()
    app.add_url_rule("/lupa", "forgotten", lambda: "x")
    with pytest.raises(UntaggedEndpoint, match="forgotten"):
        check_endpoints(app)


def test_staff_pages_without_a_gate_stop_the_app() -> None:
    app = a_face()
    app.add_url_rule("/staf", "secret", secret)
    with pytest.raises(UntaggedEndpoint, match="staff_gate"):
        check_endpoints(app)


def test_the_gate_guards_staff_pages_only() -> None:
    app = a_face(gate=lambda: ("masuk dulu", 401))
    app.add_url_rule("/staf", "secret", secret)
    check_endpoints(app)
    client = app.test_client()
    assert client.get("/staf").status_code == 401
    assert client.get("/").status_code == 200
    assert "immutable" in headers_of(client, "/static/posko.css")["Cache-Control"]


def test_a_gate_that_says_nothing_lets_pass() -> None:
    app = a_face(gate=lambda: None)
    app.add_url_rule("/staf", "secret", secret)
    assert app.test_client().get("/staf").text == "untuk staf"


def test_a_view_that_takes_photos_takes_more_than_others() -> None:
    app = a_face()
    size = BODY_MAX_BYTES * 3
    view = accepts_body(size)(public(lambda: request.form["text"][:1]))
    app.add_url_rule("/foto", "photo", view, methods=["POST"])
    client = app.test_client()
    assert client.post("/foto", data={"text": "a" * (size - 5)}).text == "a"
    assert client.post("/foto", data={"text": "a" * size}).status_code == 413
    assert client.post("/", data={"text": "a" * size}).status_code == 413
    assert client.post("/nowhere", data={"text": "a" * size}).status_code == 413


@pytest.mark.parametrize("host", ["x" * 300, "a..b", "posko.lan." + "y" * 64])
def test_a_host_that_is_no_name_is_refused_and_crashes_nothing(host: str) -> None:
    answer = a_face().test_client().get("/", headers={"Host": host})
    assert answer.status_code == 400
