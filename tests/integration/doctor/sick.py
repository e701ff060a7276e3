"""A box to spoil, and faults to spoil it by."""

import json
from collections import UserDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from appliance.runtime import settings
from firmware_config.applying import Box
from firmware_config.rendering import render
from tests.support.city_broker import CityBroker

ZONE = '[[wifi.zones]]\nname = "taman"\ninterface = "br-taman"\nipv4 = "10.78.0.1/22"\n'
RADIO = (
    '[[radio.devices]]\ninterface = "wlan7"\nchip = "hwsim"\nchannel = {channel}\n'
    '[[radio.networks]]\nzone = "taman"\nssid = "Taman"\n'
)


@dataclass
class Sick:
    """A box to spoil: what its file says, and where it lies."""

    home: Path
    city: CityBroker
    tables: dict[str, list[str]] = field(default_factory=dict)
    more: str = ""
    database: Path = Path()
    mode: int = 0o640

    def set(self, section: str, **keys: object) -> None:
        """Put keys into a table of the file."""
        lines = self.tables.setdefault(section, [])
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]

    def trust(self, name: str = "box") -> None:
        """Enrol it by files."""
        own = self.city.certificates.folder
        self.set("sync", broker=self.city.host, port=self.city.port, tls_ca=str(own / "ca.pem"))
        self.set("sync", tls_cert=str(own / f"{name}.pem"), tls_key=str(own / f"{name}.key"))

    def write(self) -> Path:
        """The settings' file."""
        config = self.home / "posko.toml"
        sections = [f"[{name}]\n" + "\n".join(lines) for name, lines in self.tables.items()]
        config.write_text("\n".join([*sections, self.more]))
        config.chmod(self.mode)
        return config


Doctor = Callable[..., tuple[int, list[dict[str, str]]]]
"""Looks a box over, by the words of the command: its exit status, and what it has found."""
Seed = Callable[[Sick, ExitStack], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where it is told, how gravely, and words of what is told and advised."""

    spoil: Seed
    part: str
    level: str
    found: str
    to_do: str

    def check(self, sick: Sick, doctor: Doctor) -> None:
        """A box that has it is told so."""
        with ExitStack() as done:
            self.spoil(sick, done)
            status, findings = doctor(sick, "--only", self.part)
        told = [f for f in findings if f["level"] == self.level and self.found in f["found"]]
        assert told, findings
        assert any(self.to_do in f["to_do"] for f in told), told
        assert status == (2 if any(f["level"] == "fault" for f in findings) else 1)


class Faults(UserDict[str, Fault]):
    """Faults by their names."""

    def seed(self, part: str, level: str, found: str, to_do: str) -> Callable[[Seed], Seed]:
        """Register one."""

        def kept(spoil: Seed) -> Seed:
            self[spoil.__name__.replace("_", " ")] = Fault(
                spoil=spoil, part=part, level=level, found=found, to_do=to_do
            )
            return spoil

        return kept


def apply(box: Sick) -> None:
    """Put the system files of a box with a zone in force."""
    box.more = ZONE
    files = render(settings.load(box.write()), is_trusted=False)
    there = Box(box.home).generations
    with there.lock():
        there.switch(there.stage(files))
