"""What the city sets comes into force, is confirmed, and goes back when the city falls silent."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from appliance.actions.cases import casework
from appliance.domain.city import signature, wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.errors import BadInput, WireError
from appliance.domain.events.orders import TablePublished
from appliance.domain.ids import SiteCode
from appliance.runtime import city_layer, settings
from appliance.store.city import city_tables
from sync_agent.gatekeeper import Gatekeeper
from sync_agent.settings_keeper import SETTLE_S, TRIAL_S, SettingsKeeper
from tests.builders import a_batch
from tests.conftest import SITE, at

BOX = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Pekanbaru"\n[store]\npath = "{}"\n'


class Box:
    """A keeper on a real database and a real posko.toml, turned by hand."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self.db, self.store, self.config = db, path, path.parent / "posko.toml"
        self.config.write_text(BOX.format(path))
        self.seq = 0
        self.start()

    def start(self) -> None:
        self.keeper = SettingsKeeper(
            self.db, self.store, lambda layer: settings.check_city(self.config, layer)
        )

    def push(self, version: int, **rows: str) -> list[str]:
        """The city publishes; return why the box refuses."""
        table = [{"key": key.replace("__", "."), "value": value} for key, value in rows.items()]
        event = TablePublished(name="settings", version=version, rows=table)
        self.seq += 1
        batch = a_batch(event, first=self.seq)
        applied = casework.apply_batch(self.db, batch, at(), accept_settings=self.keeper.accept)
        return [reject.msg or "" for reject in applied.rejects]

    def reports_per_hour(self) -> int:
        return settings.load(self.config).portal.reports_per_hour


@pytest.fixture
def box(db: sqlite3.Connection, db_path: Path) -> Box:
    return Box(db, db_path)


def test_a_revision_comes_into_force_and_is_confirmed_once_the_city_is_heard(box: Box) -> None:
    assert box.push(7, portal__reports_per_hour="12") == []
    assert box.keeper.look(0.0)["settings"] == "7"
    assert box.reports_per_hour() == 12
    box.keeper.heard(SETTLE_S - 1)
    box.keeper.look(SETTLE_S)
    assert not city_layer.read(box.store).is_confirmed
    box.keeper.heard(SETTLE_S)
    box.keeper.look(SETTLE_S)
    assert city_layer.read(box.store).is_confirmed
    assert box.keeper.look(TRIAL_S + 1)["settings"] == "7"


def test_without_a_word_of_the_city_the_revision_before_comes_back_for_good(box: Box) -> None:
    box.push(7, portal__reports_per_hour="12")
    box.keeper.look(0.0)
    box.keeper.heard(SETTLE_S)
    box.keeper.look(SETTLE_S)
    box.push(8, portal__reports_per_hour="99")
    box.keeper.look(1000.0)
    assert box.reports_per_hour() == 99
    gauges = box.keeper.look(1000.0 + TRIAL_S)
    assert gauges["settings"] == "7"
    assert "revision 8 was taken back" in gauges["settings_problem"]
    assert box.reports_per_hour() == 12
    box.start()
    assert box.keeper.look(5000.0)["settings"] == "7"
    box.push(9, portal__reports_per_hour="13")
    assert box.keeper.look(5001.0) | {"settings_kept": ""} == {
        "settings": "9",
        "settings_problem": "",
        "settings_kept": "",
    }


def test_a_restart_gives_the_trial_its_time_again_and_the_first_goes_back_to_none(
    box: Box,
) -> None:
    box.push(7, portal__reports_per_hour="12")
    box.keeper.look(0.0)
    box.start()
    box.keeper.look(TRIAL_S)
    assert box.reports_per_hour() == 12
    box.keeper.look(2 * TRIAL_S)
    assert box.reports_per_hour() == 30


def test_an_older_revision_changes_nothing(box: Box) -> None:
    box.push(7, portal__reports_per_hour="12")
    box.push(6, portal__reports_per_hour="99")
    box.keeper.look(0.0)
    assert (box.reports_per_hour(), city_tables.versions(box.db)["settings"]) == (12, 7)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({"portal__reports_per_hour": "0"}, "a whole number, 1 to 10000"),
        ({"sync__broker": '"evil.example"'}, "can't be set by the city"),
        ({"wifi__zones__taman__hours": '"06:00-18:00"'}, "no zone 'taman'"),
    ],
)
def test_a_bad_push_is_refused_with_its_reason_and_the_one_before_stays(
    box: Box, rows: dict[str, str], reason: str
) -> None:
    box.push(7, portal__reports_per_hour="12")
    [why] = box.push(8, **rows)
    assert reason in why
    box.keeper.look(0.0)
    assert (box.reports_per_hour(), city_layer.read(box.store).revision) == (12, 7)


def test_where_the_technicians_file_is_broken_the_city_hears_so_and_nothing_dies(
    box: Box,
) -> None:
    box.push(7, portal__reports_per_hour="12")
    box.keeper.look(0.0)
    box.config.write_text("[site\n")
    assert "not valid TOML" in box.keeper.look(1.0)["settings_problem"]
    with pytest.raises(BadInput, match="not valid TOML"):
        box.keeper.accept({"portal.reports_per_hour": 3})


@pytest.mark.parametrize("content", ["{", '{"values": {"sync.broker": "evil"}}', '{"values": 3}'])
def test_a_file_that_was_tampered_with_is_as_if_it_were_not_there(box: Box, content: str) -> None:
    city_layer.path_of(box.store).write_text(content)
    assert settings.load(box.config).sync.broker == "127.0.0.1"


def test_a_pipe_in_its_place_holds_nobody_up(box: Box) -> None:
    os.mkfifo(city_layer.path_of(box.store))
    assert box.reports_per_hour() == 30


def no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left")


def test_a_disk_without_room_is_told_and_tried_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.push(7, portal__reports_per_hour="12")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        assert "No space left" in box.keeper.look(0.0)["settings_problem"]
    assert box.keeper.look(1.0)["settings"] == "7"


def test_a_push_that_was_signed_for_another_box_is_refused(box: Box) -> None:
    secret = bytes(32)
    event = TablePublished(name="settings", version=7, rows=[])
    here, there = (str(Topic(site, Leaf.DOWN_EVENTS)) for site in (SITE, SiteCode("14.71.01")))
    body = wire.encode(a_batch(event))
    gate = Gatekeeper(box.db, "5e5510a1", [signature.public_key(secret)])
    gate.open(here, signature.sign(secret, here, body))
    with pytest.raises(WireError, match="signature"):
        gate.open(here, signature.sign(secret, there, body))
