"""Brokers of several processes on this machine: NATS JetStream and RabbitMQ, both with MQTT.

`ports` are where the nodes speak MQTT 3.1.1. The settings are those that docs/brokers.md names.
"""

import contextlib
import os
from abc import ABC, abstractmethod
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Self
from urllib.request import urlopen

from demo.supervisor import Child
from tests.support.mqtt_peer import lets_in
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.waiting import wait_for

NODES = 3
UP_WITHIN_S = 100.0
CAUGHT_UP_WITHIN_S = 10.0

_NATS = """\
server_name: {name}
listen: 127.0.0.1:{client}
http: 127.0.0.1:{monitor}
jetstream {{ store_dir: "{folder}" }}
cluster {{ name: posko, listen: 127.0.0.1:{route}, routes: [{routes}] }}
mqtt {{ host: 127.0.0.1, port: {mqtt}, stream_replicas: 3 }}
"""

_RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""What Debian's /usr/sbin/rabbitmq-server runs as another user, with that user's folders."""

_RABBITMQ = """\
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:{mqtt}
mqtt.durable_queue_type = quorum
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.discovery_retry_limit = 1
"""


class Cluster(ABC):
    """Nodes that a test may kill one by one or several at once."""

    outage: tuple[int, ...]
    """The nodes that may fail together and are back within a minute."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = unused_ports(NODES)
        self.nodes = [self._node(number) for number in range(NODES)]
        self._dead: int | None = None

    @abstractmethod
    def _node(self, number: int) -> Child:
        """Write a node's files; its child is not started."""

    def start(self) -> None:
        """Start every node that does not run and wait until each lets clients in."""
        for number in range(NODES):
            self.begin(number)
        for number in range(NODES):
            self.wait_for(number)

    def begin(self, number: int) -> None:
        """Start a node that does not run, without waiting."""
        process = self.nodes[number].process
        if process is None or process.poll() is not None:
            self.nodes[number].start(dict(os.environ))

    def wait_for(self, number: int) -> None:
        """Wait until a node lets clients in."""
        node, port = self.nodes[number], self.ports[number]
        is_up = partial(lets_in, port, "posko/is-anybody-there", qos=1)
        wait_for(is_up, f"MQTT; see {node.log}", limit_s=UP_WITHIN_S)

    def kill(self, *numbers: int) -> None:
        """End these nodes as a power cut does."""
        killed = [self.nodes[number].process for number in numbers]
        for process in killed:
            if process:
                process.kill()
        for process in killed:
            if process:
                process.wait()

    def kill_next(self) -> None:
        """End one node after the other, a further one at each call.

        Where several may not fail together, those that died before are waited for.
        """
        if len(self.outage) == 1 and self._dead is not None:
            self.wait_for(self._dead)
        self._dead = 0 if self._dead is None else (self._dead + 1) % NODES
        self.kill(self._dead)

    def begin_again(self) -> None:
        """Start the node that died last, without waiting."""
        assert self._dead is not None
        self.begin(self._dead)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill(*range(NODES))


class Nats(Cluster):
    """Sessions and retained messages on all three nodes (JetStream, R3)."""

    outage = (0, 1, 2)

    def __init__(self, folder: Path) -> None:
        self._program = needs("nats-server")
        ports = unused_ports(3 * NODES)
        self._clients, self._routes, self._monitors = (
            ports[:NODES],
            ports[NODES:-NODES],
            ports[-NODES:],
        )
        super().__init__(folder)

    def wait_for(self, number: int) -> None:
        """Wait too until the node has caught up with the others: only then should another die.

        2.9.10 may call a consumer of its own "not current" for ever, so this has an end.
        """
        super().wait_for(number)
        url = f"http://127.0.0.1:{self._monitors[number]}/healthz"
        with contextlib.suppress(AssertionError):
            wait_for(lambda: is_well(url), url, limit_s=CAUGHT_UP_WITHIN_S)

    def _node(self, number: int) -> Child:
        name = f"nats-{number}"
        config = self.folder / f"{name}.conf"
        text = _NATS.format(
            name=name,
            folder=self.folder / name,
            client=self._clients[number],
            monitor=self._monitors[number],
            route=self._routes[number],
            routes=", ".join(f"nats://127.0.0.1:{port}" for port in self._routes),
            mqtt=self.ports[number],
        )
        config.write_text(text)
        return Child(name, [self._program, "-c", str(config)], self.folder / f"{name}.log")


class RabbitMQ(Cluster):
    """Erlang nodes with an epmd of their own, so that no other RabbitMQ is disturbed."""

    outage = (0,)

    def __init__(self, folder: Path, *, settings: str = "") -> None:
        """`settings`: more lines of rabbitmq.conf."""
        needs("rabbitmq-server")
        self._settings = settings
        [self._epmd_port], self._between = unused_ports(1), unused_ports(NODES)
        (folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        cookie = folder / ".erlang.cookie"
        cookie.write_text("posko")
        cookie.chmod(0o400)
        command = [needs("epmd"), "-port", str(self._epmd_port), "-address", "127.0.0.1"]
        self._epmd = Child("epmd", command, folder / "epmd.log")
        super().__init__(folder)

    def start(self) -> None:
        """The first time one node after the other, for together they may fail."""
        if self._epmd.process is None:
            for number in range(NODES):
                self.begin(number)
                self.wait_for(number)
        super().start()

    def begin(self, number: int) -> None:
        """As for any cluster, after epmd."""
        if self._epmd.process is None:
            self._epmd.start(dict(os.environ))
        super().begin(number)

    def _node(self, number: int) -> Child:
        name = f"posko{number}"
        folder = self.folder / name
        folder.mkdir()
        config = folder / "rabbitmq.conf"
        nodes = "".join(
            f"cluster_formation.classic_config.nodes.{peer + 1} = posko{peer}@localhost\n"
            for peer in range(NODES)
        )
        config.write_text(_RABBITMQ.format(mqtt=self.ports[number]) + nodes + self._settings)
        variables = {
            "HOME": self.folder,
            "ERL_EPMD_PORT": self._epmd_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"{name}@localhost",
            "RABBITMQ_DIST_PORT": self._between[number],
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": config,
            "RABBITMQ_GENERATED_CONFIG_DIR": folder,
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none -kernel inet_dist_use_interface "
            "{127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "1",  # the shell becomes the server, so that a kill hits it
        }
        settings = [f"{variable}={value}" for variable, value in variables.items()]
        command = ["env", *settings, _RABBITMQ_SERVER]
        return Child(name, command, self.folder / f"{name}.log")

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._epmd.process:
            self._epmd.process.kill()
            self._epmd.process.wait()


def is_well(url: str) -> bool:
    """Tell whether a health check says 200."""
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
