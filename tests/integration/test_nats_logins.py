"""Logins and rights of docs/brokers.md on a real NATS: two receivers, a box and its neighbour."""

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.domain.topics import up_filters
from demo.supervisor import Child
from mqtt_link.access import Access
from tests.integration.test_security import peer
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs" / "brokers.md"
TOPIC = "posko/1/1471/147107/"
UP, DOWN = f"{TOPIC}up/ev/p1", f"{TOPIC}down/ev"
NEIGHBOUR = """{ user: "147101", password: "SECRET", permissions: {
  publish: ["posko.1.1471.147101.up.>"]
  subscribe: ["posko.1.1471.147101.down", "posko.1.1471.147101.down.>"] } }
  ]"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a NATS with the documented block and a neighbour."""
    client, mqtt = unused_ports(2)
    block = re.search(r"```\n(center: .*?)```", DOCS.read_text(), re.DOTALL)
    assert block
    config = tmp_path / "nats.conf"
    config.write_text(
        f"server_name: city-0\nlisten: 127.0.0.1:{client}\n"
        f'jetstream {{ store_dir: "{tmp_path}" }}\nmqtt {{ host: 127.0.0.1, port: {mqtt} }}\n'
        + block[1].replace("  ]\n}", NEIGHBOUR + "\n}")
    )
    node = Child("nats", [needs("nats-server"), "-c", str(config)], tmp_path / "nats.log")
    node.start(dict(os.environ))
    wait_for(lambda: is_open(mqtt), "NATS")
    yield mqtt
    assert node.process
    node.process.kill()
    node.process.wait()


def is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def test_receivers_hear_all_boxes_and_a_box_neither_hears_nor_speaks_for_another(
    port: int, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    secret.chmod(0o600)

    def access(name: str) -> Access:
        return Access(
            host="127.0.0.1", port=port, client_id=name, username=name, password_file=secret
        )

    with (
        peer(access("posko-center-1471-1"), *up_filters("1471")) as first,
        peer(access("posko-center-1471-2"), *up_filters("1471")) as second,
        peer(access("147107"), f"{TOPIC}down/#") as box,
        peer(access("147101"), "posko/1/1471/147101/down/#") as thief,
    ):
        thief.send(UP, b"false")
        thief.run_until(lambda: thief.connection.is_up, "the thief has spoken")
        box.send(UP, b"a complaint")
        for receiver in (first, second):
            receiver.run_until(lambda r=receiver: r.got, "it arrives")
            assert receiver.got == [(UP, b"a complaint")]
        second.send(DOWN, b"a decision")
        box.run_until(lambda: box.got, "the decision arrives")
        assert (box.got, thief.got) == ([(DOWN, b"a decision")], [])
