"""Large bodies: in memory, within a bound, and answered with a page however large they are."""

import http.client
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.support.ports import unused_ports
from tests.support.waiting import wait_for
from web.bodies import BODY_MAX_BYTES, Body, Room, Spool

HALF = BODY_MAX_BYTES // 2
END = b"end"


def test_the_beginning_of_a_body_that_is_too_large_is_kept_and_made_whole() -> None:
    room = Room(10**6)
    body = Body(room, 200_000, END)
    for part in (b"1" * HALF, b"2" * HALF, b"3" * 130_000, b"4" * 10**6, b"5"):
        body.append(part)
    assert body.cut == "large"
    assert body.getfile().read() == b"1" * HALF + b"2" * HALF + END
    assert room.free_bytes == 10**6, "what is dropped takes no room"


def test_large_bodies_share_a_room_and_small_ones_always_fit() -> None:
    room = Room(100)
    first, second, small = (Body(room, 10**6, END) for _ in range(3))
    first.append(b"1" * (BODY_MAX_BYTES + 60))
    second.append(b"2" * (BODY_MAX_BYTES + 60))
    small.append(b"3" * BODY_MAX_BYTES)
    assert [body.cut for body in (first, second, small)] == [None, "busy", None]
    assert second.getfile().read() == b"2" * BODY_MAX_BYTES + END
    first.close()
    first.close()
    assert room.free_bytes == 100


def test_a_connection_that_breaks_gives_its_room_back() -> None:
    room = Room(10**6)
    body = Body(room, 10**6, END)
    body.append(bytes(BODY_MAX_BYTES + 60))
    assert room.free_bytes < 10**6
    del body
    assert room.free_bytes == 10**6


PROGRAM = """
    import sys, tempfile
    from flask import request
    from web.bodies import cut
    from web.face import Plate, new_app
    from web.security import accepts_body, public
    from web.serve import serve

    tempfile.tempdir = "/nowhere"  # as a /tmp that is full

    @public
    @accepts_body(1_000_000)
    def large():
        file = request.files["file"].read()
        return f"{cut(request)} {request.form['text']} {len(file)}"

    @public
    def small():
        return request.form["text"]

    app = new_app("uji", plate=Plate(name="Posko", place="Uji"))
    app.add_url_rule("/large", "large", large, methods=["POST"])
    app.add_url_rule("/small", "small", small, methods=["POST"])
    serve(app, sys.argv[1], on_ready=lambda: print("READY", flush=True), body_max_bytes=1_000_000)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = tmp_path_factory.mktemp("bodies") / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    [found], here = unused_ports(1), str(Path(__file__).parents[3])
    arguments = [sys.executable, str(program), f"127.0.0.1:{found}"]
    with subprocess.Popen(
        arguments, cwd=here, env={"PYTHONPATH": here}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "READY\n"
        yield found
        process.kill()


def form(size_bytes: int) -> bytes:
    """A form with a text and a file of that size."""
    head = 'Content-Disposition: form-data; name="text"\r\n\r\nlampu mati\r\n'
    file = 'Content-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    return f"--x\r\n{head}--x\r\n{file}".encode() + bytes(size_bytes) + b"\r\n--x--\r\n"


def post(port: int, path: str, body: bytes | Iterator[bytes]) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        connection.request("POST", path, body, kind)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.slow
def test_a_large_body_needs_no_disk(port: int) -> None:
    assert post(port, "/large", form(900_000)) == (200, "None lampu mati 900000")


@pytest.mark.slow
def test_however_large_a_file_is_the_text_beside_it_arrives(port: int) -> None:
    status, text = post(port, "/large", form(30_000_000))
    assert (status, text.rsplit(" ", 1)[0]) == (200, "large lampu mati")
    chunked = iter([form(3_000_000)])
    status, text = post(port, "/large", chunked)
    assert (status, text.rsplit(" ", 1)[0]) == (200, "large lampu mati")


@pytest.mark.slow
def test_a_page_that_takes_no_large_body_says_so_in_plain_words(port: int) -> None:
    status, text = post(port, "/small", form(3_000_000))
    assert status == 413
    assert "Kiriman terlalu besar" in text


@pytest.mark.slow
def test_many_that_hold_their_bodies_back_stop_no_text(port: int) -> None:
    """As many connections as it takes, each with nearly a megabyte, and none ends its form."""
    head = b"POST /large HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    body = form(900_000)
    with ExitStack() as held:

        def is_room_full() -> bool:
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:-10])
            return post(port, "/large", body)[1].startswith("busy lampu mati")

        wait_for(is_room_full, "no room is left, and the text arrives all the same")
    wait_for(lambda: post(port, "/large", body)[1].startswith("None"), "the room is given back")


def test_with_a_folder_large_bodies_lie_there_without_a_name(tmp_path: Path) -> None:
    room = Room(10**6)
    body = Body(room, 10**6, END, Spool(tmp_path, 10**6, 0))
    body.append(b"1" * BODY_MAX_BYTES)
    body.append(b"2" * 300_000)
    assert (len(body), room.free_bytes) == (BODY_MAX_BYTES + 300_000, 700_000)
    assert body.getfile().read() == b"1" * BODY_MAX_BYTES + b"2" * 300_000
    assert list(tmp_path.iterdir()) == []
    body.append(b"3" * 10**6)
    assert body.cut == "large"
    assert body.getfile().read() == b"1" * BODY_MAX_BYTES + END
    assert room.free_bytes == 10**6


def test_a_body_that_the_disk_does_not_take_is_cut(tmp_path: Path) -> None:
    for spool in (Spool(tmp_path / "gone", 10**6, 0), Spool(tmp_path, 10**6, 2**60)):
        body = Body(Room(10**6), 10**6, END, spool)
        body.append(b"1" * (BODY_MAX_BYTES + 1))
        assert body.cut == "busy"
        assert body.getfile().read() == b"1" * BODY_MAX_BYTES + END
