"""A box in a virtual machine, with a modem at its serial port and the city outside."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.sim.control import ModemControl
from tests.sim.running import running_modem
from tests.support.broker import Broker
from tests.support.running_city import RunningCity
from tests.vm.image import image
from tests.vm.machine import Machine

DAEMONS = ("portal", "kiosk", "desk", "modem", "sync", "gate")
OTHERS = ("nginx", "dnsmasq", "dnsmasq-offline", "hostapd@wlan0", "nftables", "migrate")
UNITS = [f"posko-{name}.service" for name in (*DAEMONS, *OTHERS)]
BOOTS_IN_S = 900.0
_LOOKS_EVERY_S = 1.0
SOON_S = 300.0
"""Of real time, in which the machine gets not far on a busy host."""
_ASKING_EVERY_S = 0.5
DATABASE = "/var/lib/posko/posko.db"


class Appliance:
    """`machine` runs; `box` and phones are what is inside it."""

    def __init__(self, machine: Machine, modem: ModemControl, city: Engine) -> None:
        self.machine, self.modem, self.city = machine, modem, city
        self.box, self.internet = machine.part("box"), machine.part("internet")

    def phone(self, name: str) -> Any:
        """One of `world.PHONES`."""
        return self.machine.part(name)

    def boot(self) -> None:
        """Switch it on and wait until every unit has started."""
        self.machine.start()
        until_s = time.monotonic() + BOOTS_IN_S
        while late := self.box.not_active(UNITS):
            assert time.monotonic() < until_s, f"{late} did not start: {self.journal()}"
            time.sleep(_LOOKS_EVERY_S)

    def ready_after_s(self, unit: str) -> float:
        """Seconds from the kernel's begin until a unit was ready, on the machine's own clock."""
        asked = ["systemctl", "show", "--value", "--property=ActiveEnterTimestampMonotonic", unit]
        return int(self.box.run(*asked)) / 1e6

    def finished_after_s(self) -> float:
        """Seconds from there until no job of the boot was left."""
        asked = ["systemctl", "show", "--value", "--property=FinishTimestampMonotonic"]
        return int(self.box.run(*asked)) / 1e6

    def ask(self, query: str) -> list[tuple]:
        """Rows of the box's database."""
        return self.box.rows(DATABASE, query)

    def journal(self) -> str:
        """What the machine has logged, for a test that fails."""
        return self.box.run("journalctl", "--no-pager", "--boot", "--lines=60")


@contextmanager
def running(folder: Path, package: Path, **options: object) -> Iterator[Appliance]:
    """A box that has booted, and the city that it talks with."""
    with switched_off(folder, package, **options) as made:
        made.boot()
        yield made


@contextmanager
def switched_off(folder: Path, package: Path, **options: object) -> Iterator[Appliance]:
    """A box to boot, with a modem and a city that wait for it."""
    engine = database.connect(f"sqlite:///{folder}/center.db")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    broker = Broker(folder)
    broker.start()
    try:
        with running_modem(folder) as modem, RunningCity(engine, broker.port):
            machine = Machine(
                image(package), folder, modem=folder / "modem", port=broker.port, **options
            )
            try:
                yield Appliance(machine, modem, engine)
            finally:
                machine.cut()
    finally:
        broker.stop()
        engine.dispose()


def within(appliance: Appliance, condition: Callable[[], object], what: str) -> None:
    """Wait, and do not keep the machine busy by asking; in vain: with its journal."""
    until_s = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < until_s, f"not yet: {what}\n{appliance.journal()}"
        time.sleep(_ASKING_EVERY_S)


def tell(request: pytest.FixtureRequest, text: str) -> None:
    """Print a figure past pytest's capture, from a worker process too."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{text}", file=sys.stderr)
