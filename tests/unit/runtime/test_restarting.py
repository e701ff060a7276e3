"""A daemon ends once, when the city has changed what it reads, in a quiet moment."""

from pathlib import Path

import pytest

from appliance.runtime import city_layer, settings
from appliance.runtime.city_layer import CityLayer
from appliance.runtime.restarting import APART_S, Follower

BOX = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Pekanbaru"\n[store]\npath = "{}"\n'


class Daemon:
    """A follower with a clock of its own."""

    def __init__(self, folder: Path, program: str) -> None:
        self.store, self.config = folder / "posko.db", folder / "posko.toml"
        self.config.write_text(BOX.format(self.store))
        self.now_s, self.is_quiet, self.ended = 0.0, True, 0
        self.follower = Follower(
            program,
            self.config,
            settings.load(self.config),
            is_quiet=lambda: self.is_quiet,
            end=self._end,
            monotonic_s=lambda: self.now_s,
        )

    def _end(self) -> None:
        self.ended += 1

    def push(self, revision: int, **values: int | str) -> None:
        dotted = {key.replace("__", "."): value for key, value in values.items()}
        city_layer.write(self.store, CityLayer(revision=revision, values=dotted))

    def look(self) -> int:
        self.follower.look()
        return self.ended


def test_it_ends_once_for_a_change_of_its_own_sections(tmp_path: Path) -> None:
    portal = Daemon(tmp_path, "posko-portal")
    assert portal.look() == 0
    portal.push(1, modem__quiet_hours="20:00-07:00")
    assert portal.look() == 0
    portal.push(2, portal__reports_per_hour=12)
    assert [portal.look(), portal.look()] == [1, 1]


def test_a_change_that_came_before_the_first_look_is_seen(tmp_path: Path) -> None:
    portal = Daemon(tmp_path, "posko-portal")
    portal.push(1, portal__reports_per_hour=12)
    assert portal.look() == 1


def test_it_waits_for_its_turn_and_for_a_quiet_moment(tmp_path: Path) -> None:
    modem = Daemon(tmp_path, "posko-modem")
    modem.push(1, modem__quiet_hours="20:00-07:00")
    assert modem.look() == 0
    modem.now_s, modem.is_quiet = 2 * APART_S, False
    assert modem.look() == 0
    modem.is_quiet = True
    assert modem.look() == 1


def test_what_goes_back_before_its_turn_ends_nobody(tmp_path: Path) -> None:
    modem = Daemon(tmp_path, "posko-modem")
    modem.push(1, modem__quiet_hours="20:00-07:00")
    modem.look()
    modem.push(2)
    modem.now_s = 100.0
    assert modem.look() == 0


@pytest.mark.parametrize("values", [{"sync__broker": "evil"}, {"portal__reports_per_hour": -1}])
def test_what_may_not_be_set_ends_nobody(tmp_path: Path, values: dict[str, int | str]) -> None:
    portal = Daemon(tmp_path, "posko-portal")
    portal.push(1, **values)
    assert portal.look() == 0
