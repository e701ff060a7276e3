"""The whole house on one machine: its ports, its configuration and its processes."""

import socket
import sys
from pathlib import Path

from appliance.domain.city import signature
from appliance.domain.privacy import sealing
from appliance.runtime import settings
from command_center import signing
from command_center.commands import sealed
from demo import broker
from demo.air import control_socket
from demo.broker import Engine
from demo.supervisor import Child, Supervisor, answers

SEALING_KEY = "sealing.key"
BUKIT_RAYA = settings.Site(code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru")
PREFERRED_PORTS = {"portal": 8080, "kiosk": 8081, "desk": 8082, "center": 8090, "broker": 1883}

_CONFIG = """\
# Written anew by every `make run`.
[site]
code = "{site.code}"
name = "{site.name}"
city = "{site.city}"

[store]
path = "{folder}/posko.db"

[portal]
listen = "127.0.0.1:{portal}"
url = "http://127.0.0.1:{portal}"

[kiosk]
listen = "127.0.0.1:{kiosk}"

[desk]
listen = "127.0.0.1:{desk}"

[wifi]
[[wifi.zones]]
name = "taman"
interface = "wlan-demo"
ipv4 = "10.77.0.1/24"

[modem]
device = "{folder}/ttyModem"

[sync]
broker = "127.0.0.1"
port = {uplink}
city_keys = ["{city_key}"]

[sealing]
keys = {{"*" = "{sealing_key}"}}

[center]
listen = "127.0.0.1:{center}"
database = "sqlite:///{folder}/center.db"
broker = "127.0.0.1"
port = {broker}
signing_key = "{folder}/center-signing.key"
"""


class House:
    """Every process of the product, for one kecamatan and its city, with its data in one folder.

    `uplink` is the port where the box finds the broker, where that is not the broker's own.
    Without an `engine` the broker is somebody else's: it runs and is not ours to start.
    """

    def __init__(
        self,
        folder: Path,
        ports: dict[str, int],
        engine: Engine | None,
        *,
        uplink: int | None = None,
        site: settings.Site = BUKIT_RAYA,
    ) -> None:
        self.folder = folder.resolve()
        self.config = self.folder / "posko.toml"
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        uplink = uplink or ports["broker"]
        city_key = _city_key(self.folder / "center-signing.key")
        sealing_key = _sealing_key(self.folder / SEALING_KEY)
        self.config.write_text(
            _CONFIG.format(
                folder=self.folder,
                site=site,
                uplink=uplink,
                city_key=city_key,
                sealing_key=sealing_key,
                **ports,
            )
        )
        self.settings = settings.load(self.config)
        self.supervisor = Supervisor()
        self._engine = engine

    def children(self) -> list[Child]:
        """The processes in the order they start."""
        return [
            *([self._broker(self._engine)] if self._engine else []),
            self._daemon("center", "command_center"),
            self._daemon("sync", "sync_agent"),
            self._daemon("portal", "demo.hotspot"),
            self._daemon("kiosk", "appliance.kiosk"),
            self._daemon("desk", "appliance.desk"),
            self._simulator(),
            self._daemon("modem", "modem"),
        ]

    def _daemon(self, name: str, package: str) -> Child:
        command = [sys.executable, "-m", package, "--config", str(self.config)]
        return Child(name, command, self._log(name))

    def _broker(self, engine: Engine) -> Child:
        port = self.settings.center.port
        command = broker.command(engine, self.folder, port)
        return Child(
            "broker",
            command,
            self._log("broker"),
            is_ready=lambda: answers(socket.AF_INET, ("127.0.0.1", port)),
        )

    def _simulator(self) -> Child:
        device, control = self.settings.modem.device, str(control_socket(self.folder))
        memory = str(self.folder / "modem-simulator.json")
        options = ["--link", device, "--control", control, "--state", memory]
        return Child(
            "modem-simulator",
            [sys.executable, "-m", "tests.sim.modem_pty", *options],
            self._log("modem-simulator"),
            is_ready=lambda: answers(socket.AF_UNIX, control),
        )

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


def _city_key(path: Path) -> str:
    """The public key of the city, whose secret one is kept from run to run."""
    return signature.public_key(signing.load(path)) if path.exists() else signing.create(path)


def _sealing_key(path: Path) -> str:
    """Likewise the key of all units, which opens what is confidential."""
    if path.exists():
        return sealing.public_key(sealed.load(path))
    return sealed.create(path)


def free_ports() -> dict[str, int]:
    """The usual ports where they are free, others where they are not."""
    return {name: _free_port(port) for name, port in PREFERRED_PORTS.items()}


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    raise OSError("no free port on 127.0.0.1")
