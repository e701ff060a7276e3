"""`posko-center` as a process: one program that receives, shows, and leaves when asked."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from appliance.domain import wire
from command_center.staff.roles import Role
from command_center.store import database
from tests.integration.fake_box import a_box
from tests.support import city_staff
from tests.support.broker import Broker
from tests.support.waiting import wait_for
from tests.unit.command_center.city import a_batch, a_received, wire_event
from web import browser_id

pytestmark = pytest.mark.slow


class Center:
    """A running `posko-center` on free ports."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._config = folder / "posko.toml"
        self._config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[center]\nlisten = "{self.url.removeprefix("http://")}"\n'
            f'database = "sqlite:///{folder}/center.db"\nport = {broker.port}\n'
        )
        self._log = folder / "center.log"
        self._cookie = "none=none"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command(), stderr=log)
        wait_for(lambda: self.page("/masuk"), f"the pages answer; see {self._log}")

    def log_in(self) -> str:
        """Let a verifikator open pages from now on; returns the token of their forms."""
        engine = database.connect(f"sqlite:///{self._log.with_name('center.db')}")
        [(name, value)] = city_staff.cookies(
            engine, Role.VERIFIKATOR, now=datetime.now(UTC)
        ).items()
        engine.dispose()
        self._cookie = f"{name}={value}"
        return browser_id.token(value)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)

    def page(self, path: str, **form: str) -> str:
        try:
            data = urlencode(form).encode() if form else None
            asked = Request(self.url + path, data, {"Cookie": self._cookie})
            with urlopen(asked, timeout=5) as answer:
                return str(answer.read().decode())
        except HTTPError:
            raise
        except URLError:
            return ""

    def printed(self, *args: str) -> object:
        return json.loads(subprocess.check_output(self._command(*args, "--json")))

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "command_center", "--config", str(self._config), *args]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def center(tmp_path: Path, broker: Broker) -> Iterator[Center]:
    made = Center(tmp_path, broker)
    made.start()
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)


def test_from_a_box_to_an_officer_and_back(center: Center, broker: Broker) -> None:
    event = a_received(text="lampu jalan mati")
    with a_box(broker.port) as box:
        box.send_until_acked(a_batch(wire_event(event)))
        token = center.log_in()
        assert "lampu jalan mati" in center.page("/")
        detail = f"/permohonan/{event.request_id}"
        seen = re.search(r'name="seen" value="(\d+)"', center.page(detail))
        assert seen
        said = {"status": "diproses", "message": "Petugas di jalan.", "seen": seen[1]}
        after = center.page(detail, csrf=token, **said)
        assert "Menunggu kotak Posko" in after
        wait_for(lambda: box.batches, "the box hears of it")
        box.send(wire.Ack(epoch=box.batches[0].epoch, lane="p1", upto=1))
        wait_for(lambda: "Sudah sampai di kotak Posko" in center.page(detail), "the city knows")
    found = center.printed("requests")
    assert [(r["request_id"], r["status"]) for r in found] == [(event.request_id, "diproses")]  # type: ignore[attr-defined]


def test_sigterm_ends_it_with_status_0(center: Center) -> None:
    assert center.end(signal.SIGTERM) == 0


def test_killed_at_any_time_it_has_what_it_acknowledged(center: Center, broker: Broker) -> None:
    with a_box(broker.port) as box:
        for turn in range(3):
            for n in range(10):
                box.send(a_batch(first=turn * 10 + n + 1))
            box.wait_for_ack(turn * 10 + 3)
            center.end(signal.SIGKILL)
            acked = max(ack.upto for ack in box.acks)
            center.start()
            status = center.printed("status")
            upto = status["streams"][0]["upto"]  # type: ignore[index]
            assert upto >= acked
            for seq in range(upto + 1, (turn + 1) * 10 + 1):
                box.send_until_acked(a_batch(first=seq))
    assert len(center.printed("requests")) == 30  # type: ignore[arg-type]


def test_what_is_received_but_not_committed_is_not_acknowledged(
    center: Center, broker: Broker, tmp_path: Path
) -> None:
    """Check 19: the ingest is held up before its commit, killed, and started again."""
    other = sqlite3.connect(tmp_path / "center.db", isolation_level=None)
    batch = a_batch(wire_event(a_received()))
    with a_box(broker.port) as box:
        other.execute("BEGIN IMMEDIATE")
        box.send(batch)
        wait_for(lambda: "database refuses" in center.log(), "it has the batch", limit_s=30)
        box.send(batch)
        assert box.acks == []
        center.end(signal.SIGKILL)
        other.execute("ROLLBACK")
        assert other.execute("SELECT count(*) FROM requests").fetchone() == (0,)
        center.start()
        box.send_until_acked(batch)
        box.send(batch)
        box.send_until_acked(a_batch(first=2))
    other.close()
    assert len(center.printed("requests")) == 2  # type: ignore[arg-type]
