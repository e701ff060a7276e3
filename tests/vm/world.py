"""Around the box in its machine: phones with radios, and the Internet, each in a namespace."""

import socket
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from tests.vm.phone import Phone
from tests.vm.places import AUTHORITY, CITY
from tests.wifi.authority import Authority
from tests.wifi.internet import DEVICE, Internet

WAN = "wan"
PHONES = ("budi", "siti", "tono")
_PATIENCE_S = 20.0
_HOST, _ON_HOST_NET = "10.0.2.2", "10.0.2.15/24"
_TO_THE_CITY = """
table ip city {{
    chain in {{
        type nat hook prerouting priority dstnat;
        ip daddr {city} tcp dport 1883 dnat to {host}:{port}
    }}
    chain out {{
        type nat hook postrouting priority srcnat;
        oifname "host" masquerade
    }}
}}
"""


class World:
    """Made when the machine starts."""

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp())
        self.box = Box()
        self.internet = Uplink("internet", folder, Known())
        self.phones = {
            name: Phone(name, folder, radio=number, authority=Known().path)
            for number, name in enumerate(PHONES, 1)
        }
        self.internet.connect()
        self.internet.serve()

    def object(self, name: str) -> object:
        """`box`, `internet` or a phone."""
        return self.phones.get(name) or getattr(self, name)


class Box:
    """The machine itself, as root sees it."""

    def uptime(self) -> float:
        """Seconds since its kernel began, by its own clock."""
        return float(Path("/proc/uptime").read_text().split()[0])

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """A program's output."""
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 0 or not check, f"{command}: {said}"
        return said

    def exists(self, path: str) -> bool:
        """Whether it has such a file or folder."""
        return Path(path).exists()

    def not_active(self, units: list[str]) -> list[str]:
        """Those of the units that are not active."""
        states = self.run("systemctl", "is-active", *units, check=False).split()
        return [unit for unit, state in zip(units, states, strict=True) if state != "active"]

    def pss_mib(self, unit: str) -> float:
        """Memory of all processes of a unit, shared pages by their share."""
        return self._rollup_mib(unit, "Pss")

    def shared_file_mib(self, unit: str) -> float:
        """Its share of the pages of files that others use too: they would hold it without it."""
        return self._rollup_mib(unit, "Pss_File") - self._rollup_mib(unit, "Private_Clean")

    def _rollup_mib(self, unit: str, field: str) -> float:
        """A field of /proc/PID/smaps_rollup, of all processes of a unit: proc_pid_smaps(5)."""
        asked = self.run("systemctl", "show", "--value", "--property=ControlGroup", unit).strip()
        pids = Path(f"/sys/fs/cgroup{asked}/cgroup.procs").read_text().split() if asked else []
        rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
        lines = [
            line for text in rollups for line in text.splitlines() if line.startswith(f"{field}:")
        ]
        return sum(int(line.split()[1]) for line in lines) / 1024

    def memory_mib(self) -> dict[str, float]:
        """/proc/meminfo."""
        lines = [line.split() for line in Path("/proc/meminfo").read_text().splitlines()]
        return {name.rstrip(":"): int(value) / 1024 for name, value, *_ in lines}

    def rows(self, database: str, query: str) -> list[tuple]:
        """What a database answers."""
        with closing(sqlite3.connect(database, timeout=10)) as db:
            return db.execute(query).fetchall()


class Known(Authority):
    """The one that was made with the disk, and its certificates."""

    def __init__(self) -> None:
        self.path = AUTHORITY / "authority.pem"

    def certify(self, *names: str, days: int = 2) -> tuple[Path, Path]:
        """The certificate is there already."""
        return AUTHORITY / f"{names[0]}.pem", AUTHORITY / f"{names[0]}.key"


class Uplink(Internet):
    """The Internet; only the city's broker is really outside."""

    def __init__(self, name: str, folder: Path, authority: Authority) -> None:
        super().__init__(name, folder, authority)
        ip = ["ip", "link"]
        subprocess.run(
            [*ip, "add", WAN, "type", "veth", "peer", "name", DEVICE, "netns", self.name],
            check=True,
        )
        subprocess.run([*ip, "set", "eth0", "netns", self.name, "name", "host"], check=True)
        self.sysctl("net/ipv4/ip_forward", "1")
        self.ip("link set host up", f"address add {_ON_HOST_NET} dev host")
        rules = _TO_THE_CITY.format(city=CITY, host=_HOST, port=_broker_port())
        self.run("nft", "-f", "-", given=rules)

    def connect(self) -> None:
        """Bring the link up."""
        super().connect()
        self.ip(f"address replace {CITY}/32 dev {DEVICE}")

    def order(self, address: str, port: int, command: str) -> None:
        """Say a line to a shell there, on a connection that stays."""
        self._shell = self.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._shell.settimeout(_PATIENCE_S)
        self._shell.connect((address, port))
        self._shell.sendall(f"{command}\n".encode())


def _broker_port() -> str:
    words = Path("/proc/cmdline").read_text().split()
    return next(word.partition("=")[2] for word in words if word.startswith("test.broker="))
