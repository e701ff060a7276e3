"""Kiosk and desk sleep, and whoever asks then does not notice. Box check 16."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from appliance.actions.staff import staffing
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import asleep, clock, ids
from appliance.store import migrate
from appliance.store.database import connect
from bench.pss import pss_kib
from tests.conftest import SITE
from tests.support.ports import unused_ports
from tests.support.waiting import wait_for
from tests.unit.desk.conftest import CHEAP, PASSWORD

pytestmark = pytest.mark.slow

CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"
[store]
path = "{folder}/posko.db"
[{face}]
listen = "127.0.0.1:{port}"
[sleep]
after_s = {after_s}
"""
PAGES = {"kiosk": "/", "desk": "/masuk"}


@dataclass
class Face:
    """One of them, and what systemd hears of it."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    heard: socket.socket

    def is_asleep(self) -> bool:
        """Whether the small program has its place."""
        words = Path(f"/proc/{self.process.pid}/cmdline").read_bytes().split(b"\0")
        return asleep.__file__.encode() in words

    def answers(self) -> bool:
        """Ask for its page."""
        url = f"http://127.0.0.1:{self.port}{PAGES[self.name]}"
        with urllib.request.urlopen(url, timeout=30) as page:
            return page.status == 200 and b"<html" in page.read()

    def pause(self, seconds: float) -> None:
        """Until so much later, or until it sleeps; so that the next question comes about then."""
        until_s = time.monotonic() + seconds
        wait_for(lambda: time.monotonic() >= until_s or self.is_asleep(), "a moment later")

    def news(self) -> list[str]:
        """What systemd was told since the last call."""
        told = []
        while (words := _heard(self.heard)) is not None:
            told += words.splitlines()
        return told


def _heard(line: socket.socket) -> str | None:
    try:
        return line.recv(1000).decode()
    except BlockingIOError:
        return None


@contextmanager
def running(
    name: str, folder: Path, *, after_s: int = 1, watchdog_s: int = 90, more: str = ""
) -> Iterator[Face]:
    [port] = unused_ports(1)
    config, notify = folder / "posko.toml", folder / "notify"
    config.write_text(CONFIG.format(folder=folder, face=name, port=port, after_s=after_s) + more)
    migrate.ensure(folder / "posko.db", SITE, ids.new_epoch)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as heard,
        (folder / "log").open("wb") as log,
    ):
        heard.bind(str(notify))
        process = subprocess.Popen(
            [sys.executable, "-m", f"appliance.{name}", "--config", str(config)],
            env={
                **os.environ,
                "NOTIFY_SOCKET": str(notify),
                "WATCHDOG_USEC": str(watchdog_s * 1_000_000),
            },
            stderr=log,
        )
        try:
            yield Face(name, port, process, heard)
        finally:
            process.kill()
            process.wait()


def hire(folder: Path) -> None:
    """The desk of a box that is set up has an administrator."""
    migrate.ensure(folder / "posko.db", SITE, ids.new_epoch)
    admin = Account(name="budi", role=Role.ADMIN)
    hashed = passwords.derive(PASSWORD, b"salt" * 4, CHEAP)
    with closing(connect(folder / "posko.db")) as db:
        staffing.add(db, admin, hashed, clock.now(), by="test")


@pytest.mark.parametrize("name", PAGES)
def test_a_face_that_nobody_asks_sleeps_and_wakes_for_who_asks(name: str, tmp_path: Path) -> None:
    hire(tmp_path)
    with running(name, tmp_path) as face:
        wait_for(face.news, "it is ready")
        awake_kib = pss_kib(face.process.pid)
        for _ in range(2):
            wait_for(face.is_asleep, "it sleeps")
            assert pss_kib(face.process.pid) < awake_kib / 3
            assert face.news()[-1] == "STATUS=asleep until somebody asks"
            assert face.answers()
            assert not face.is_asleep()
            assert face.news()[:2] == ["STATUS=", "READY=1"]
            assert face.answers()


def test_what_sleeps_goes_on_telling_that_it_turns(tmp_path: Path) -> None:
    with running("kiosk", tmp_path, watchdog_s=1) as face:
        wait_for(face.is_asleep, "it sleeps")
        face.news()
        for _ in range(3):
            assert set(wait_for(face.news, "it turns")) == {"WATCHDOG=1"}
        assert face.is_asleep()
        assert face.answers()


def test_whoever_asks_again_and_again_is_answered_each_time(tmp_path: Path) -> None:
    """In steps around the moment when it falls asleep."""
    with running("kiosk", tmp_path) as face:
        wait_for(face.news, "it is ready")
        sleeps = 0
        for step in count():
            assert face.answers()
            face.pause((0.9, 1.0, 1.1, 1.5, 2.0)[step % 5])
            face.news()
            sleeps += face.is_asleep()
            if step >= 10 and sleeps >= 3:
                break


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)]
)
def test_a_face_that_sleeps_ends_at_a_signal(tmp_path: Path, number: int, status: int) -> None:
    with running("kiosk", tmp_path, watchdog_s=1) as face:
        wait_for(face.is_asleep, "it sleeps")
        face.news()
        wait_for(face.news, "it turns")
        face.process.send_signal(number)
        assert face.process.wait(10) == status
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_the_desk_holds_the_code_for_its_first_administrator(tmp_path: Path) -> None:
    with running("desk", tmp_path, watchdog_s=1) as face:
        wait_for(face.news, "it is ready")
        assert stays_awake(face)


def test_the_kiosk_stays_awake_for_its_printer(tmp_path: Path) -> None:
    more = '[printer]\nkind = "file"\ndevice = "/dev/null"\n'
    with running("kiosk", tmp_path, watchdog_s=1, more=more) as face:
        wait_for(face.news, "it is ready")
        assert stays_awake(face)


def stays_awake(face: Face) -> bool:
    """In so many turns others have fallen asleep."""
    for _ in range(3):
        wait_for(lambda: "WATCHDOG=1" in face.news() or face.is_asleep(), "it turns")
    return not face.is_asleep() and face.answers()


def test_what_sleeps_wakes_by_itself_in_the_end(tmp_path: Path) -> None:
    woken = tmp_path / "woken"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        words = [sys.executable, "-I", "-S", asleep.__file__, "0.2", asleep.NEVER]
        command = ["sh", "-c", 'exec "$@" 3<&0', "sh", *words, "/usr/bin/touch", str(woken)]
        subprocess.run(command, stdin=listening, check=True, timeout=20)
    assert woken.exists()
