"""The city sets a box's settings: real center, broker, agent and portal, and what became of it."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from appliance.runtime import city_layer, settings
from command_center.fleet import listing
from command_center.fleet.listing import FleetBox
from command_center.store import database
from command_center.store.database import reading
from demo.broker import Engine
from tests.e2e.conftest import RunningHouse
from tests.support.programs import needs
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RunningHouse]:
    """A box without kiosk and desk, and its city."""
    needs("mosquitto")
    made = RunningHouse(tmp_path, Engine.MOSQUITTO)
    try:
        made.start("broker", "center", "sync", "portal", "modem-simulator", "modem")
        wait_for(lambda: at_city(made), "the box has reported")
        yield made
    finally:
        made.supervisor.stop()


def at_city(house: RunningHouse) -> list[FleetBox]:
    """The box as the city's fleet page knows it."""
    engine = database.connect(house.settings.center.database)
    try:
        with reading(engine) as connection:
            return listing.every(connection, datetime.now(UTC))
    finally:
        engine.dispose()


def publish(house: RunningHouse, text: str) -> None:
    file = house.folder / "pushed.toml"
    file.write_text(text)
    house.center_runs("settings", "publish", file, "--to", "14.71.07")


def minutes(house: RunningHouse) -> int:
    """How long the phone in the hall may stay now, if it begins anew."""

    def asked() -> int | None:
        try:
            requests.post(f"{house.portal}/wifi/selesai", timeout=5)
            page = requests.post(f"{house.portal}/wifi/sambung", timeout=5).text
        except requests.ConnectionError:
            return None
        found = re.search(r'class="wifi-left"><strong>(\d+)', page)
        return int(found[1]) if found else None

    return wait_for(asked, "the phone is connected") or 0


def process(house: RunningHouse, name: str) -> "subprocess.Popen[bytes]":
    [found] = [child.process for child in house.supervisor.children if child.name == name]
    assert found is not None
    return found


def ended(house: RunningHouse, name: str) -> int:
    """Wait until a daemon has ended by itself; return its exit status."""
    return process(house, name).wait(30)


def test_a_push_changes_the_session_on_the_portal_and_a_bad_one_is_refused(
    house: RunningHouse,
) -> None:
    assert minutes(house) == 60
    publish(
        house,
        '[wifi.zones."*"]\nsession_minutes = 20\n[modem]\nquiet_hours = "20:00-07:00"\n',
    )
    assert ended(house, "portal") == 0
    house.start_again("portal")
    assert minutes(house) == 20
    assert ended(house, "modem") == 0
    assert process(house, "sync").poll() is None, "the agent, which reads nothing of it, goes on"

    publish(house, "[wifi.zones.lapangan]\nsession_minutes = 5\n")
    wait_for(lambda: at_city(house)[0].tables["settings"].state == "refused", "it is refused")
    house.kill("sync")
    house.start_again("sync")
    layer = city_layer.read(house.settings.store.path)
    assert layer.values["wifi.zones.*.session_minutes"] == 20
    wait_for(lambda: at_city(house)[0].settings == str(layer.revision), "the box says what it runs")
    [row] = house.center_says("settings", "list", "--json")
    assert (row["runs"], row["state"]) == (str(layer.revision), "refused")
    assert "this box has no zone 'lapangan'" in row["detail"]
    assert settings.load(house.config).wifi.zones[0].session_minutes == 20
