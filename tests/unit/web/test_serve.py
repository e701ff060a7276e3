"""Serving: a real process that is told to stop."""

import signal
import socket
import subprocess
import sys
import textwrap
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.face import Plate, new_app
from web.serve import serve

pytestmark = pytest.mark.slow


def test_an_address_in_use_is_told_with_the_setting_to_change() -> None:
    app = new_app("uji", plate=Plate(name="Posko", place="Uji"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"cannot listen on 127\.0\.0\.1:{port}.*`listen`"):
            serve(app, f"127.0.0.1:{port}")


PROGRAM = """
    import sys, threading
    from flask import request
    from web.face import Plate, new_app
    from web.security import public
    from web.serve import serve

    go_on = threading.Event()

    @public
    def slow():
        print("BUSY", flush=True)
        sys.stdin.readline()
        return "selesai"

    @public
    def who():
        return request.remote_addr

    app = new_app("uji", plate=Plate(name="Posko", place="Uji"))
    app.add_url_rule("/slow", "slow", slow)
    app.add_url_rule("/who", "who", who)
    serve(app, sys.argv[1], on_ready=lambda: print("READY", flush=True))
    print("LEFT", flush=True)
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    with subprocess.Popen(
        [sys.executable, str(program), f"127.0.0.1:{port}"],
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert line(process) == "READY"
        yield process
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def get(port: int, path: str, **headers: str) -> tuple[str, dict[str, str]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode(), dict(response.headers)


def test_a_running_request_finishes_after_the_signal_and_the_exit_is_clean(server, port) -> None:
    answers: list[str] = []
    resident = threading.Thread(target=lambda: answers.append(get(port, "/slow")[0]))
    resident.start()
    assert line(server) == "BUSY"
    server.send_signal(signal.SIGTERM)
    server.stdin.write("go on\n")
    server.stdin.flush()
    resident.join(10)
    assert answers == ["selesai"]
    assert line(server) == "LEFT"
    assert server.wait(10) == 0


def test_the_server_does_not_name_itself(server, port: int) -> None:
    assert "Server" not in get(port, "/who")[1]


def test_a_proxy_on_this_machine_may_name_its_client(server, port: int) -> None:
    assert get(port, "/who", **{"X-Forwarded-For": "10.0.0.7"})[0] == "10.0.0.7"
    assert get(port, "/who")[0] == "127.0.0.1"


def test_who_asks_a_socket_that_outlives_the_server_is_answered_by_the_next() -> None:
    program = textwrap.dedent(PROGRAM).replace(
        "sys.argv[1], ",
        "'127.0.0.1:1', passed=__import__('socket').socket(fileno=int(sys.argv[1])), ",
    )
    with socket.create_server(("127.0.0.1", 0)) as passed:
        number = passed.fileno()
        for _ in range(2):
            with socket.create_connection(passed.getsockname(), timeout=20) as early:
                early.sendall(b"GET /who HTTP/1.0\r\n\r\n")
                with subprocess.Popen(
                    [sys.executable, "-c", program, str(number)],
                    cwd=Path(__file__).parents[3],
                    pass_fds=[number],
                ) as process:
                    assert b"200 OK" in early.recv(100)
                    process.terminate()
