"""The process beside the browser, and one that stands for the browser: it is ended once its page is
silent, and no sooner. Box check 20.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from appliance.cli.setup import LISTEN
from appliance.runtime.network_settings import Board
from appliance.runtime.settings import Settings, Site
from appliance.screen import browser_profile, browser_watch
from appliance.screen.browser_watch import BEGIN_S, PATH, SILENT_S, Unknown
from appliance.screen.page_beat import add_beat
from firmware_config import services
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")
RESIDENTS = services.kiosk(Settings(site=SITE, board=Board(screen=True)))["kiosk/browser"]
SETUP = browser_profile.watched(LISTEN)


class Kiosk:
    """Where pages say that they live; counts who asks for it."""

    def __init__(self) -> None:
        app = Flask("kiosk")
        add_beat(app)
        self.looks = 0
        app.before_request(self._count)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.listen = f"127.0.0.1:{self.server.server_port}"

    def beat(self) -> None:
        urllib.request.urlopen(f"http://{self.listen}{PATH}/halaman").close()

    def _count(self) -> None:
        self.looks += request.path == PATH


@pytest.fixture
def kiosk() -> Iterator[Kiosk]:
    made = Kiosk()
    serving = threading.Thread(target=made.server.serve_forever)
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


def watching(kiosk: Kiosk, pid: int) -> list[str]:
    return [sys.executable, "-m", browser_watch.__name__, kiosk.listen, str(pid)]


def test_a_browser_whose_page_falls_silent_is_ended_and_no_sooner(kiosk: Kiosk) -> None:
    with subprocess.Popen(["/bin/sleep", "100"]) as browser:
        with subprocess.Popen(watching(kiosk, browser.pid), stderr=subprocess.DEVNULL):
            wait_for(lambda: kiosk.looks, "it looks")
            kiosk.beat()
            beaten_s = time.monotonic()
            wait_for(lambda: browser.poll() is not None, "it is ended")
        assert browser.returncode == -signal.SIGKILL
        assert time.monotonic() - beaten_s > SILENT_S


def test_a_page_that_died_before_anybody_watched_is_not_waited_for(kiosk: Kiosk) -> None:
    """On a busy box the process beside the browser may be the later of the two."""
    with subprocess.Popen(["/bin/sleep", "100"]) as browser:
        kiosk.beat()
        with subprocess.Popen(watching(kiosk, browser.pid), stderr=subprocess.DEVNULL):
            wait_for(lambda: browser.poll() is not None, "it is ended", limit_s=BEGIN_S / 2)
        assert browser.returncode == -signal.SIGKILL


def test_without_a_browser_it_ends_and_ends_nobody() -> None:
    with subprocess.Popen(["/bin/true"]) as ended:
        ended.wait()
    watcher = [sys.executable, "-m", browser_watch.__name__, "127.0.0.1:1", str(ended.pid)]
    done = subprocess.run(watcher, capture_output=True, text=True, timeout=20, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("text", [RESIDENTS, SETUP], ids=["kiosk", "setup"])
def test_the_browser_ends_with_the_one_that_watches_it(tmp_path: Path, text: str) -> None:
    """Where memory ends, the kernel may take that one first: nobody would miss the page then."""
    for program in ("cage", "posko"):
        stub = tmp_path / program
        stub.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/{program}.pid\nexec sleep 100\n")
        stub.chmod(0o755)
    text = text.replace("/usr/bin/posko", str(tmp_path / "posko"))
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUNTIME_DIRECTORY": str(tmp_path)}
    with subprocess.Popen(["/bin/sh", "-c", text], env=path) as browser:
        files = [tmp_path / f"{program}.pid" for program in ("cage", "posko")]
        wait_for(lambda: all(file.exists() and file.read_text() for file in files), "both run")
        pids = [int(file.read_text()) for file in files]
        assert pids[0] == browser.pid
        os.kill(pids[1], signal.SIGKILL)
        try:
            assert browser.wait(10) == -signal.SIGKILL
        finally:
            browser.kill()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n\r\n[]", b"no HTTP at all\r\n\r\n"])
def test_an_answer_that_is_none_is_held_against_nobody(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=answer_once, args=(listener, said))
        answering.start()
        with pytest.raises(Unknown):
            browser_watch._asked(f"127.0.0.1:{listener.getsockname()[1]}", 1)
        answering.join()


def answer_once(listener: socket.socket, said: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(said)
