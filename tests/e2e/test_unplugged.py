"""Box check 15: modem, printer and stick are pulled out and put back in any order, under the real
kiosk and modem daemons; residents go on, and what could not be done is said and done later."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.runtime import settings
from appliance.store.cases import requests
from appliance.store.database import connect
from command_center.commands import sealed
from tests.e2e.slip_pages import look_again, report, touch_print_again
from tests.sim.control import ModemControl
from tests.sim.escpos import EscposPrinter
from tests.sim.escpos_lines import on_terminal
from tests.sim.running import running_modem
from tests.support.people import Browser
from tests.support.ports import unused_ports
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]
THINGS = ("modem", "printer", "stick")
CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"
[store]
path = "{folder}/posko.db"
[kiosk]
listen = "127.0.0.1:{port}"
[printer]
kind = "serial"
device = "{folder}/printer"
baud = 115200
[modem]
device = "{folder}/modem"
[backup]
key = "{key}"
"""


class Office:
    """A box with its things, each plugged in or not."""

    def __init__(self, folder: Path, modem: ModemControl, url: str) -> None:
        self._folder, self.modem, self._url = folder, modem, url
        self.plugged = set(THINGS)
        self.texts: list[str] = []
        self.tickets: list[str] = []

    def turn(self, thing: str) -> None:
        """Pull it out, or put it back."""
        self.plugged ^= {thing}
        is_in = thing in self.plugged
        if thing == "modem":
            self.modem.call("plug" if is_in else "unplug")
            return
        here, away = self._folder / thing, self._folder / f"{thing} in a drawer"
        (away if is_in else here).rename(here if is_in else away)

    def walk_in(self) -> Browser:
        """Somebody reports at the kiosk; the screen says whether there is a slip."""
        browser = Browser(self._url)
        self.tickets.append(report(browser))
        words = "Silakan ambil" if "printer" in self.plugged else "Struk tidak tercetak"
        wait_for(lambda: words in look_again(browser), f"the screen says: {words}")
        return browser

    def text(self) -> None:
        """Somebody texts; the network keeps it while the modem is away."""
        number = len(self.texts)
        self.texts.append(f"Laporan {number}: lampu jalan mati di gang {number}")
        self.modem.sms(f"0812345{number:05d}", self.texts[-1])

    def back_up(self) -> None:
        """As every night; without a stick it says what to do."""
        command = [sys.executable, "-m", "appliance", "backup", "--to", str(self._folder / "stick")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if "stick" in self.plugged:
            assert "verified" in done.stdout, done.stderr
        else:
            assert "plug the stick in" in done.stderr, done.stderr
            assert done.returncode == 1

    def stored(self) -> list[str]:
        """The texts of all reports that came by SMS."""
        db = connect(self._folder / "posko.db")
        try:
            return [request.text for request in requests.every(db) if "gang" in request.text]
        finally:
            db.close()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    [port] = unused_ports(1)
    config = tmp_path / "posko.toml"
    key = sealed.create(tmp_path / "key")
    config.write_text(CONFIG.format(folder=tmp_path, port=port, key=key))
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(config))
    (tmp_path / "stick").mkdir()
    with ExitStack() as running:
        modem = running.enter_context(running_modem(tmp_path))
        running.enter_context(on_terminal(EscposPrinter(), tmp_path / "printer"))
        for module in ("appliance.kiosk", "modem"):
            process = running.enter_context(
                subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=dict(os.environ))
            )
            running.callback(process.terminate)
        yield Office(tmp_path, modem, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("seed", [15, 22])
def test_whatever_is_pulled_out_residents_go_on_and_all_comes_back(
    office: Office, seed: int
) -> None:
    turns = [thing for thing in THINGS for _ in ("out", "in")]
    random.Random(seed).shuffle(turns)
    browser = office.walk_in()
    for thing in turns:
        office.turn(thing)
        browser = office.walk_in()
        office.text()
        office.back_up()
    assert office.plugged == set(THINGS)
    wait_for(lambda: sorted(office.stored()) == sorted(office.texts), "all texts", limit_s=60)
    wait_for(lambda: len(office.modem.delivered()) == len(office.texts), "answers", limit_s=60)
    assert len(set(office.tickets)) == len(turns) + 1
    office.turn("printer")
    browser = office.walk_in()
    office.turn("printer")
    touch_print_again(browser)
    wait_for(lambda: "Silakan ambil" in look_again(browser), "the slip after all")
