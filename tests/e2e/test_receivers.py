"""Several receivers on PostgreSQL: one dies, the server dies, and the city has everything once.

Boxes are those of `tests/support/fleet_box.py`: they say and wait what real ones do.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from command_center.broker_config import LIMITS
from demo.supervisor import Child, Supervisor, answers
from tests.support.cluster_load import centers, stored_once_in_order
from tests.support.fleet import Fleet
from tests.support.ports import unused_ports
from tests.support.postgres import Server
from tests.support.programs import needs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

BOXES, RATE = 15, 100.0
SHARES = ("1/2", "2/2")
LIMIT_S = 60.0


@dataclass(slots=True)
class Town:
    """Boxes, a broker, two receivers and a server."""

    fleet: Fleet
    supervisor: Supervisor
    server: Server
    url: str

    def all_acked(self, what: str) -> None:
        self.fleet.run_until(lambda: not self.fleet.unacked, what, limit_s=LIMIT_S)

    def catch_up(self, what: str) -> None:
        """What has been said by now is acknowledged, while the boxes go on."""
        said = {box.number: box.reported for box in self.fleet.boxes}
        self.fleet.run_until(
            lambda: all(box.acked >= said[box.number] for box in self.fleet.boxes),
            what,
            limit_s=LIMIT_S,
            rate=RATE,
        )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose boxes have been heard by both receivers."""
    server = Server(fsync="off")  # what a killed process has written stays
    server.run("CREATE DATABASE city")
    url, [port] = server.url("city"), unused_ports(1)
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{LIMITS}")
    broker = Child(
        "broker",
        [needs("mosquitto"), "-c", str(config)],
        tmp_path / "mosquitto.log",
        is_ready=lambda: answers(socket.AF_INET, ("127.0.0.1", port)),
    )
    supervisor = Supervisor()
    with Fleet([port], BOXES) as fleet:
        try:
            for child in (broker, *centers(tmp_path, port, url, SHARES)):
                supervisor.start(child)
            fleet.start()
            fleet.run_until(lambda: fleet.ready == BOXES, "all up", limit_s=LIMIT_S)
            made = Town(fleet, supervisor, server, url)
            fleet.report_everywhere()
            made.all_acked("the first of each")
            yield made
        finally:
            supervisor.stop()
            server.close()


def test_a_receiver_that_dies_loses_nothing_and_its_boxes_move_on(town: Town) -> None:
    for share in SHARES:
        town.fleet.run_for(1.0, rate=RATE)
        town.supervisor.kill(share)
        town.catch_up(f"acknowledged without {share}")
        town.supervisor.start_again(share)
        town.fleet.run_for(2.0, rate=RATE)
    town.all_acked("all acknowledged")
    stored_once_in_order(town.url, town.fleet)


def test_a_server_that_dies_under_load_has_what_was_acknowledged(town: Town) -> None:
    for _ in range(2):
        town.fleet.run_for(1.0, rate=RATE)
        town.server.kill()
        town.fleet.run_for(1.0, rate=RATE)
        town.server.start()
        town.catch_up("acknowledged after its return")
    town.all_acked("all acknowledged")
    stored_once_in_order(town.url, town.fleet)
