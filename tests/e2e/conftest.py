"""The whole house as real processes with a real broker."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.air import control_socket
from demo.broker import Engine, find_mosquitto
from demo.house import House
from tests.support.people import Air
from tests.support.programs import needs


class RunningHouse(House):
    """A house on ports of its own, with what tests want to see of it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        names = ("portal", "kiosk", "center", "broker")
        super().__init__(folder, dict(zip(names, _unused_ports(len(names)), strict=True)), engine)
        self.portal = f"http://{self.settings.portal.listen}"
        self.kiosk = f"http://{self.settings.kiosk.listen}"
        self.center = f"http://{self.settings.center.listen}"
        self.air = Air(control_socket(self.folder))

    def start(self) -> None:
        """Start every process and wait until each is ready."""
        for child in self.children():
            self.supervisor.start(child)

    def at_box(self, listing: str = "requests") -> list[dict[str, Any]]:
        """What `posko LISTING --json` prints."""
        return self._json("appliance", listing)

    def at_city(self) -> list[dict[str, Any]]:
        """What `posko-center requests --json` prints."""
        return self._json("command_center", "requests")

    def _json(self, package: str, listing: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", package, listing, "--json", "--config", str(self.config)]
        rows: list[dict[str, Any]] = json.loads(subprocess.check_output(command))
        return rows


def _unused_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _running(folder: Path, engine: Engine) -> Iterator[RunningHouse]:
    house = RunningHouse(folder, engine)
    try:
        house.start()
        yield house
    finally:
        house.supervisor.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RunningHouse]:
    """The house on mosquitto."""
    needs("mosquitto", found=find_mosquitto())
    yield from _running(tmp_path, Engine.MOSQUITTO)


@pytest.fixture
def house_on_amqtt(tmp_path: Path) -> Iterator[RunningHouse]:
    """The house on amqtt, as on a machine without mosquitto."""
    yield from _running(tmp_path, Engine.AMQTT)
