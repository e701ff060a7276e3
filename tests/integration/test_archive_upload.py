"""Uploads to the running desk: on the disk, not in memory; bounded; gone with their process."""

import http.client
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.actions.staff import logging_in, staffing
from appliance.desk.guard import COOKIE
from appliance.domain.archive.card import STAFF
from appliance.domain.archive.query import Filters, asked
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import clock, ids
from appliance.store import blob_files, migrate
from appliance.store.archive import archive_search
from appliance.store.database import connect
from tests.conftest import SITE
from tests.support import office_files
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.unit.desk.conftest import CHEAP, PASSWORD

pytestmark = pytest.mark.slow

MB = 1024 * 1024
CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"
[store]
path = "{path}"
[desk]
listen = "127.0.0.1:{port}"
[archive]
file_max_mb = 24
"""
BOUNDARY = "-boundary-of-the-test"
FIELDS = {"title": "SK", "year": "2024", "kind": "sk", "access": "public", "keeping": "ever"}


@dataclass
class Desk:
    """The process, and a browser that is logged in."""

    path: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def folder(self) -> Path:
        """Where the originals lie."""
        return blob_files.at(self.path).path

    def memory_kb(self) -> int:
        """The most the process has ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1])

    def ask(self, method: str, path: str, **more: object) -> tuple[int, str]:
        """One request with the cookie of the session."""
        headers = {"Cookie": f"{COOKIE}=session", **more.pop("headers", {})}  # type: ignore[dict-item]
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            line.request(method, path, headers=headers, **more)  # type: ignore[arg-type]
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def form(self, content: bytes) -> bytes:
        """The body of the form with a file."""
        token = re.search(r'name="csrf" value="(\w+)"', self.ask("GET", "/arsip/simpan")[1])
        assert token
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"csrf": token[1], **FIELDS}.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="sk.pdf"\r\n'
        return b"".join(
            [
                *(part.encode() for part in parts),
                head.encode(),
                b"\r\n",
                content,
                f"\r\n--{BOUNDARY}--\r\n".encode(),
            ]
        )

    def upload(self, content: bytes) -> tuple[int, str]:
        """Send the form."""
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.ask("POST", "/arsip/simpan", body=self.form(content), headers=kind)

    def found(self, text: str) -> int:
        """How many documents a search finds."""
        with closing(connect(self.path)) as db:
            query = asked({"cari": text}).query
            return len(archive_search.find(db, query, STAFF, Filters()).hits)


def start(path: Path, port: int) -> "subprocess.Popen[bytes]":
    config = path.with_name("posko.toml")
    config.write_text(CONFIG.format(path=path, port=port), encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-m", "appliance.desk", "--config", str(config)])
    wait_for(lambda: _answers(port), "the desk answers")
    return process


def _answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as line:
            line.request("GET", "/masuk")
            return line.getresponse().status in (200, 303)
    except OSError:
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    path, [port] = tmp_path / "posko.db", unused_ports(1)
    migrate.ensure(path, SITE, ids.new_epoch)
    with closing(connect(path)) as db:
        _log_in(db)
    running = Desk(path, port, start(path, port))
    yield running
    running.process.kill()
    running.process.wait()


def _log_in(db: sqlite3.Connection) -> None:
    account = Account(name="budi", role=Role.ADMIN)
    hashed = passwords.derive(PASSWORD, b"salt" * 4, CHEAP)
    staffing.add(db, account, hashed, clock.now(), by="test")
    logging_in.open_session(db, account, "session", clock.now())


def test_a_large_file_goes_to_the_disk_and_not_into_memory(desk: Desk) -> None:
    needs("pdftotext")
    before_kb = desk.memory_kb()
    status, _ = desk.upload(office_files.pdf("gotong royong") + bytes(20 * MB))
    assert status == 303
    assert desk.memory_kb() - before_kb < 8 * 1024
    wait_for(lambda: desk.found("gotong"), "its text is read")
    [kept] = list(desk.folder.iterdir())
    assert kept.stat().st_size > 20 * MB


def test_a_file_that_is_too_large_is_answered_with_a_page(desk: Desk) -> None:
    status, page = desk.upload(bytes(30 * MB))
    assert status == 400
    assert "Paling besar 24 MB" in page
    assert list(desk.folder.iterdir()) == []


def test_a_kill_in_the_middle_of_an_upload_leaves_nothing_and_a_restart_reads_on(
    desk: Desk,
) -> None:
    needs("pdftotext")
    body = desk.form(office_files.pdf("x") + bytes(20 * MB))
    with closing(http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)) as line:
        line.putrequest("POST", "/arsip/simpan")
        line.putheader("Content-Length", str(len(body)))
        line.endheaders()
        line.send(body[: 8 * MB])
        wait_for(lambda: _deleted_bytes(desk) >= 4 * MB, "the beginning lies on the disk")
        desk.process.send_signal(signal.SIGKILL)
        desk.process.wait()
    assert list(desk.folder.iterdir()) == []
    desk.process = start(desk.path, desk.port)
    assert desk.upload(office_files.pdf("gotong royong"))[0] == 303
    wait_for(lambda: desk.found("gotong"), "its text is read")


def _deleted_bytes(desk: Desk) -> int:
    """What nameless files of the folder hold."""
    sizes = [
        file.stat().st_size
        for file in Path(f"/proc/{desk.process.pid}/fd").iterdir()
        if str(desk.folder) in str(file.readlink())
    ]
    return sum(sizes)
