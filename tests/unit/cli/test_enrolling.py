"""What a technician at a new box is told when the city, or whoever answers there, gives nothing."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from appliance import __main__ as posko
from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Answer
from tests.support.ports import unused_ports

CODE = enrolment.make(b"chance chanc")
Enrol = Callable[..., tuple[int, str]]


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A web server that says always the same; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def enrol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Enrol:
    config = tmp_path / "posko.toml"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{tmp_path}/posko.db"\n'
    )

    def run(city: str, code: str = str(CODE)) -> tuple[int, str]:
        words = ["posko", "--config", str(config), "enrol", "--city", city, "--code", code]
        monkeypatch.setattr(sys, "argv", words)
        return posko.main(), capsys.readouterr().err

    return run


def an_answer(code: enrolment.Code, certificate: str = "none") -> bytes:
    answer = Answer(
        site="14.71.07",
        broker="evil.example",
        port=8883,
        ca="none",
        certificate=certificate,
        city_keys=[],
        now=datetime.now(UTC),
    )
    return msgspec.json.encode(enrolment.seal(code, "answer", answer))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b'{"error":"unknown"}', "no such code"),
        (403, b'{"error":"wrong"}', "letter by letter"),
        (409, b'{"error":"used"}', "has been used"),
        (429, b'{"error":"busy"}', "in a minute"),
        (404, b"<html>not here</html>", "no command center (HTTP 404)"),
        (200, b"<html>welcome</html>", "cannot be asked"),
        (200, b"x" * 100_000, "cannot be asked"),
        (200, an_answer(enrolment.make(b"another code")), "not made with this code"),
        (200, an_answer(CODE), "certificate cannot be used"),
    ],
    ids=["unknown", "wrong", "used", "busy", "a page", "a portal", "huge", "a liar", "no pem"],
)
def test_whoever_answers_wrongly_changes_no_setting(
    enrol: Enrol, tmp_path: Path, status: int, body: bytes, words: str
) -> None:
    with answering(status, body) as city:
        code, err = enrol(city)
    assert code == 1
    assert words in err
    assert not (tmp_path / "posko.d").exists()
    assert not (tmp_path / "credential" / "box.pem").exists()


def test_a_city_that_is_not_there_is_told_with_what_to_check(enrol: Enrol) -> None:
    [port] = unused_ports(1)
    code, err = enrol(f"https://127.0.0.1:{port}")
    assert code == 1
    assert "give the same command again" in err


@pytest.mark.parametrize("city", ["posko.go.id", "file:///etc/passwd", "ftp://posko", "https://"])
def test_an_address_that_is_none_is_not_asked(enrol: Enrol, city: str) -> None:
    code, err = enrol(city)
    assert code == 1
    assert "--city must be" in err


def test_a_slip_of_the_tongue_is_noticed_before_anything_is_sent(enrol: Enrol) -> None:
    code, err = enrol("https://127.0.0.1:1", str(CODE)[:-1] + "?")
    assert code == 1
    assert "letter by letter" in err
