"""`posko-center web` and `posko-center receive`: the center in several programs on PostgreSQL."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from appliance.domain.ids import SiteCode
from command_center.public.cards import last_midnight
from command_center.public.scorecard import ALGORITHM
from command_center.store import database
from command_center.store.public import kept_cards
from tests.integration.fake_box import a_box
from tests.support.broker import Broker
from tests.support.ports import unused_ports
from tests.support.postgres import CityServer
from tests.support.waiting import wait_for
from tests.unit.command_center.city import a_batch

pytestmark = pytest.mark.slow
OF_THE_OTHER = SiteCode("14.71.02")
"""An even number; the box of most tests has an odd one."""


class Apart:
    """The three programs of a city with two receivers."""

    def __init__(self, folder: Path, port: int, url: str) -> None:
        self.listen = f"127.0.0.1:{unused_ports(1)[0]}"
        self._url, self._folder = url, folder
        self._config = folder / "posko.toml"
        self._config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[center]\nlisten = "{self.listen}"\ndatabase = "{url}"\nport = {port}\n'
            f'files = "{folder}/files"\n'
        )
        self.running = {
            words: self._start(*words.split())
            for words in ("web", "receive --share 1/2", "receive --share 2/2")
        }

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / "center.log").open("ab") as log:
            return subprocess.Popen(self._command(*words), stderr=log)

    def answers(self) -> bool:
        """Whether the pages are there; they lead to the log-in."""
        with contextlib.suppress(HTTPError, URLError), urlopen(f"http://{self.listen}/") as page:
            return bool(page.status == 200)
        return False

    def stored(self) -> int:
        return len(json.loads(subprocess.check_output(self._command("requests", "--json"))))

    def has_card(self) -> bool:
        engine = database.connect(self._url, files=self._folder)
        with database.reading(engine) as connection:
            found = kept_cards.newest(connection, last_midnight(datetime.now(UTC)), ALGORITHM)
        engine.dispose()
        return found is not None

    def end(self) -> list[int]:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(20) for process in self.running.values()]

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "command_center", *words, "--config", str(self._config)]


@pytest.fixture
def apart(tmp_path: Path, broker: Broker, postgresql: CityServer) -> Iterator[Apart]:
    made = Apart(tmp_path, broker.port, postgresql.copy())
    yield made
    for process in made.running.values():
        process.kill()
        process.wait()


def test_boxes_of_both_receivers_are_heard_while_one_dies_and_pages_answer(
    apart: Apart, broker: Broker
) -> None:
    wait_for(apart.answers, "the pages are there", limit_s=60)
    with a_box(broker.port) as one, a_box(broker.port, OF_THE_OTHER) as other:
        one.send_until_acked(a_batch())
        other.send_until_acked(a_batch())
        dead = apart.running.pop("receive --share 1/2")
        dead.kill()
        dead.wait()
        one.send_until_acked(a_batch(first=2))
        other.send_until_acked(a_batch(first=2))
    assert apart.stored() == 4
    assert apart.answers()
    wait_for(apart.has_card, "the card of the day, without a visitor")
    assert apart.end() == [0, 0]
