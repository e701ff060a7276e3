"""Logins and rights of docs/brokers.md on a real NATS and a real RabbitMQ: two receivers, a box and
its neighbour."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.domain.city.topics import up_filters
from demo.supervisor import Child
from mqtt_link.access import Access
from tests.support.clusters import RabbitMQ
from tests.support.mqtt_peer import lets_in, may_hear, peer
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

DOCS = (Path(__file__).parents[2] / "docs" / "brokers.md").read_text()
TOPIC = "posko/1/1471/147107/"
BOX = {"name": "147107", "password": "SECRET"}
UP, DOWN = f"{TOPIC}up/ev/p1", f"{TOPIC}down/ev"
NEIGHBOUR = """{ user: "147101", password: "SECRET", permissions: {
  publish: ["posko.1.1471.147101.up.>"]
  subscribe: ["posko.1.1471.147101.down", "posko.1.1471.147101.down.>"] } }
  ]"""


@pytest.fixture(params=["NATS", "RabbitMQ"], scope="module")
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a broker with the documented block and a neighbour."""
    start = {"NATS": nats, "RabbitMQ": rabbitmq}[request.param]
    with start(tmp_path_factory.mktemp("broker")) as port:
        wait_for(lambda: lets_in(port, DOWN, **BOX), request.param, limit_s=100)
        yield port


@contextlib.contextmanager
def nats(folder: Path) -> Iterator[int]:
    client, port = unused_ports(2)
    block = re.search(r"```\n(center: .*?)```", DOCS, re.DOTALL)
    assert block
    config = folder / "nats.conf"
    config.write_text(
        f"server_name: city-0\nlisten: 127.0.0.1:{client}\n"
        f'jetstream {{ store_dir: "{folder}" }}\nmqtt {{ host: 127.0.0.1, port: {port} }}\n'
        + block[1].replace("  ]\n}", NEIGHBOUR + "\n}")
    )
    node = Child("nats", [needs("nats-server"), "-c", str(config)], folder / "nats.log")
    node.start(dict(os.environ))
    yield port
    assert node.process
    node.process.kill()
    node.process.wait()


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[int]:
    block = re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)
    assert block
    rights = json.loads(block[1])
    for about in ("users", "permissions", "topic_permissions"):
        of_box = json.dumps([one for one in rights[about] if "147107" in one.values()])
        rights[about] += json.loads(of_box.replace("147107", "147101"))
    definitions = folder / "definitions.json"
    definitions.write_text(json.dumps(rights))
    with RabbitMQ(folder, settings=f"load_definitions = {definitions}\n") as broker:
        broker.begin(0)
        yield broker.ports[0]


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

    assert may_hear(port, DOWN, name="147101", password="SECRET") is False
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


@pytest.mark.parametrize("password", ["wrong", None])
def test_nobody_is_let_in_without_a_password(port: int, password: str | None) -> None:
    assert may_hear(port, DOWN, name="147107", password=password) is None
