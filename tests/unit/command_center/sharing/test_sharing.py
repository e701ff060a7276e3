"""Several receivers divide a city's boxes among themselves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from command_center.sharing.share import LOOK_EVERY_S, Leased, Place, Whole, heeds
from command_center.store import database
from command_center.store.leases import Leases
from tests.support.postgres import CityServer
from tests.support.waiting import wait_for
from tests.unit.command_center.city import Run

pytestmark = pytest.mark.slow
SITES = [SiteCode(f"14.71.{n:02d}") for n in range(1, 16)]


class Receivers:
    """Receivers of one city as far as their shares go; `look` lets a second pass."""

    def __init__(self, url: str) -> None:
        self._url, self.now_s = url, 0.0
        self.running: dict[str, Leased] = {}
        self._engines: dict[str, Engine] = {}

    def start(self, words: str, name: str = "") -> None:
        engine = database.connect(self._url)
        self._engines[name or words] = engine
        self.running[name or words] = Leased(Leases(engine), Place.parse(words), lambda: self.now_s)

    def die(self, words: str) -> None:
        """Its connection breaks off."""
        self.running.pop(words).leave()
        self._engines.pop(words).dispose()

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.now_s += LOOK_EVERY_S
            for share in self.running.values():
                share.look()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Look on until it is so: a server needs a moment to notice that somebody has gone."""

        def looked() -> bool:
            self.look()
            return condition()

        wait_for(looked, what)

    def divided(self) -> dict[SiteCode, list[str]]:
        """Who serves which box, once each has one and nobody is without."""

        def fair() -> bool:
            served = self.served().values()
            by_one = all(len(by) == 1 for by in served)
            return by_one and {by[0] for by in served} == set(self.running)

        self.until(fair, "each box has one receiver")
        return self.served()

    def served(self) -> dict[SiteCode, list[str]]:
        return {
            site: [words for words, share in self.running.items() if share.serves(site)]
            for site in SITES
        }

    def close(self) -> None:
        for words in list(self.running):
            self.die(words)


@pytest.fixture
def receivers(postgresql: CityServer) -> Iterator[Receivers]:
    with postgresql.emptied() as url:
        made = Receivers(url)
        yield made
        made.close()


@pytest.fixture
def sqlite_run(posko_center: Run, tmp_path: Path) -> Run:
    """Run a command of a city on SQLite."""
    config = tmp_path / "posko.toml"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[center]\ndatabase = "sqlite:///{tmp_path}/center.db"\n'
    )
    return lambda *words: posko_center(*words, "--config", config)


def leaders(receivers: Receivers) -> list[str]:
    return [words for words, share in receivers.running.items() if share.leads]


def test_each_box_has_one_receiver_and_one_of_them_does_the_chores(receivers: Receivers) -> None:
    for words in ("1/3", "2/3", "3/3"):
        receivers.start(words)
    receivers.divided()
    assert len(leaders(receivers)) == 1


def test_who_is_alone_serves_all_until_another_comes(receivers: Receivers) -> None:
    receivers.start("1/2")
    receivers.divided()
    receivers.start("2/2")
    receivers.divided()


@pytest.mark.parametrize("dead", ["1/2", "2/2"])
def test_the_boxes_and_chores_of_a_dead_one_move_on_and_come_back(
    receivers: Receivers, dead: str
) -> None:
    for words in ("1/2", "2/2"):
        receivers.start(words)
    before = receivers.divided()
    receivers.die(dead)
    receivers.divided()
    receivers.until(lambda: leaders(receivers) == [*receivers.running], "who is left leads")
    receivers.start(dead)
    assert receivers.divided() == before
    assert len(leaders(receivers)) == 1


def test_a_number_given_twice_serves_nobody(
    receivers: Receivers, caplog: pytest.LogCaptureFixture
) -> None:
    receivers.start("1/1")
    receivers.divided()
    receivers.start("1/1", "again")
    receivers.look()
    assert receivers.running["1/1"].serves(SITES[0])
    assert not receivers.running["again"].serves(SITES[0])
    assert "another receiver has share=1" in caplog.text


def test_without_a_server_nobody_is_served_and_after_its_return_all_are(
    postgresql: CityServer, receivers: Receivers
) -> None:
    receivers.start("1/1")
    receivers.divided()
    postgresql.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'posko-center'"
    )
    receivers.look(1)
    assert not receivers.running["1/1"].serves(SITES[0])
    receivers.divided()


def test_what_has_no_topic_of_ours_is_for_who_leads(receivers: Receivers) -> None:
    for words in ("1/2", "2/2"):
        receivers.start(words)
    receivers.divided()
    heeding = [words for words, share in receivers.running.items() if heeds(share, "nonsense")]
    assert heeding == leaders(receivers)
    topic = "posko/1/1471/147107/up/hello"
    assert sum(heeds(share, topic) for share in receivers.running.values()) == 1
    assert heeds(Whole(), "nonsense")


@pytest.mark.parametrize("words", ["", "1", "0/2", "3/2", "1/65", "a/b", "-1/2", "1/2/3"])
def test_a_wrong_share_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="is no share"):
        Place.parse(words)


@pytest.mark.parametrize("words", [("receive", "--share", "1/2"), ("web",)])
def test_on_a_file_there_is_one_program_only(sqlite_run: Run, words: tuple[str, ...]) -> None:
    code, _, told = sqlite_run(*words)
    assert code == 78
    assert "PostgreSQL only" in told
