"""One machine for all tests of a process, and the city outside."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.runtime import ids
from command_center.store import database, migrate
from mqtt_link.access import Access
from tests.conftest import SITE, START
from tests.nspawn.installing import folder, install
from tests.nspawn.machine import CITY, Machine
from tests.support.programs import leave_out, needs
from tests.support.running_city import RunningCity
from tests.wifi.namespace import Namespace, sweep

_HERE = Path(__file__).parent
_BROKER = f"listener 1883 {CITY}\nallow_anonymous true\npersistence false\n"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the root and the package, which may have to be made."""
    for item in items:
        if item.path.parent == _HERE:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A box that has booted, with a broker outside."""
    if os.geteuid() != 0:
        leave_out("a machine is booted as root only")
    sweep()
    with folder() as here:
        outside = Namespace("outside", here)
        made = Machine(here / "box", outside)
        try:
            install(made.root)
            made.boot()
            (here / "mosquitto.conf").write_text(_BROKER)
            outside.start("broker", needs("mosquitto"), "-c", str(here / "mosquitto.conf"))
            yield made
        finally:
            made.kill()
            outside.remove()


@pytest.fixture
def city(machine: Machine, tmp_path: Path) -> Iterator[Engine]:
    """The database of a city that hears the box."""
    engine = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(engine, SITE.city, ids.new_epoch, START)
    access = Access(host=CITY, port=1883, client_id=f"posko-center-{SITE.city}")
    with machine.outside.entered():
        running = RunningCity(engine, access)
        running.start()
    yield engine
    running.stop()
    engine.dispose()
