"""The whole house as real processes with a real broker."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from appliance.runtime.settings import Site
from command_center.staff.roles import Role
from command_center.store import database
from demo.air import control_socket
from demo.broker import Engine
from demo.house import BUKIT_RAYA, House
from tests.support import city_staff
from tests.support.people import Air, Browser
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.proxy import Proxy


class RunningHouse(House):
    """A house on ports of its own, with what tests want to see of it."""

    def __init__(
        self,
        folder: Path,
        engine: Engine | None,
        *,
        broker: int | None = None,
        uplink: int | None = None,
        site: Site = BUKIT_RAYA,
    ) -> None:
        names = ("portal", "kiosk", "desk", "center", "broker")
        ports = dict(zip(names, unused_ports(len(names)), strict=True))
        ports["broker"] = broker or ports["broker"]
        super().__init__(folder, ports, engine, uplink=uplink, site=site)
        self.portal = f"http://{self.settings.portal.listen}"
        self.kiosk = f"http://{self.settings.kiosk.listen}"
        self.center = f"http://{self.settings.center.listen}"
        self.air = Air(control_socket(self.folder))

    @cached_property
    def officer(self) -> Browser:
        """A verifikator of the city, logged in."""
        return Browser(self.center, self.cookies(Role.VERIFIKATOR))

    def cookies(self, role: Role) -> dict[str, str]:
        """Those of a browser in which somebody of the city has logged in; the city must run."""
        engine = database.connect(self.settings.center.database)
        try:
            return city_staff.cookies(engine, role, now=datetime.now(UTC))
        finally:
            engine.dispose()

    def start(self, *only: str) -> None:
        """Start every process, or only these, and wait until each is ready."""
        for child in self.children():
            if child.name in only or not only:
                self.supervisor.start(child)

    def kill(self, name: str) -> None:
        """End a process as a power cut does; of a broker of several nodes, one node."""
        self.supervisor.kill(name)

    def start_again(self, name: str) -> None:
        """Start again what was killed, without waiting."""
        self.supervisor.start_again(name)

    def lose_broker(self) -> None:
        """The broker goes away without a word."""
        self.supervisor.kill("broker")

    def find_broker(self) -> None:
        """The broker comes back."""
        self.supervisor.start_again("broker")

    def at_box(self, listing: str = "requests") -> list[dict[str, Any]]:
        """What `posko LISTING --json` prints."""
        return self._json("appliance", listing)

    def at_city(self) -> list[dict[str, Any]]:
        """What `posko-center requests --json` prints."""
        return self._json("command_center", "requests")

    def center_runs(self, *words: str | Path) -> str:
        """Run a command of `posko-center` and return what it prints."""
        command = [sys.executable, "-m", "command_center", *map(str, words)]
        return subprocess.check_output([*command, "--config", str(self.config)], text=True)

    def center_says(self, *words: str) -> Any:
        """The same for a command that prints JSON."""
        return json.loads(self.center_runs(*words))

    def _json(self, package: str, listing: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", package, listing, "--json", "--config", str(self.config)]
        rows: list[dict[str, Any]] = json.loads(subprocess.check_output(command))
        return rows


def _running(
    folder: Path,
    engine: Engine,
    *only: str,
    broker: int | None = None,
    uplink: int | None = None,
) -> Iterator[RunningHouse]:
    house = RunningHouse(folder, engine, broker=broker, uplink=uplink)
    try:
        house.start(*only)
        yield house
    finally:
        house.supervisor.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RunningHouse]:
    """The house on mosquitto."""
    needs("mosquitto")
    yield from _running(tmp_path, Engine.MOSQUITTO)


@pytest.fixture
def faulty_line() -> Iterator[Proxy]:
    """A proxy between the box and its broker that tests may tell to do harm."""
    with Proxy(unused_ports(1)) as proxy:
        yield proxy


@pytest.fixture
def house_on_a_faulty_line(tmp_path: Path, faulty_line: Proxy) -> Iterator[RunningHouse]:
    """The house with its box behind that proxy."""
    needs("mosquitto")
    [port] = faulty_line.targets
    yield from _running(tmp_path, Engine.MOSQUITTO, broker=port, uplink=faulty_line.port)


@pytest.fixture
def ends_on_a_faulty_line(tmp_path: Path, faulty_line: Proxy) -> Iterator[RunningHouse]:
    """Only agent, broker and command center, with that proxy between the first two."""
    needs("mosquitto")
    [port] = faulty_line.targets
    names = ("broker", "center", "sync")
    yield from _running(tmp_path, Engine.MOSQUITTO, *names, broker=port, uplink=faulty_line.port)


@pytest.fixture
def house_on_amqtt(tmp_path: Path) -> Iterator[RunningHouse]:
    """The house on amqtt, as on a machine without mosquitto."""
    yield from _running(tmp_path, Engine.AMQTT)
