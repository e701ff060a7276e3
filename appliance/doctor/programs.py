"""Asking programs of the system: by absolute path, within a time."""

import json
import shutil
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from appliance.runtime import child

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_LIMIT_S = 8.0


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended, and what it wrote."""

    status: int
    output: str
    errors: str

    @property
    def complaint(self) -> str:
        """Its last line that is not empty, of errors first."""
        lines = [line for line in (self.errors or self.output).splitlines() if line.strip()]
        return " ".join(lines[-1].split())[:200] if lines else f"exit status {self.status}"


def find(name: str) -> str | None:
    """Where a program is installed, if it is."""
    return shutil.which(name, path=_PATH)


def ask(name: str, *words: str, limit_s: float = _LIMIT_S) -> Said | None:
    """What it says; None where it is not installed. Raises TimeoutError."""
    path = find(name)
    return run(path, *words, limit_s=limit_s) if path else None


def run(*command: str, limit_s: float = _LIMIT_S) -> Said:
    """What a command by its path says; raises TimeoutError."""
    ended = child.run(command, limit_s=limit_s)
    if ended.is_over_time:
        raise TimeoutError(f"{command[0]} has not ended after {limit_s:.0f} s")
    return Said(ended.status, ended.output.decode("utf-8", "replace"), ended.errors)


def addresses(interface: str) -> list[IPv4Interface | IPv6Interface]:
    """The addresses of an interface, but those of its link alone, as ip(8) says."""
    said = ask("ip", "-j", "address", "show", "dev", interface, "scope", "global")
    if said is None or said.status:
        return []
    infos = (info for link in json.loads(said.output or "[]") for info in link.get("addr_info", ()))
    return [ip_interface(f"{i['local']}/{i['prefixlen']}") for i in infos if "local" in i]


def ips(interface: str) -> list[str]:
    """The same without their networks, as text."""
    return [str(own.ip) for own in addresses(interface)]
