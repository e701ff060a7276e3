"""The city as a process beside a LAPOR! on a real port: killed, started again, and searched."""

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from appliance.domain.privacy import sealing
from command_center.staff.roles import Role
from command_center.store import database
from tests.sim.lapor import TOKEN, FakeLapor
from tests.support import city_staff
from tests.support.leaks import found_below, found_in
from tests.support.waiting import wait_for
from web import browser_id

pytestmark = pytest.mark.slow

SECRET = "tersundutrokok"


class City:
    """`posko-center` with the bridge; the broker is not needed for it."""

    def __init__(self, folder: Path, lapor: FakeLapor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.folder, self.log = folder, folder / "center.log"
        self._cookie, self._token = "none=none", ""
        token = folder / "token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        self._config = folder / "posko.toml"
        self._config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[center]\nlisten = "{self.url.removeprefix("http://")}"\n'
            f'database = "sqlite:///{folder}/center.db"\nport = 9\n'
            f'[lapor]\nurl = "{lapor.url}"\ntoken_file = "{token}"\nevery_s = 1\ntimeout_s = 1\n'
            f'[sealing]\nkeys = {{"*" = "{sealing.public_key(bytes(range(32)))}"}}\n'
        )

    def start(self) -> None:
        with self.log.open("ab") as log:
            words = [sys.executable, "-m", "command_center", "--config", str(self._config)]
            self.process = subprocess.Popen(words, stderr=log)
        wait_for(lambda: self.page("/masuk"), f"the pages answer; see {self.log}")
        engine = database.connect(f"sqlite:///{self.folder}/center.db")
        cookies = city_staff.cookies(engine, Role.VERIFIKATOR, now=datetime.now(UTC))
        engine.dispose()
        [(name, value)] = cookies.items()
        self._cookie, self._token = f"{name}={value}", browser_id.token(value)

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(15)

    def page(self, path: str, **form: str) -> str:
        try:
            fields = {browser_id.FIELD: self._token, **form}
            data = urlencode(fields).encode() if form else None
            asked = Request(self.url + path, data, {"Cookie": self._cookie})
            with urlopen(asked, timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, ConnectionError):
            return ""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "center.db")) as db:
            return db.execute(sql).fetchall()


@pytest.fixture
def lapor() -> Iterator[FakeLapor]:
    with FakeLapor() as made:
        yield made
        made.released.set()


@pytest.fixture
def city(tmp_path: Path, lapor: FakeLapor) -> Iterator[City]:
    made = City(tmp_path, lapor)
    made.start()
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)


def test_killed_between_telling_and_the_answer_it_tells_again_by_the_same_id(
    city: City, lapor: FakeLapor
) -> None:
    lapor.lists_ours = False
    tracking_id = lapor.report("lampu jalan mati di jl Rajawali")
    wait_for(lambda: city.rows("SELECT 1 FROM lapor_links"), "the report is taken")
    lapor.fail("addfollowup", "held")
    page = f"/permohonan/lapor-{tracking_id}"
    seen = re.search(r'name="seen" value="(\d+)"', city.page(page))
    assert seen
    city.page(page, status="diproses", message="Petugas di jalan.", seen=seen[1])
    wait_for(lambda: lapor.changes, "LAPOR! has stored it")
    city.end(signal.SIGKILL)
    lapor.released.set()
    city.start()
    wait_for(
        lambda: city.rows("SELECT 1 FROM lapor_outbox WHERE state = 'sent'"), "it is told again"
    )
    told = lapor.told("addfollowup")
    assert len(told) == 2
    assert len({one["transaksiid"] for one in told}) == len(lapor.changes) == 1
    assert city.rows("SELECT count(*) FROM requests") == [(1,)]


def test_what_is_secret_there_leaves_no_word_here(city: City, lapor: FakeLapor) -> None:
    tracking_id = lapor.report(
        f"sampah {SECRET} menumpuk", rahasia="1", anonim="1", nama="ratnakumbara"
    )
    lapor.report("lampu jalan mati")
    wait_for(lambda: len(city.rows("SELECT 1 FROM lapor_links")) == 2, "both are taken")
    seen = "".join(
        city.page(path)
        for path in (
            "/", "/lapor", f"/permohonan/lapor-{tracking_id}", "/api/events", "/rapor", "/data",
            "/open311/v2/requests.xml", "/open311/v2/requests.json",
        )
    )  # fmt: skip
    assert "lampu jalan mati" in seen
    assert f"lapor-{tracking_id}" not in city.page("/open311/v2/requests.json")
    assert "<error><code>404" in _refused(city, f"/open311/v2/requests/lapor-{tracking_id}.xml")
    assert found_in(seen.encode(), [SECRET, "ratnakumbara"]) == []
    city.end(signal.SIGTERM)
    assert found_below(city.folder, [SECRET, "ratnakumbara"]) == []
    assert TOKEN not in city.log.read_text()


def _refused(city: City, path: str) -> str:
    with pytest.raises(HTTPError) as caught:
        urlopen(city.url + path, timeout=5)
    return str(caught.value.read().decode())
